"""The final decision: labelled weeks, negatives, and the LightGBM ranker."""
