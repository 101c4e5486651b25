"""What is in a photo: garments with box, category, attributes and landmarks, learned from labels.

```
settings     what can be chosen when it is fitted
merged       labels of several folders as one
targets      what is told of each picture, as arrays
material     what is learned from, and made-up pictures of nothing
learning/    the network and how it learns, with PyTorch
figures      what is watched while learning
fit          from labels to a folder
stored       the folder
answers      what is told of a picture
recogniser   a fitted recogniser, in use
```
"""

from modiste.garments.answers import Garment, Predictions
from modiste.garments.recogniser import Recogniser

__all__ = ["Garment", "Predictions", "Recogniser"]
