"""The features of users and items as a Feast repository: past weeks offline, the release online."""

from __future__ import annotations

from modiste.errors import require

require("feast", extra="feast")
