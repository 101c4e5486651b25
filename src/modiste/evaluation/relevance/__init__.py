"""How well a model tells what a user buys next: the last purchase left out, two protocols."""
