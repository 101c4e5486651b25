"""Recommendations for one user: stored where nothing happened since, live where something did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isnan

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import ModisteError
from modiste.recommend.live import LiveModel, Made, Signal
from modiste.recommend.reasons import Explainer
from modiste.recommend.ruled import bought_lately
from modiste.recommend.stored import StoredLists
from modiste.release import Release
from modiste.rules import Rules
from modiste.rules.filters import Filter, allowed, loosening_advice
from modiste.search.searcher import read_filters
from modiste.serve.schemas import KnownUser, Listed, Shown
from modiste.serve.window.asked import RecommendationsAsked
from modiste.serve.window.catalogue import Catalogue
from modiste.serve.window.events import EventSource, Told, told_by
from modiste.serve.window.ids import Ids
from modiste.serve.window.reasons import Teller, parts_of

_UNKNOWN = "nothing is known of this user yet: what is popular now"
_AWAY = "the database does not answer: the list is the one for somebody new"
_ENOUGH = 8
"""Purchases of users that are shown as examples, if any have so many."""
_SESSION_KIND = {"home": "view", "product": "view", "basket": "basket"}
"""What items named with a request are taken for."""
_SHARED = frozenset(
    ("users", "items", "item_ids_by_place", "item_ids", "teller", "explainer", "places", "_ageless")
)
"""What neither rules nor lists alter."""


@dataclass(frozen=True)
class _Asker:
    """Who asks for a list."""

    user: int | None = None
    """Position in the release; None: it does not know them."""
    told: Told = field(default_factory=Told)
    """What they did since."""
    away: tuple[str, ...] = ()
    """What to tell where the events could not be asked for."""


@dataclass(frozen=True)
class Personal:
    """A release, ready to be asked for one user at a time."""

    release: Release
    live: LiveModel
    catalogue: Catalogue
    rules: Rules
    """Bound to the release; `shown` stands for what they allow."""
    events: EventSource
    stored: StoredLists | None = None
    """Lists made beforehand under the same rules; None: every list is made now."""
    degraded: tuple[str, ...] = ()
    """What every answer lacks."""
    shown: npt.NDArray[np.bool_] | None = None
    """Which items of the catalogue may be shown as the rules and the stock are now, `[n_items]`;
    None: all. Lists that were made beforehand keep to it too."""

    def under(
        self,
        rules: Rules,
        shown: npt.NDArray[np.bool_] | None,
        stored: StoredLists | None,
        degraded: tuple[str, ...],
    ) -> Personal:
        """Give the same release under other rules and with other lists."""
        rules = replace(rules, allowed=None)
        newer = replace(self, rules=rules, shown=shown, stored=stored, degraded=degraded)
        for name in vars(self).keys() & _SHARED:
            vars(newer)[name] = vars(self)[name]
        return newer

    @cached_property
    def users(self) -> Ids:
        """The users that the release knows."""
        return Ids.of(self.live.users["user_id"])

    @cached_property
    def items(self) -> pl.DataFrame:
        """The release's own items by `item_idx`."""
        return collect(self.release.shop.items).sort("item_idx")

    @cached_property
    def item_ids_by_place(self) -> list[str]:
        """Ids of the release's items by `item_idx`."""
        return self.items["item_id"].to_list()

    @cached_property
    def teller(self) -> Teller:
        """Puts reasons into words."""
        sources = self.live.model.recipe.sources
        texts = {name: source.reason for name, source in sources.items()}
        return Teller(texts, self.item_ids_by_place, self.items["name"].to_list())

    @cached_property
    def _ageless(self) -> npt.NDArray[np.bool_]:
        """Whether a user's age is unknown, `[n_users + 1]`; the last is a new user."""
        return np.append(self.live.users["age"].is_null().to_numpy(), True)

    @cached_property
    def explainer(self) -> Explainer:
        """Says why."""
        return Explainer(self.live.model)

    @cached_property
    def item_ids(self) -> Ids:
        """The items that the release knows."""
        return Ids.of(self.items["item_id"])

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """Position in the catalogue of each of the release's items; -1: it left the catalogue."""
        found = (self.catalogue.find(item_id) for item_id in self.items["item_id"])
        return np.array([-1 if place is None else place for place in found], np.int64)

    @cached_property
    def may(self) -> npt.NDArray[np.bool_]:
        """Which of the release's items are in the catalogue and may be shown now, `[n_items]`."""
        known = self.places >= 0
        return known if self.shown is None else known & self.shown[self.places]

    def answer(self, asked: RecommendationsAsked) -> Listed:
        """Give a list for a user.

        Raises:
            UnknownItemError: If an item named with the request is not in the catalogue.
            InputError: If a filter cannot be used.
        """
        filters = read_filters(asked.filters)
        session = [self.catalogue.position(item_id) for item_id in asked.items]
        asker = self._asker(asked.user_id)
        user = asker.user
        if asker.told == Told() and asked.is_plain:
            beforehand = self._stored(asker, asked.k)
            if beforehand is not None:
                return beforehand
        told = self._with_session(asker.told, asked, session)
        shop = self.live.asked(user, told.signals)
        rules = self._rules(filters)
        kind = _SESSION_KIND[asked.placement]
        hidden = {*told.hidden, *told.seen_as, *self._in_release(session)}
        made = self.live.lists(shop, asked.k, rules, sorted(hidden))
        is_known = user is not None or bool(told.signals)
        signals = {**told.seen_as, **dict.fromkeys(self._in_release(session), kind)}
        shown = self._shown(made, shop, signals, asked.explain, nobody=not is_known)
        notes = [] if is_known or asker.away else [_UNKNOWN]
        if len(shown) < asked.k:
            notes.append(self._shortage(len(shown), asked.k, filters))
        return Listed(
            items=shown,
            release=self.release.name,
            strategy="live",
            fallback=not is_known,
            degraded=[*self.degraded, *asker.away, *made.lacking],
            notes=notes,
        )

    def at_once(self, asked: RecommendationsAsked) -> Listed | None:
        """Give a user's stored list; None: the list must be made now, or asking takes time."""
        if not asked.is_plain or not self.events.is_near:
            return None
        asker = self._asker(asked.user_id)
        return self._stored(asker, asked.k) if asker.told == Told() else None

    def bought_lately(self, user_id: str, days: int) -> set[int]:
        """Give the catalogue's positions of what a user bought in the last `days` days."""
        asker = self._asker(user_id)
        bought = [one for one in asker.told.signals if one.kind == "purchase"]
        rows = bought_lately(self.live.asked(asker.user, bought), days)
        return {int(place) for place in self.places[rows["item_idx"].to_numpy()] if place >= 0}

    def has_stored_list(self, user_id: str) -> bool:
        """Tell whether a list was made for a user beforehand."""
        return self.stored is not None and self._asker(user_id).user is not None

    def _stored(self, asker: _Asker, k: int) -> Listed | None:
        """Give the list that was made beforehand, without what may no longer be shown.

        None: there is none, or too little of it is left.
        """
        lists = self.stored
        if lists is None or k > lists.k:
            return None
        row = self.live.n_users if asker.user is None else asker.user
        nobody = asker.user is None or self.live.starts[row] == self.live.starts[row + 1]
        items = lists.items[row]
        kept = np.flatnonzero((items >= 0) & self.may[items])[:k]
        if len(kept) < k:
            return None
        places = self.places[items[kept]].tolist()
        because, sources = lists.because[row, kept].tolist(), lists.sources[row, kept].tolist()
        scores = lists.scores[row, kept].tolist()
        ageless = bool(self._ageless[row])
        shown = []
        for at, place in enumerate(places):
            source = lists.names[sources[at]] if sources[at] >= 0 else None
            reason = self.teller.tell(source, because[at], ageless=ageless, nobody=nobody)
            score = None if isnan(scores[at]) else scores[at]
            shown.append(self.catalogue.shown(place, at + 1, score, reason))
        return Listed(
            items=shown,
            release=self.release.name,
            strategy="stored",
            fallback=asker.user is None,
            degraded=[*self.degraded, *asker.away],
            notes=[_UNKNOWN] if asker.user is None and not asker.away else [],
        )

    def known_users(self, k: int) -> list[KnownUser]:
        """Give some users with a history, spread over all."""
        rows = self.live.rows
        counts = np.diff(self.live.starts)
        many = np.flatnonzero(counts >= min(_ENOUGH, int(counts.max(initial=0))))
        chosen = many[np.linspace(0, len(many) - 1, min(k, len(many))).astype(np.int64)]
        found = []
        for user in chosen.tolist():
            bought = rows.slice(self.live.starts[user], counts[user])["item_idx"]
            note = f"{counts[user]} bought"
            if "kind" in self.items.columns and counts[user]:
                kinds = self.items["kind"].gather(bought).drop_nulls().mode(maintain_order=True)
                note += f", mostly {kinds[0]}" if len(kinds) else ""
            user_id = self.live.users.item(user, "user_id")
            found.append(KnownUser(id=user_id, bought=int(counts[user]), note=note))
        return found

    def _asker(self, user_id: str | None) -> _Asker:
        if user_id is None:
            return _Asker()
        try:
            recalled = self.events.recall(user_id)
        except ModisteError:
            # Whether they asked to be forgotten is not known either: nobody's list serves all.
            return _Asker(away=(_AWAY,))
        user = None if recalled.forgotten else self.users.find(user_id)
        return _Asker(user, told_by(recalled.events, self.item_ids.find))

    def _with_session(
        self, told: Told, asked: RecommendationsAsked, session: Sequence[int]
    ) -> Told:
        last = self.live.last_day
        kind = _SESSION_KIND[asked.placement]
        now = tuple(Signal(item, kind, last) for item in self._in_release(session))
        return replace(told, signals=(*told.signals, *now))

    def _in_release(self, places: Sequence[int]) -> list[int]:
        found = (self.item_ids.find(self.catalogue.ids[place]) for place in places)
        return [item for item in found if item is not None]

    def _rules(self, filters: Sequence[Filter]) -> Rules:
        """Give the rules with a request's filters, without what may not be shown now."""
        kept = self.may
        if filters:
            kept = kept & allowed(filters, self.catalogue.items)[self.places]
        elif kept.all():
            return self.rules
        return replace(
            self.rules, allowed=pl.Series("item_idx", np.flatnonzero(kept), dtype=pl.Int32)
        )

    def _shown(
        self,
        made: Made,
        shop: Dataset,
        signals: Mapping[int, str],
        explained: bool,
        *,
        nobody: bool,
    ) -> list[Shown]:
        reasons = self.explainer.explain(made.rows, shop, made.lists)
        why = {row["item_idx"]: row for row in reasons.iter_rows(named=True)}
        parts = parts_of(self.live.model, made) if explained else {}
        ageless = bool(self._ageless[made.lists["user_idx"].max() or 0])  # type: ignore[index]
        shown: list[Shown] = []
        for row in made.lists.sort("rank").iter_rows(named=True):
            told = why.get(row["item_idx"], {"source": None, "because_idx": None})
            reason = self.teller.tell(
                told["source"],
                -1 if told["because_idx"] is None else told["because_idx"],
                parts=parts.get(row["item_idx"]),
                signals=signals,
                ageless=ageless,
                nobody=nobody,
            )
            place = int(self.places[row["item_idx"]])
            shown.append(self.catalogue.shown(place, len(shown) + 1, row["score"], reason))
        return shown

    def _shortage(self, found: int, k: int, filters: Sequence[Filter]) -> str:
        advice = loosening_advice(filters, self.catalogue.items, k)
        why = advice or "the rules and the filters let no more of what was ever sold be shown"
        return f"{found} of {k}: {why}"
