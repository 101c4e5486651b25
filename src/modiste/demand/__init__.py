"""What will be wanted: propensity, season, life of an article, and style.

Four models, each fitted on the rows before a day: `propensity` (who buys at all, and of which
kind), `season` (what a kind, colour or price band will sell), `life` (what an article will sell,
and whether it is still there) and `style` (which article of a kind suits whom). `columns` offers
them to the ranking table.
"""
