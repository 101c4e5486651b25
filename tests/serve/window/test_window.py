"""The read side as a server asks it: lists, items, search, suggestions and facets of one shop."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modiste.serve.database.store import DatabaseAwayError
from modiste.serve.ports import Recalled
from modiste.serve.schemas import Event, EventKind, SearchRequest
from modiste.serve.window import NoEvents, RecommendationsAsked, ShopWindow, UnknownItemError

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Remembered(NoEvents):
    """Events in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def recall(self, user_id: str) -> Recalled:
        return Recalled([event for event in self.events if event.user_id == user_id])

    def tell(self, user_id: str, item_id: str, kind: EventKind) -> None:
        number = f"event {len(self.events)}"
        self.events.append(
            Event(event_id=number, user_id=user_id, item_id=item_id, kind=kind, time=NOW)
        )


@pytest.fixture(scope="module")
def events() -> Remembered:
    return Remembered()


@pytest.fixture(scope="module")
def window(trained_shop: Path, events: Remembered) -> ShopWindow:
    return ShopWindow.open(trained_shop, events)


@pytest.fixture(scope="module")
def user(window: ShopWindow) -> str:
    assert window.personal is not None
    return str(window.personal.live.users["user_id"][4])


def ids(window: ShopWindow, asked: RecommendationsAsked) -> list[str]:
    return [item.id for item in window.recommendations(asked).items]


def test_it_answers_everything_once_and_misses_nothing(window: ShopWindow) -> None:
    assert window.warm() == []


def test_a_known_user_gets_a_list_that_says_how_it_was_made(window: ShopWindow, user: str) -> None:
    answer = window.recommendations(RecommendationsAsked(user, 7))
    assert [item.rank for item in answer.items] == list(range(1, 8))
    assert answer.release == window.release
    assert not answer.fallback
    assert answer.notes == []
    assert all(item.reason.text for item in answer.items)


def test_an_unknown_user_gets_what_is_popular_and_is_told_so(window: ShopWindow) -> None:
    answer = window.recommendations(RecommendationsAsked("nobody at all", 5))
    assert len(answer.items) == 5
    assert answer.fallback
    assert answer.notes


def test_events_change_the_next_answer(window: ShopWindow, events: Remembered, user: str) -> None:
    before = ids(window, RecommendationsAsked(user))
    events.tell(user, before[2], EventKind.HIDE)
    without = ids(window, RecommendationsAsked(user))
    assert without[:2] == before[:2]
    assert without[2:11] == before[3:]
    events.tell(user, window.catalogue.ids[10], EventKind.PURCHASE)
    assert ids(window, RecommendationsAsked(user)) != without
    assert len(without) == 12


def test_the_basket_counts_at_once_and_is_not_shown(window: ShopWindow) -> None:
    first = ids(window, RecommendationsAsked(None))
    basket = tuple(window.catalogue.ids[20:22])
    asked = RecommendationsAsked(None, placement="basket", items=basket)
    answer = window.recommendations(asked)
    assert not answer.fallback
    found = [item.id for item in answer.items]
    assert found != first
    assert not set(found) & set(basket)


def test_reasons_name_what_was_looked_at_and_not_as_bought(window: ShopWindow) -> None:
    seen = window.recommendations(RecommendationsAsked(None, 1)).items[0]
    asked = RecommendationsAsked(None, 40, "product", (seen.id,))
    answer = window.recommendations(asked)
    because = [item.reason for item in answer.items if item.reason.because == seen.id]
    assert because, "nothing relates to what was looked at"
    assert all(one.text.endswith(f" you looked at: {seen.name}") for one in because)
    assert f"because you looked at: {seen.name}" in {one.text for one in because}
    basket = RecommendationsAsked(None, 40, "basket", (seen.id,))
    texts = [item.reason.text for item in window.recommendations(basket).items]
    assert f"goes with your basket: {seen.name}" in texts


def test_explained_lists_tell_what_moved_their_scores(window: ShopWindow, user: str) -> None:
    plain = window.recommendations(RecommendationsAsked(user, 5))
    answer = window.recommendations(RecommendationsAsked(user, 5, explain=True))
    assert [item.id for item in answer.items] == [item.id for item in plain.items]
    assert plain.items[0].reason.parts is None
    parts = answer.items[0].reason.parts
    assert parts
    assert window.personal is not None
    assert set(parts) <= set(window.personal.live.model.fit.ranker.columns)
    sizes = [abs(value) for value in parts.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0


def test_stored_and_live_give_one_list(window: ShopWindow) -> None:
    assert window.personal is not None
    for user in window.personal.live.users["user_id"].to_list()[10:14]:
        stored = window.recommendations(RecommendationsAsked(user, 12))
        made = window.recommendations(RecommendationsAsked(user, 12, explain=True))
        assert (stored.strategy, made.strategy) == ("stored", "live")
        told = [(item.id, item.rank, item.score, item.reason.text) for item in stored.items]
        assert told == [(item.id, item.rank, item.score, item.reason.text) for item in made.items]


def test_only_a_stored_list_is_given_at_once(window: ShopWindow, events: Remembered) -> None:
    assert window.personal is not None
    other = window.personal.live.users["user_id"][20]
    stored = window.at_once(RecommendationsAsked(other))
    assert stored is not None
    assert stored == window.recommendations(RecommendationsAsked(other))
    assert window.at_once(RecommendationsAsked(other, explain=True)) is None
    assert window.at_once(RecommendationsAsked(other, filters=("colour=Black",))) is None
    assert window.at_once(RecommendationsAsked(other, placement="new")) is None
    events.tell(other, window.catalogue.ids[0], EventKind.VIEW)
    assert window.at_once(RecommendationsAsked(other)) is None, "an event counts at once"


def test_without_the_database_everybody_gets_the_list_for_somebody_new(
    window: ShopWindow, events: Remembered, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(user_id: str) -> Recalled:
        raise DatabaseAwayError(f"nothing of {user_id}")

    monkeypatch.setattr(events, "recall", away)
    answer = window.recommendations(RecommendationsAsked(user))
    assert answer.items == window.recommendations(RecommendationsAsked()).items
    assert answer.fallback
    assert "the database does not answer" in answer.degraded[-1]
    assert not any("you buy" in item.reason.text for item in answer.items)


def test_filters_hold_and_a_short_list_says_what_to_loosen(window: ShopWindow, user: str) -> None:
    answer = window.recommendations(RecommendationsAsked(user, filters=("colour=Black",)))
    assert {item.attributes["colour"] for item in answer.items} == {"Black"}
    narrow = RecommendationsAsked(user, 12, filters=("colour=Black", "price<0.003"))
    short = window.recommendations(narrow)
    assert len(short.items) < 12
    assert "without price<0.003" in short.notes[0]


def test_a_page_has_the_item_and_its_other_colours(window: ShopWindow) -> None:
    page = window.item(window.catalogue.ids[0])
    assert page.id == window.catalogue.ids[0]
    assert {other.product for other in page.variants} <= {page.product}
    with pytest.raises(UnknownItemError, match="is not in the catalogue"):
        window.item("nothing")


def test_what_goes_with_an_item_is_of_another_product(window: ShopWindow) -> None:
    best = window.recommendations(RecommendationsAsked(None, 1)).items[0]
    answer = window.goes_with(best.id, 4)
    assert answer.strategy == "bought together"
    kinds = [item.attributes["kind"] != best.attributes["kind"] for item in answer.items]
    assert kinds == sorted(kinds, reverse=True), "other kinds come first"
    assert best.product not in {item.product for item in answer.items}


def test_similar_items_are_ranked(window: ShopWindow) -> None:
    answer = window.similar(window.catalogue.ids[3], 5)
    scores = [item.score or 0.0 for item in answer.items]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


def test_words_find_what_they_name(window: ShopWindow) -> None:
    found = window.search(SearchRequest(words="black trousers", k=3))
    assert found.understood["colour"] == ["Black"]
    assert found.items[0].attributes["kind"] == "Trousers"


def test_suggestions_begin_as_typed_and_forgive_an_error(window: ShopWindow) -> None:
    assert all("tro" in one.text.lower() for one in window.suggest("tro").suggestions)
    assert "Trousers" in [one.text for one in window.suggest("truosers").suggestions]
    assert window.suggest("   ").suggestions == []


def test_facets_count_what_a_filter_and_a_query_leave(window: ShopWindow) -> None:
    every = {facet.name: facet for facet in window.facets().facets}
    black = next(one.count for one in every["colour"].values if one.value == "Black")
    kept = {facet.name: facet for facet in window.facets(["colour=Black"]).facets}
    assert [one.value for one in kept["colour"].values] == ["Black"]
    assert sum(one.count for one in kept["kind"].values) == black
    found = {facet.name: facet for facet in window.facets([], "trousers").facets}
    assert found["kind"].values[0].value == "Trousers"


def test_a_mistyped_word_is_told_and_can_be_asked_for_as_it_is(window: ShopWindow) -> None:
    found = window.search(SearchRequest(words="drss", k=6))
    assert found.corrections == {"drss": "dress"}
    as_typed = window.search(SearchRequest(words="drss", spelling=False, k=6))
    assert as_typed.corrections == {}
    assert not any("was read as" in note for note in as_typed.notes)
