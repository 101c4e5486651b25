"""The run's configuration: TOML that names components and fills their fields.

```toml
seed = 1

[candidates]
off = ["last_year"]          # every source of modiste.candidates is on unless named here

[candidates.popular]         # fields of a component; what is not named keeps its default
window_days = 28

[features]
off = ["season"]
online = "feast"             # where the server reads those of users and items; by default "direct"

[demand]
on = ["propensity"]          # columns of modiste.demand are off unless named here

[relevance]                  # turns the model on, its source (wardrobe) and its columns
keep = 60                    # of each user's pool; the rest is how it is fitted

[training]
n_windows = 26

[ranker]
objective = "log-loss"
```

Loading reports every fault at once, each with its file, section, key and the nearest right name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from modiste.candidates import CANDIDATE_SOURCES
from modiste.component import build_component, near_hint, settings_of
from modiste.demand.columns import DEMAND
from modiste.errors import ConfigError
from modiste.features import FEATURES, Feature
from modiste.ranking.lightgbm import LightGbmRanker
from modiste.ranking.prepared import Recipe
from modiste.ranking.windows import Training
from modiste.registry import Registry
from modiste.relevance.trip import RelevanceFit

T = TypeVar("T")
RELEVANCE = "relevance"
"""The name under which all that reads the relevance model is left out."""
DEMANDED = "demand"
"""The section of the columns that demand models offer."""
_SECTIONS = ("seed", "candidates", "features", DEMANDED, RELEVANCE, "training", "ranker")
DIRECT, FEAST = "direct", "feast"
"""Where the server reads features of users and items: its own tables, or a Feast repository."""
WARDROBE = "wardrobe"
_SHARED = (WARDROBE, RELEVANCE)
"""The source and the feature that read one model."""


@dataclass(frozen=True)
class Config:
    """Everything a run depends on besides the data."""

    recipe: Recipe
    training: Training = field(default_factory=Training)
    ranker: LightGbmRanker = field(default_factory=LightGbmRanker)
    seed: int = 1
    online: str = DIRECT
    """Where the server reads features of users and items: `direct` or `feast`."""

    def settings(self) -> dict[str, Any]:
        """Give every value that is in force, in the shape of the file."""
        readers = self.recipe.reading_relevance()
        given = {"keep": self.recipe.keep, **settings_of(readers[0].fit)} if readers else None
        return {
            "seed": self.seed,
            "candidates": _settings(self.recipe.sources, CANDIDATE_SOURCES, given is None),
            "features": {
                **_settings(self.recipe.features, FEATURES, given is None),
                **self._online(),
            },
            **self._demanded(),
            **({} if given is None else {RELEVANCE: given}),
            "training": settings_of(self.training),
            "ranker": settings_of(self.ranker),
        }

    def _online(self) -> dict[str, Any]:
        return {} if self.online == DIRECT else {"online": self.online}

    def _demanded(self) -> dict[str, Any]:
        on = [name for name in DEMAND.names if name in self.recipe.features]
        own = {name: settings_of(self.recipe.features[name]) for name in on}
        return {DEMANDED: {"on": on, **own}} if on else {}

    def including(self, names: Sequence[str]) -> Config:
        """Add what is off by default, by name: columns of demand, `relevance`.

        Raises:
            ConfigError: If there are no such columns.
        """
        known = (*DEMAND.names, RELEVANCE)
        for name in names:
            if name not in known:
                raise ConfigError(f"--with {name}: no such columns{near_hint(name, known)}")
        recipe = self.recipe
        new = {name: DEMAND.get(name)() for name in DEMAND.names if name in names}
        sources, features = dict(recipe.sources), {**new, **recipe.features}
        if RELEVANCE in names and not recipe.reading_relevance():
            sources[WARDROBE] = CANDIDATE_SOURCES.get(WARDROBE)()
            features[RELEVANCE] = FEATURES.get(RELEVANCE)()
        order = (*FEATURES.names, *DEMAND.names)
        return replace(
            self,
            recipe=replace(
                recipe,
                sources={
                    name: sources[name] for name in CANDIDATE_SOURCES.names if name in sources
                },
                features={name: features[name] for name in order if name in features},
            ),
        )

    def without(self, names: Sequence[str]) -> Config:
        """Leave out sources and families of features by name; `relevance`: all that reads it.

        Raises:
            ConfigError: If a name is of neither, or no source is left.
        """
        known = (*CANDIDATE_SOURCES.names, *FEATURES.names, *DEMAND.names)
        for name in names:
            if name not in known:
                raise ConfigError(f"--without {name}: no such source{near_hint(name, known)}")
        out = {*names, *(_SHARED if RELEVANCE in names else ())}
        recipe = self.recipe
        sources = {name: part for name, part in recipe.sources.items() if name not in out}
        features = {name: part for name, part in recipe.features.items() if name not in out}
        if not sources:
            raise ConfigError(f"--without {', '.join(names)}: every source is off, leave one on")
        keep = recipe.keep if RELEVANCE in features else 0
        return replace(self, recipe=Recipe(sources, features, keep))


def shipped_names() -> list[str]:
    """List the configurations that come with modiste."""
    files = resources.files("modiste.configs").iterdir()
    return sorted(file.name[:-5] for file in files if file.name.endswith(".toml"))


def load_config(source: str | Path | None = None) -> Config:
    """Load a configuration.

    Args:
        source: Path of a TOML file, or the name of a shipped one; None: every default.

    Raises:
        ConfigError: Listing every fault of the file, one a line.
    """
    if source is None:
        return build_config({}, "defaults")
    text, origin = _read(source)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin} is no TOML ({error}): mend that line") from None
    return build_config(values, origin)


def build_config(values: Mapping[str, Any], origin: str) -> Config:
    """Build a configuration from plain values.

    Args:
        values: What a TOML file holds.
        origin: Where they come from, for messages.

    Raises:
        ConfigError: Listing every fault.
    """
    faults: list[str] = []
    for key in values:
        if key not in _SECTIONS:
            faults.append(f"{origin}: {key}: no such section or key{near_hint(key, _SECTIONS)}")
    seed = values.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        faults.append(f"{origin}: seed: given {seed!r}, expected a whole number from 0")
        seed = 1
    keep, fit = _build_relevance(values, origin, faults)
    sources = _build_all(CANDIDATE_SOURCES, values, "candidates", origin, faults, fit)
    values, online = _online(values, origin, faults)
    features = _build_all(FEATURES, values, "features", origin, faults, fit)
    features |= _build_demand(values, origin, faults)
    training = build_component(Training, values.get("training", {}), f"{origin}: training", faults)
    ranker = build_component(LightGbmRanker, values.get("ranker", {}), f"{origin}: ranker", faults)
    if not sources and not faults:
        faults.append(f"{origin}: candidates.off: every source is off, leave one on")
    recipe = Recipe(sources, features, keep)
    if RELEVANCE in values and not faults and not recipe.reading_relevance():
        off = f"candidates.off names {WARDROBE} and features.off {RELEVANCE}"
        faults.append(f"{origin}: {RELEVANCE}: nothing reads it, {off}: take one of them away")
    if faults or training is None or ranker is None:
        raise ConfigError("\n".join(faults))
    made = Config(recipe, training, ranker, seed, online)
    return made if _asks_relevance(values) else made.without([RELEVANCE])


def _read(source: str | Path) -> tuple[str, str]:
    path = Path(source)
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8"), str(path)
        except UnicodeDecodeError:
            raise ConfigError(f"{path} is not UTF-8 text: give a TOML file") from None
    if str(source) in shipped_names():
        file = resources.files("modiste.configs") / f"{source}.toml"
        return file.read_text(encoding="utf-8"), f"{source}.toml"
    known = ", ".join(shipped_names())
    raise ConfigError(f"no configuration {source}: give the path of a file, or one of {known}")


def _asks_relevance(values: Mapping[str, Any]) -> bool:
    """Tell whether the model is asked for: by its section, or by that of one of its readers."""
    sections = values.get("candidates", {}), values.get("features", {})
    return RELEVANCE in values or WARDROBE in sections[0] or RELEVANCE in sections[1]


def _build_relevance(
    values: Mapping[str, Any], origin: str, faults: list[str]
) -> tuple[int, RelevanceFit]:
    """Build what the section `[relevance]` says: how many pairs are kept, and the fit."""
    place, given = f"{origin}: {RELEVANCE}", values.get(RELEVANCE, {})
    keep = given.get("keep", 0) if isinstance(given, Mapping) else 0
    if not isinstance(keep, int) or isinstance(keep, bool) or keep < 0:
        faults.append(f"{place}.keep: given {keep!r}, expected a whole number, 0 keeps all")
        keep = 0
    if isinstance(given, Mapping):
        given = {key: value for key, value in given.items() if key != "keep"}
    return keep, build_component(RelevanceFit, given, place, faults) or RelevanceFit()


def _online(
    values: Mapping[str, Any], origin: str, faults: list[str]
) -> tuple[Mapping[str, Any], str]:
    """Take from the section `[features]` where the server reads them."""
    given = values.get("features")
    if not isinstance(given, Mapping) or "online" not in given:
        return values, DIRECT
    online = given["online"]
    if online not in (DIRECT, FEAST):
        faults.append(f"{origin}: features.online: given {online!r}, expected direct or feast")
    rest = {key: value for key, value in given.items() if key != "online"}
    return {**values, "features": rest}, online


def _build_demand(values: Mapping[str, Any], origin: str, faults: list[str]) -> dict[str, Feature]:
    """Build the columns of demand that the section `[demand]` turns on."""
    place, given = f"{origin}: {DEMANDED}", values.get(DEMANDED, {})
    on = given.get("on", []) if isinstance(given, Mapping) else None
    if not isinstance(on, list) or not all(isinstance(name, str) for name in on):
        faults.append(f"{place}: given {given!r}, expected a section with a list of names, on")
        return {}
    for name in [*(key for key in given if key != "on"), *on]:
        if name not in DEMAND.names:
            faults.append(f"{place}.{name}: no such columns{near_hint(name, DEMAND.names)}")
    made = {
        name: build_component(DEMAND.get(name), given.get(name, {}), f"{place}.{name}", faults)
        for name in DEMAND.names
        if name in on
    }
    return {name: part for name, part in made.items() if part is not None}


def _build_all(
    registry: Registry[T],
    values: Mapping[str, Any],
    section: str,
    origin: str,
    faults: list[str],
    fit: RelevanceFit,
) -> dict[str, T]:
    given = values.get(section, {})
    if not isinstance(given, Mapping):
        faults.append(f"{origin}: {section}: given {given!r}, expected a section")
        return {}
    off = given.get("off", [])
    if not isinstance(off, list) or not all(isinstance(name, str) for name in off):
        faults.append(f"{origin}: {section}.off: given {off!r}, expected a list of names")
        off = []
    for name in [*(key for key in given if key != "off"), *off]:
        if name not in registry.names:
            hint = near_hint(name, registry.names)
            faults.append(f"{origin}: {section}.{name}: no such component{hint}")
    built = {}
    for name in registry.names:
        if name not in off:
            place = f"{origin}: {section}.{name}"
            own = given.get(name, {})
            if name in _SHARED and isinstance(own, Mapping):
                if "fit" in own:
                    faults.append(f"{place}.fit: its keys belong to [relevance], give them there")
                own = {**own, "fit": fit}
            made = build_component(registry.get(name), own, place, faults)
            if made is not None:
                built[name] = made
    return built


def _settings(parts: Mapping[str, Any], registry: Registry[Any], plain: bool) -> dict[str, Any]:
    """Give what is off and each part's settings; `plain`: relevance is off as it is by default."""
    off = [name for name in registry.names if name not in parts]
    off = [name for name in off if not (plain and name in _SHARED)]
    own = {name: settings_of(parts[name]) for name in registry.names if name in parts}
    for name in own:
        own[name].pop("fit", None)  # it stands in [relevance], once for all who read the model
    return {"off": off, **own}
