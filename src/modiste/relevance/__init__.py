"""Does this picture fit this wardrobe: a score for every user and item, learned from purchases.

```
settings   what can be chosen
pairs      purchases as arrays; batches of positives
negatives  what was not bought, by named strategies
model      the networks, forward only
fit        the loop over batches
score      what is kept of a fitted model, scored without torch
ensemble   several models, combined
stored     a fitted model as a folder
```
"""
