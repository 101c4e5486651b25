"""Reasons in words."""

from __future__ import annotations

import pytest

from modiste.candidates import CANDIDATE_SOURCES
from modiste.serve.window.reasons import Teller

TELLER = Teller(
    {"popular_age": "popular with your age this week", "bought_together": "often bought with"},
    ["001", "002"],
    ["Rosa", None],
)


def test_who_tells_no_age_is_not_told_of_it() -> None:
    assert TELLER.tell("popular_age").text == "popular with your age this week"
    assert TELLER.tell("popular_age", ageless=True).text == "popular this week"


def test_nobody_is_not_told_what_they_buy() -> None:
    texts = {name: CANDIDATE_SOURCES.get(name).reason for name in CANDIDATE_SOURCES.names}
    teller = Teller(texts, [], [])
    for name in ("new_arrivals", "popular_channel", "popular_department", "popular", "trending"):
        assert "you" not in teller.tell(name, nobody=True).text.split()
    assert teller.tell("new_arrivals").text == "new in, and of the kind you buy"


def test_what_leads_to_an_item_is_named() -> None:
    reason = TELLER.tell("bought_together", 0)
    assert (reason.text, reason.because) == ("often bought with: Rosa", "001")
    assert TELLER.tell("bought_together", 1).text == "often bought with: 002"


def test_what_was_only_looked_at_is_not_called_bought() -> None:
    reason = TELLER.tell("bought_together", 0, signals={0: "like"})
    assert reason.text == "because you like: Rosa"


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("same_product", "view", "another colour of what you looked at: Rosa"),
        ("same_product", "basket", "another colour of what is in your basket: Rosa"),
        ("similar_pictures", "like", "looks like what you like: Rosa"),
        ("als", "view", "fits what you looked at: Rosa"),
        ("similar_users", "view", "because you looked at: Rosa"),
        ("similar_users", "basket", "goes with your basket: Rosa"),
    ],
)
def test_the_words_of_a_source_fit_the_signal(source: str, kind: str, text: str) -> None:
    texts = {source: CANDIDATE_SOURCES.get(source).reason}
    assert Teller(texts, ["001"], ["Rosa"]).tell(source, 0, signals={0: kind}).text == text


def test_what_fills_a_list_says_so() -> None:
    assert TELLER.tell(None).source == "fallback"
