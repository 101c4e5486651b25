"""Files in, one `Dataset` out: sources, checks, quarantine, and the view `until` a day."""

from modiste.data.dataset import Dataset
from modiste.data.shop import open_shop

__all__ = ["Dataset", "open_shop"]
