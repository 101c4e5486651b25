"""Recommendations, search and honest evaluation for a fashion shop.

The trip of the data, which is also the order of the folders:

```
files ─ data ─▶ Dataset ─▶ candidates ─┐
                    │      features   ─┼─▶ ranking table ─▶ ranker ─▶ Recommendations ─▶ release
                    └──────────────────┘
                                           evaluation: the same steps on past weeks, week by week
```

A shop's files become one `Dataset`. A stage never sees "the data": it sees the shop as it stood
before a day, `dataset.until(as_of)`. Candidate sources propose articles for customers, features
describe user, item and pair, the ranker orders what was proposed, and the same functions serve
training, evaluation and the nightly batch with another `as_of`.

Beside that road `encoders` and `index` turn pictures and words into vectors and find neighbours;
`relevance`, `demand` and `garments` are models: does it fit this wardrobe, what will be wanted,
what is in this photo. `search`, `rules` and `report` use them; `tuning`, `runs` and `feature_store`
look after a shop's settings, runs and features; `serve` and `cli` are the doors.

Importing `modiste` is cheap: libraries that take long to load are imported where they are used.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
