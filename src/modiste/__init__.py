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

Importing `modiste` is cheap: libraries that take long to load are imported where they are used.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
