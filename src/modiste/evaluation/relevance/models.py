"""The models that are measured, each by its name and what is set otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from modiste.component import build_component, near_hint, settings_of
from modiste.errors import InputError
from modiste.evaluation.relevance.scorers import Matrix, Scorer, nearest_picture, popularity
from modiste.evaluation.relevance.split import Split
from modiste.relevance.score import Relevance
from modiste.relevance.settings import (
    RelevanceSettings,
    bpr_settings,
    paper_settings,
    vbpr_settings,
)
from modiste.relevance.tuning_settings import TuningSettings

TUNED = tuple(field.name for field in fields(TuningSettings))
"""Settings of a picture network that learns with a model."""
WITHOUT = "without popularity"
"""Ends the name of a model that is scored once more, its term of popularity left out."""
DEFAULT = "wardrobe"
"""The model that the others are compared with."""

BASELINES: Mapping[str, Callable[[Split, Matrix], Scorer]] = {
    "popularity": lambda split, _pictures: popularity(split),
    "nearest-picture": nearest_picture,
}
FITTED: Mapping[str, Callable[[], RelevanceSettings]] = {
    "ids": bpr_settings,
    "paper": paper_settings,
    "vbpr": vbpr_settings,
    "wardrobe-ids": lambda: RelevanceSettings(pictures=False),
    "wardrobe-pictures": lambda: RelevanceSettings(ids=False),
    DEFAULT: RelevanceSettings,
}
STANDARD = (*BASELINES, *FITTED)
"""Names of all models, in the order of the table."""


@dataclass(frozen=True)
class Model:
    """A model to measure."""

    name: str
    """As it was asked for, and as it is called in what is written."""
    settings: RelevanceSettings | None
    """None: a baseline that is not fitted."""
    tuning: TuningSettings | None = None
    """How the picture network learns with it; None: it stays as it is."""

    @classmethod
    def parse(cls, text: str) -> Model:
        """Read `NAME[,SETTING=VALUE …]`, such as `wardrobe,dim=32`.

        With `end_to_end=yes` the picture network learns with it, and settings of `TuningSettings`
        can be named too.

        Raises:
            InputError: If there is no model of that name, or a setting cannot have that value.
        """
        name, *given = (part.strip() for part in text.split(","))
        if name not in STANDARD:
            raise InputError(f"model {name!r}: not known{near_hint(name, STANDARD)}")
        if name in BASELINES:
            if given:
                raise InputError(f"model {text!r}: {name} has no settings, name it alone")
            return cls(name, None)
        if wrong := [part for part in given if "=" not in part]:
            raise InputError(f"model {text!r}: {wrong[0]!r} is no setting, give SETTING=VALUE")
        changes = dict(part.split("=", 1) for part in given)
        faults: list[str] = []
        end_to_end = changes.pop("end_to_end", "no")
        if end_to_end not in ("yes", "no"):
            raise InputError(f"model {text!r}: end_to_end is yes or no, not {end_to_end!r}")
        tuning = None
        if end_to_end == "yes":
            own = {key: changes.pop(key) for key in TUNED if key in changes}
            tuning = build_component(TuningSettings, own, name, faults)
        asked = {**settings_of(FITTED[name]()), **changes}
        settings = build_component(RelevanceSettings, asked, name, faults)
        if faults:
            raise InputError(f"model {text!r}: {'; '.join(faults)}")
        return cls(",".join([name, *given]), settings, tuning)


def scorers_of(fitted: Relevance, name: str, split: Split) -> dict[str, Scorer]:
    """Give a fitted model's scores by name; one that knows popularity also without it.

    A wardrobe holds what its user bought in training, nothing of what is held out.

    Args:
        fitted: The model, its items and users in the rows of the split.
        name: What it is called.
        split: Purchases.
    """
    vectors = fitted.wardrobes(split.train_user, split.train_item, n_users=split.n_users)
    whole = Scorer(vectors[split.judged_user], fitted.targets, fitted.popularity)
    found = {name: whole}
    if fitted.settings.model == "wardrobe" and fitted.settings.popularity:
        none = np.zeros_like(whole.bias)
        found[f"{name} {WITHOUT}"] = Scorer(whole.users, whole.items, none)
    return found
