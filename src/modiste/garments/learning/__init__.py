"""How garments in pictures are learned to be recognised, with PyTorch.

```
views     pictures cut, scaled, coloured, blurred and covered, boxes and landmarks moved along
seen      what the network's frozen layers make of each view, kept on disk
heads     presence, category, attributes, box and landmarks from the network's last map
model     last layers and heads, forward only
loss      what is made small
figures   what is watched while learning
fit       the loop
```
"""

from modiste.errors import MissingExtraError

try:
    import safetensors  # noqa: F401
    import torch  # noqa: F401
except ModuleNotFoundError as error:
    raise MissingExtraError(error.name or "torch", extra="vision") from error
