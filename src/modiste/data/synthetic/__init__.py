"""A made-up fashion shop in the layout of the H&M contest's files.

The trip from a seed to the files, which is also how the modules depend on one another:

```
scales, streams ─▶ catalogue ─▶ customers ─▶ visits ─▶ purchases ─▶ writer ─▶ shop
   kinds, colours,    │  calendar              descriptions ─▶ tables ──▲       ▲
   audiences ─────────┘                          silhouettes, textures ─▶ pictures
```

`write_synthetic_shop` does all of it. What was planted is `Planted`.
"""

from modiste.data.synthetic.planted import Planted
from modiste.data.synthetic.scales import SCALES, Scale
from modiste.data.synthetic.shop import write_synthetic_shop

__all__ = ["SCALES", "Planted", "Scale", "write_synthetic_shop"]
