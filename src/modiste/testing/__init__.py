"""For tests of one's own components: made-up shops and the contracts that every component holds.

```python
from modiste.testing.contracts import check_source
from modiste.testing.shops import random_shop

check_source(MySource(), random_shop())
```
"""

from modiste.testing.contracts import check_feature, check_source
from modiste.testing.shops import make_shop, random_shop, with_other_future

__all__ = ["check_feature", "check_source", "make_shop", "random_shop", "with_other_future"]
