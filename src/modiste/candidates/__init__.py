"""Who could like what: one file a source, and the pool that joins what they propose.

A source's name is its module's name. `CANDIDATE_SOURCES.names` lists them all.
"""

from modiste.candidates.base import CandidateSource, Tables
from modiste.registry import Registry

CANDIDATE_SOURCES = Registry(
    "modiste.candidates", CandidateSource, frozenset({"base", "factors", "lookalikes", "pool"})
)

__all__ = ["CANDIDATE_SOURCES", "CandidateSource", "Tables"]
