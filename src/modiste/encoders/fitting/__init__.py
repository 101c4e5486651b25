"""How the `catalogue` encoder is built and fitted: two towers, pictures and words, one space.

```
words      the word towers: learned, or over a sentence encoder
cut        a picture model in two parts: what stays, and last blocks that learn
trunks     what a picture tower begins with: a model from a folder, or a small network of ours
towers     the picture tower: trunk, colours, projection
material   what is learned from: the shop's pictures and texts, read once
loss       what is made small
batches    texts drawn anew for every batch
speech     what the loop asks of words
kept       what a frozen part makes of pictures, on disk
checkpoint where a killed fit goes on
fit        the loop
files      the fitted encoder as a folder
```
"""

from modiste.errors import MissingExtraError

try:
    import safetensors  # noqa: F401
    import torch  # noqa: F401
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name or "torch", extra="vision") from error
