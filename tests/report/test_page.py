"""The page as a whole: well-formed, alone, safe, whole without its parts, small, repeatable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from modiste.cli import main
from modiste.errors import ArtifactError, InputError
from modiste.report import write_report
from tests.report.conftest import HOSTILE, explain, made_tables, publish
from tests.report.outline import Outline

PageOf = Callable[..., str]
SECTIONS = ("data", "seasons", "measure", "sources", "ranker", "customers", "import")


@pytest.fixture(scope="session")
def outline(whole_page: str) -> Outline:
    return Outline(whole_page)


def test_elements_nest_and_ids_are_unique(outline: Outline) -> None:
    assert outline.faults == []
    ids = [element.attributes["id"] for element in outline.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_contents_lead_to_every_section(outline: Outline) -> None:
    targets = [link.attributes["href"] for link in outline.all("a") if "nav" in link.parents]
    assert targets == [f"#{name}" for name in SECTIONS]
    assert [part.attributes.get("id") for part in outline.all("section")] == list(SECTIONS)


def test_parts_inside_a_chart_are_there(whole_page: str, outline: Outline) -> None:
    ids = {element.attributes.get("id") for element in outline.elements}
    for name in re.findall(r"url\(#([^)]*)\)", whole_page):
        assert name in ids
    for use in outline.all("use"):
        assert (use.attributes["href"] or "")[1:] in ids


def test_page_speaks_to_everybody(outline: Outline) -> None:
    assert outline.all("html")[0].attributes["lang"] == "en"
    assert len(outline.all("h1")) == 1
    assert all(picture.attributes.get("alt") for picture in outline.all("img"))
    charts = [each for each in outline.all("div") if each.attributes.get("class") == "chart"]
    assert charts
    assert all(chart.attributes["role"] == "img" for chart in charts)
    assert all(chart.attributes["aria-label"] for chart in charts)
    levels = [int(each.tag[1]) for each in outline.elements if re.fullmatch("h[1-6]", each.tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_page_stands_alone(whole_page: str, outline: Outline) -> None:
    assert not outline.all("script")
    assert not outline.all("link")
    for element in outline.elements:
        for name in ("src", "href", "xlink:href", "srcset", "action", "data"):
            value = element.attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/jpeg;base64,")), element
    assert "http" not in whole_page
    assert "@import" not in whole_page
    assert not re.search(r"url\((?!#)", whole_page)


def test_no_word_of_the_shop_becomes_an_element(whole_page: str, outline: Outline) -> None:
    assert HOSTILE not in whole_page
    assert HOSTILE in outline.words()
    assert '"><img src=x onerror=alert(2)>' in outline.words()
    assert not [each for each in outline.elements if "onerror" in each.attributes]
    assert not outline.all("u")
    assert not outline.all("b")
    assert len(outline.all("style")) == 1


def test_shops_name_and_figures_are_on_it(outline: Outline) -> None:
    words = outline.words()
    assert "whole & <shop>" in words
    assert "1,500" in words
    assert "the strongest baseline, popular_28 <b>" in words
    assert "unknown item (10)" in words
    assert "user_recency <b>" in words
    assert "Ten customers" in words
    cards = [each for each in outline.all("li") if each.attributes.get("class") == "card"]
    assert len(cards) >= 10 * 12
    assert len(outline.all("article")) == 10


def test_broken_and_missing_pictures_leave_words(outline: Outline) -> None:
    pictures = [each.attributes["alt"] or "" for each in outline.all("img")]
    assert any(text.startswith("Article 6,") for text in pictures)
    assert not any(text.startswith(("Article 3,", "Article 9,")) for text in pictures)
    assert "Article 3" in outline.words()


def test_it_is_small(whole_page: str) -> None:
    assert len(whole_page.encode()) < 1_500_000


def test_same_shop_same_bytes(whole_shop: Path, whole_page: str, tmp_path: Path) -> None:
    again = write_report(whole_shop, tmp_path / "a.html", explain=explain)
    assert again.read_text(encoding="utf-8") == whole_page


def test_another_seed_other_customers(
    whole_shop: Path, outline: Outline, no_charts: None, tmp_path: Path
) -> None:
    def customers(page: Outline) -> list[str | None]:
        titled = [span for span in page.all("span") if "article" in span.parents]
        return [span.attributes["title"] for span in titled if "title" in span.attributes]

    other = write_report(whole_shop, tmp_path / "b.html", rng_seed=5, explain=explain)
    assert customers(Outline(other.read_text(encoding="utf-8"))) != customers(outline)


def test_steps_are_told(whole_page: str, steps: list[str]) -> None:
    assert steps == ["the data at a glance", "the evaluation", "the customers", "the page"]


# Empty states


def test_bare_shop_says_which_commands_come_next(page_of: PageOf, tmp_path: Path) -> None:
    interactions, items, users = made_tables()
    bare = items.with_columns(picture=pl.lit(None, dtype=pl.String))
    ageless = users.with_columns(age=pl.lit(None, dtype=pl.Float32))
    priceless = interactions.with_columns(price=pl.lit(None, dtype=pl.Float32))
    page = Outline(page_of((priceless, bare, ageless)))
    assert page.faults == []
    words = page.words()
    for command in ("evaluate", "train"):
        assert f"modiste {command} --shop {tmp_path / 'shop'}" in words
    assert "--shop DIR" not in words
    assert "no import report" in words
    assert "Sales per week" in words
    assert "Ages" not in words
    assert "Prices" not in words
    assert not page.all("img")


def test_shop_without_purchases_has_a_page(page_of: PageOf, no_charts: None) -> None:
    interactions, items, users = made_tables()
    page = Outline(page_of((interactions.clear(), items, users)))
    assert page.faults == []
    assert "no purchases yet" in page.words()


def test_shop_without_attributes_has_a_page(page_of: PageOf, no_charts: None) -> None:
    interactions, items, users = made_tables()
    plain = items.select("item_idx", "item_id", "product_id", "name", "description", "picture")
    page = Outline(page_of((interactions, plain, users), attributes=()))
    assert page.faults == []
    assert "What sells, by" not in page.words()


def test_catalogue_without_names_and_descriptions_has_a_page(
    page_of: PageOf, no_charts: None
) -> None:
    interactions, items, users = made_tables()
    nothing = pl.lit(None, dtype=pl.String)
    page = Outline(
        page_of((interactions, items.with_columns(name=nothing, description=nothing), users))
    )
    assert page.faults == []
    assert "Words of the descriptions" not in page.words()


def test_shop_without_release_shows_the_wardrobes_and_the_reason(
    whole_shop: Path, no_charts: None, tmp_path: Path
) -> None:
    def refuse(shop: Path, user_ids: Sequence[str], k: int) -> pl.DataFrame:
        raise ArtifactError("no release yet: run modiste train first")

    out = write_report(whole_shop, tmp_path / "page.html", explain=refuse)
    words = Outline(out.read_text(encoding="utf-8")).words()
    assert "Nothing is shown to them yet: no release yet: run modiste train first" in words
    assert "Bought last" in words
    assert "Shown now" not in words


def test_evaluation_of_one_model_and_one_week(whole_shop: Path, tmp_path: Path) -> None:
    publish(tmp_path, made_tables())
    (tmp_path / "reports").mkdir()
    result = {
        "k": 12,
        "weeks": ["2019-10-17"],
        "n_user_weeks": 1,
        "models": {"model": {"MAP@12": 0.5}},
    }
    (tmp_path / "reports" / "evaluation.json").write_text(json.dumps(result), encoding="utf-8")
    page = Outline(write_report(tmp_path, explain=explain).read_text(encoding="utf-8"))
    assert page.faults == []
    assert "On 1 customer-weeks in 1 week from 2019-10-17" in page.words()


def test_no_shop_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="run modiste import first"):
        write_report(tmp_path)


def test_file_that_cannot_be_written_is_one_line(
    whole_shop: Path, no_charts: None, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="choose another --out"):
        write_report(whole_shop, tmp_path / "folder", explain=explain)


def test_names_of_features_are_explained_under_their_chart(outline: Outline) -> None:
    assert "prior is the sum of 1 / (rank + 10)" in outline.words()


def test_badge_of_an_empty_history_reads_as_words(outline: Outline) -> None:
    assert "no history" in outline.words()
    assert "none history" not in outline.words()


# The command


def test_command_prints_the_file(
    whole_shop: Path,
    no_charts: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("modiste.report.page._explain", explain)
    out = tmp_path / "page.html"
    assert main(["report", "--shop", str(whole_shop), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"report": str(out), "bytes": out.stat().st_size}


def test_command_without_a_shop_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--shop", str(tmp_path)]) == 2
    assert "run modiste import first" in capsys.readouterr().err


def test_folder_that_is_not_there_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "page.html"
    assert main(["report", "--shop", str(tmp_path), "--out", str(out)]) == 2
    assert f"the folder {out.parent} does not exist" in " ".join(capsys.readouterr().err.split())
    assert not out.parent.exists()


def test_command_says_what_is_missing_and_what_makes_it(
    no_charts: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    publish(shop, made_tables())
    assert main(["report", "--shop", str(shop)]) == 0
    told = capsys.readouterr().err
    assert f"modiste evaluate --shop {shop}" in told
    assert f"modiste train --shop {shop}" in told


def test_command_names_nothing_missing_where_all_is_there(
    whole_shop: Path,
    no_charts: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("modiste.report.page._explain", explain)
    assert main(["report", "--shop", str(whole_shop), "--out", str(tmp_path / "p.html")]) == 0
    assert "without" not in capsys.readouterr().err
