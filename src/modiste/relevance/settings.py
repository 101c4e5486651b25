"""What can be chosen when a relevance model is fitted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from modiste.component import component

ModelName = Literal["wardrobe", "factors", "vbpr"]
LossName = Literal["softmax", "cross_entropy", "bpr"]
StrategyName = Literal["shared", "uniform", "same_kind", "same_day", "popular"]


@component
class RelevanceSettings:
    """How users and items are laid out, what is made small, and how it is learned."""

    model: ModelName = "wardrobe"
    """`wardrobe`: a user is the mean of the vectors of what they bought. `factors`: each user has a
    vector (Elsayed et al. 2022). `vbpr`: so, with a visual part beside it (He & McAuley 2016)."""
    ids: bool = True
    """Whether an item has a vector of its own. Without pictures and with `loss="bpr"`, `factors` is
    BPR-MF."""
    pictures: bool = True
    """Whether an item's picture makes part of its vector: needed for items never sold."""
    loss: LossName = "softmax"
    """`softmax`: the bought one out of all that were drawn. `cross_entropy`: bought or not, each
    pair for itself. `bpr`: the bought one above the other."""
    dim: int = Field(default=64, ge=2, le=1024)
    """Length of a factor; VBPR has as many for looks again."""
    dense: int = Field(default=0, ge=0, le=4096)
    """Size of a hidden ReLU layer over the picture's features; 0: none, the layer that gives the
    factor has the ReLU, as in the paper."""
    picture_axes: int = Field(default=256, ge=0, le=8192)
    """Picture features are turned onto so many principal axes while fitting, which is quicker; what
    is stored reads the features as they are. 0: not turned."""
    attention: bool = False
    """Whether what was bought counts in a wardrobe by a learned weight, instead of all alike."""
    popularity: bool = True
    """Whether a wardrobe model has a learned weight on the logarithm of an item's sales."""
    id_dropout: float = Field(default=0.3, ge=0, lt=1)
    """How often an item's own vector is left out while fitting, so that its picture learns to stand
    alone; only where both are there. Source: Volkovs et al., DropoutNet, 2017."""
    regularisation: float = Field(default=0.02, ge=0)
    """Weight of the squared length of each pair's vectors, part of the loss."""
    negatives: StrategyName = "shared"
    """How what was not bought is drawn, see `negatives`; `shared` goes with the softmax only."""
    ratio: int = Field(default=10, ge=1, le=1000)
    """Negatives for each positive."""
    n_shared: int = Field(default=1000, ge=1)
    """Negatives of a whole batch, by the strategy `shared`."""
    epochs: int = Field(default=30, ge=1, le=10_000)
    """Times each purchase is learned from, unless held-out figures stop getting better before."""
    patience: int = Field(default=3, ge=1)
    """Epochs without a better held-out AUC after which fitting stops."""
    held_out: int = Field(default=2000, ge=0)
    """Users whose last purchase decides when to stop; at most a tenth of those with two or more.
    0: all epochs are run."""
    batch: int = Field(default=1024, ge=1)
    """Purchases a step."""
    longest: int = Field(default=64, ge=2)
    """Purchases that make one wardrobe while fitting; a longer one is cut into pieces by time."""
    rate: float = Field(default=2e-3, gt=0, le=1)
    """Size of a step."""
    n_models: int = Field(default=1, ge=1, le=100)
    """Models of an ensemble, see `ensemble`."""
    seed: int = 0
    """Same seed, same purchases, same machine and threads: same model."""

    @model_validator(mode="after")
    def _fits_together(self) -> RelevanceSettings:
        if not (self.ids or self.pictures):
            raise ValueError("an item needs ids, pictures or both")
        if self.negatives == "shared" and self.loss != "softmax":
            raise ValueError(f"shared negatives go with softmax, not {self.loss}")
        if self.attention and self.n_models > 1:
            raise ValueError("attention goes with one model: each would weigh wardrobes otherwise")
        return self


def paper_settings() -> RelevanceSettings:
    """Give the paper's form: user factor by item factor, cross-entropy, 10 uniform negatives.

    Source: Elsayed, Brinkmeyer, Schmidt-Thieme, End-to-End Image-Based Fashion
    Recommendation, 2022.
    """
    return RelevanceSettings(
        model="factors",
        loss="cross_entropy",
        negatives="uniform",
        id_dropout=0.0,
        rate=0.02,
        regularisation=0.01,
    )


def bpr_settings() -> RelevanceSettings:
    """Give BPR-MF: user and item ids alone.

    Source: Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, 2009.
    """
    return RelevanceSettings(
        model="factors",
        pictures=False,
        loss="bpr",
        negatives="uniform",
        id_dropout=0.0,
        rate=0.02,
        regularisation=0.03,
    )


def vbpr_settings() -> RelevanceSettings:
    """Give VBPR, equation 3 with the loss of equation 6.

    Source: He & McAuley, VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback, 2016.
    """
    return RelevanceSettings(
        model="vbpr",
        loss="bpr",
        negatives="uniform",
        id_dropout=0.0,
        rate=0.02,
        regularisation=0.03,
    )
