"""Settings of pools, past weeks and trees, searched on weeks that come before the ones judged."""

from __future__ import annotations

from modiste.errors import require

require("optuna", extra="tuning")
