"""Lists for many users from a fitted model, in bounded memory, and the reasons for them."""

from modiste.recommend.lists import recommend, write_recommendations
from modiste.recommend.reasons import explained_lists

__all__ = ["explained_lists", "recommend", "write_recommendations"]
