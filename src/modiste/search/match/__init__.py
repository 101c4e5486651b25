"""Products that match a photo or words, then in the order of a user's purchases.

```
wanted    what a match is asked to be
seen      a garment of a photo in the shop's values
look      a photo: its garment, and its vector
fit       what an item is of what was asked for, then how alike it looks
taste     what a user's purchases say for it
matcher   the use case
reasons   why, for each
shortage  why there are too few
```
"""

from modiste.search.match.answer import Match, MatchResult
from modiste.search.match.matcher import Matcher

__all__ = ["Match", "MatchResult", "Matcher"]
