"""How relevance is learned, with PyTorch; what is learned is scored without (`relevance.score`).

```
model        the networks, forward only
rows         a step of Adam that touches the rows of a batch
loss         what is made small
pictures     features of pictures, as they are learned from
learner      what the loop asks of a model
learners     the three models
network      a picture network that learns along, cut in two
activations  what its first part gives, kept on disk
tuning       the loop over both
```
"""

from modiste.errors import MissingExtraError

try:
    import safetensors  # noqa: F401
    import torch  # noqa: F401
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name or "torch", extra="vision") from error
