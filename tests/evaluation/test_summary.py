"""The result of an evaluation: its keys, its figures on a shop counted by hand, its tables."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from modiste.data.dataset import Dataset
from modiste.errors import InputError
from modiste.evaluation.context import Context, build_context
from modiste.evaluation.summary import print_summary, summarise
from tests.evaluation.conftest import WEEK


def ranking(rows: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    schema = dict.fromkeys(("week", "user_idx", "item_idx", "rank"), pl.Int32)
    return pl.DataFrame(rows, schema=schema, orient="row")


MODEL = ranking(
    [
        (WEEK, 0, 0, 1),
        (WEEK, 0, 3, 2),
        (WEEK, 1, 1, 1),
        (WEEK, 1, 2, 2),
        (WEEK, 2, 5, 1),
        (WEEK + 7, 2, 4, 1),
        (WEEK, 3, 1, 1),  # bought nothing: not judged
    ]
)
POPULAR = ranking([(WEEK, 0, 1, 1), (WEEK, 1, 1, 1), (WEEK + 7, 2, 1, 1), (WEEK + 7, 2, 4, 13)])
LEDGER = [{"source": "repurchase", "recall": np.float32(0.5), "unique_recall": float("nan")}]


@pytest.fixture
def context(shop: Dataset, bought: pl.DataFrame) -> Context:
    return build_context(shop, bought)


@pytest.fixture
def result(bought: pl.DataFrame, context: Context) -> dict[str, Any]:
    return summarise(
        {"popular": POPULAR, "model": MODEL},
        bought,
        context,
        np.random.default_rng(0),
        ledger=LEDGER,
        seconds={"model": 1.5},
    )


def test_it_is_json_and_says_what_was_judged(result: dict[str, Any]) -> None:
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["weeks"] == ["2019-04-14", "2019-04-21"]
    assert result["n_user_weeks"] == 4
    assert result["k"] == 12
    assert list(result["models"]) == ["model", "popular"]
    assert list(result["paired"]) == ["model - popular"]


def test_means_over_customer_weeks(result: dict[str, Any]) -> None:
    model, popular = result["models"]["model"], result["models"]["popular"]
    assert model["MAP@12"] == pytest.approx((1 + 1 / 2 + 0 + 1) / 4)
    assert model["HitRate@12"] == 3 / 4
    assert model["seconds"] == 1.5
    assert popular["MAP@12"] == popular["HitRate@12"] == 0
    assert popular["seconds"] is None
    assert model["MAP@12_low"] <= model["MAP@12"] <= model["MAP@12_high"]


def test_figures_of_the_lists(result: dict[str, Any]) -> None:
    model, popular = result["models"]["model"], result["models"]["popular"]
    assert model["Coverage@12"] == 5 / 5  # 0 1 2 3 4; item 5 was never on sale
    assert popular["Coverage@12"] == 1 / 5
    assert model["cold_items_shown"] == 1 / 6  # item 5 of six places; 4 was sold by the second week
    assert model["cold_items_bought"] == 1 / 6  # item 4 in its first week
    assert model["cold_users_shown"] == 1 / 4
    assert popular["cold_users_shown"] == 0
    assert model["cold_users_bought"] == popular["cold_users_bought"] == 1 / 4
    assert popular["users_without_list"] == 1 / 4
    assert model["users_without_list"] == 0


def test_lead_over_a_baseline(result: dict[str, Any]) -> None:
    lead = result["paired"]["model - popular"]
    assert lead["MAP@12"] == pytest.approx(2.5 / 4)
    assert lead["MAP@12_ratio"] is None  # a baseline of 0 has no ratio


def test_segments_hold_the_figures_of_their_customer_weeks(result: dict[str, Any]) -> None:
    history = result["segments"]["history"]
    assert {name: part["n_user_weeks"] for name, part in history.items()} == {
        "none": 1,
        "little": 2,
        "much": 1,
    }
    assert history["little"]["models"]["model"]["MAP@12"] == pytest.approx((1 / 2 + 1) / 2)
    assert history["none"]["models"]["model"]["MAP@12_low"] is None  # one customer
    assert list(result["segments"]["week"]) == result["weeks"]
    assert result["segments"]["age"]["under 25"]["models"]["model"]["MAP@12"] == 1


def test_item_segments_keep_the_lists_and_count_part_of_what_was_bought(
    result: dict[str, Any],
) -> None:
    items = result["segments"]["items"]
    # Customer 0 is shown 0 and 3; only 3 counts, and it stands at rank 2.
    assert items["new in the shop"]["models"]["model"]["MAP@12"] == pytest.approx(
        (1 / 2 + 0 + 1) / 3
    )
    assert items["new to the customer, with history"]["n_user_weeks"] == 1


def test_sources_are_plain_values(result: dict[str, Any]) -> None:
    assert result["sources"] == {"repurchase": {"recall": 0.5, "unique_recall": None}}


def test_order_of_rows_alters_nothing(
    result: dict[str, Any], bought: pl.DataFrame, context: Context
) -> None:
    again = summarise(
        {"popular": POPULAR.reverse(), "model": MODEL.reverse()},
        bought.reverse(),
        context,
        np.random.default_rng(0),
        ledger=LEDGER,
        seconds={"model": 1.5},
    )
    assert json.dumps(again) == json.dumps(result)


def test_model_must_be_among_the_lists(bought: pl.DataFrame, context: Context) -> None:
    with pytest.raises(InputError, match="model 'model' has no lists: choose one of popular"):
        summarise({"popular": POPULAR}, bought, context, np.random.default_rng(0))


def test_weeks_without_purchases_are_refused(bought: pl.DataFrame, context: Context) -> None:
    with pytest.raises(InputError, match="nobody bought anything"):
        summarise({"model": MODEL}, bought.clear(), context, np.random.default_rng(0))


def printed(result: dict[str, Any], *, brief: bool = False) -> str:
    out = io.StringIO()
    print_summary(result, Console(file=out, width=80), brief=brief)
    return out.getvalue()


def test_tables_fit_eighty_columns_whole(result: dict[str, Any]) -> None:
    text = printed(result)
    assert "…" not in text
    assert "0.6250" in text
    assert "history: little" in text
    assert "repurchase" in text


def leads(result: dict[str, Any]) -> str:
    return printed(result).split("against")[1].split("✓ the whole")[0]


def test_tick_marks_a_lead_whose_interval_is_above_zero(result: dict[str, Any]) -> None:
    lead = result["paired"]["model - popular"]
    lead |= {"MAP@12_low": 0.001}
    assert "✓" in leads(result)
    lead |= {"MAP@12_low": 0.0}
    assert "✓" not in leads(result)


def test_segments_are_set_beside_the_strongest_baseline(result: dict[str, Any]) -> None:
    result["models"]["weak"] = {**result["models"]["popular"], "MAP@12": -1.0}
    assert "MAP@12 by segment, beside popular" in printed(result)


def test_names_are_printed_as_they_are(result: dict[str, Any]) -> None:
    result["sources"] = {"[red]x[/red]": {"recall": 0.1}}
    assert "[red]x[/red]" in printed(result)


def test_single_model_prints_without_a_table_of_leads(
    bought: pl.DataFrame, context: Context
) -> None:
    alone = summarise({"model": MODEL}, bought, context, np.random.default_rng(0))
    assert alone["paired"] == {}
    assert "Lead of" not in printed(alone)


def test_blank_line_parts_a_footnote_from_the_next_title(result: dict[str, Any]) -> None:
    lines = [line.strip() for line in printed(result).splitlines()]
    for title in ("Other metrics", "Lead of model in MAP@12, on the same customer-weeks"):
        assert lines[lines.index(title) - 1] == ""


def test_other_metrics_have_their_intervals_beneath(result: dict[str, Any]) -> None:
    result["models"]["model"] |= {"NDCG@12_low": 0.1234, "NDCG@12_high": 0.9876}
    assert "0.1234–0.9876" in printed(result)


def test_coverage_novelty_and_cold_shares_are_printed(result: dict[str, Any]) -> None:
    row = next(line for line in printed(result).splitlines() if line.startswith(" model "))
    assert "1.000" in row  # coverage
    assert row.split()[-4:] == ["25.0", "%", "16.7", "%"]


def test_half_an_interval_is_a_dash_that_is_explained(result: dict[str, Any]) -> None:
    lead = result["paired"]["model - popular"]
    lead |= {"MAP@12_ratio": 2.5, "MAP@12_ratio_low": 0.28, "MAP@12_ratio_high": None}
    assert "0.28" not in printed(result)
    assert "–: no end" in " ".join(printed(result).split())
    lead |= {"MAP@12_ratio_high": 3.0}
    assert "0.28 to 3.00" in printed(result)
    assert "–: no end" not in " ".join(printed(result).split())


def test_all_sources_together_have_no_share_of_their_own(result: dict[str, Any]) -> None:
    figures = {"recall": 0.8, "unique_recall": 0.7777, "overlap": 0.1111}
    result["sources"] = {"popular": figures, "pool": figures}
    rows = {line.split()[0]: line.split() for line in printed(result).splitlines() if line.split()}
    assert rows["popular"] == ["popular", "0.8000", "0.7777", "0.1111"]
    assert rows["pool"] == ["pool", "0.8000", "–", "–"]


def test_brief_summary_is_one_table(result: dict[str, Any]) -> None:
    lead = result["paired"]["model - popular"]
    lead |= {"MAP@12_ratio": 2.5, "MAP@12_ratio_low": 2.1, "MAP@12_ratio_high": 3.0}
    text = printed(result, brief=True)
    assert text.count("─ ") + text.count("─\n") == 1
    assert "2.10 to 3.00" in text
    assert "by segment" not in text
    assert "Candidate sources" not in text
