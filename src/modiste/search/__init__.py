"""Search by words, by photo, by both; similar products."""

from modiste.search.answer import SearchHit, SearchResult
from modiste.search.searcher import Searcher

__all__ = ["SearchHit", "SearchResult", "Searcher"]
