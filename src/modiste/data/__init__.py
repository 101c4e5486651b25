"""Files in, one `Dataset` out: sources, checks, quarantine, and the view `until` a day."""

from modiste.data.dataset import Dataset

__all__ = ["Dataset"]
