"""Does this picture fit this wardrobe: a score for every user and item, learned from purchases.

```
settings   what can be chosen
pairs      purchases as arrays; batches of positives
negatives  what was not bought, by named strategies
learning   networks, losses and steps, with PyTorch
fit        the loop over epochs, each judged on held-out users
score      what is kept of a fitted model, scored without torch
ensemble   several models, combined
stored     a fitted model as a folder
```
"""
