"""The read side through the server, over a trained shop: what a client of the API gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from modiste.serve.app import create_app
from modiste.serve.database import Database
from modiste.serve.settings import ServeSettings
from modiste.serve.window import ShopWindow
from tests.serve.conftest import answering


@pytest.fixture(scope="module")
def client(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = ServeSettings()
    database = Database(settings.database_url(tmp_path_factory.mktemp("database")))
    app = create_app(lambda events: ShopWindow.open(trained_shop, events), database, settings)
    with answering(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def user(client: TestClient) -> str:
    return str(client.get("/users", params={"k": 3}).json()["users"][1]["id"])


def given(client: TestClient, path: str, **params: Any) -> Any:
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_an_event_changes_the_next_answer(client: TestClient, user: str) -> None:
    before = given(client, "/recommendations", user_id=user, k=5)
    event = {
        "event_id": "a hidden one",
        "user_id": user,
        "item_id": before["items"][0]["id"],
        "kind": "hide",
        "time": "2026-01-01T12:00:00Z",
    }
    assert client.post("/events", json={"events": [event]}).json()["accepted"] == 1
    after = given(client, "/recommendations", user_id=user, k=5)
    assert after["items"][0]["id"] == before["items"][1]["id"]
    assert after["release"] == before["release"]


def test_a_deleted_user_is_nobody(client: TestClient) -> None:
    one = client.get("/users", params={"k": 5}).json()["users"][4]["id"]
    nobody = given(client, "/recommendations", k=6)
    assert client.delete(f"/users/{one}").json()["stored_list"] is True
    after = given(client, "/recommendations", user_id=one, k=6)
    assert after["fallback"]
    assert [item["id"] for item in after["items"]] == [item["id"] for item in nobody["items"]]


def test_lists_of_an_item(client: TestClient) -> None:
    item = given(client, "/recommendations", k=1)["items"][0]
    page = given(client, f"/items/{item['id']}")
    assert page["name"] == item["name"]
    assert len(given(client, f"/items/{item['id']}/similar", k=4)["items"]) == 4
    assert len(given(client, f"/items/{item['id']}/goes-with", k=4)["items"]) == 4


@pytest.mark.parametrize("path", ["/items/none", "/items/none/similar", "/items/none/goes-with"])
def test_an_unknown_item_is_told(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["code"] == "unknown_item"


def test_search_by_words_as_json(client: TestClient) -> None:
    found = client.post("/search", json={"words": "black trousers", "k": 2}).json()
    assert found["understood"]["colour"] == ["Black"]
    assert len(found["items"]) == 2


def test_search_as_a_form(client: TestClient) -> None:
    form = {"words": (None, "black trousers"), "filters": (None, "colour=Black"), "k": (None, "2")}
    response = client.post("/search", files=form)
    assert response.status_code == 200, response.text
    assert {item["attributes"]["colour"] for item in response.json()["items"]} == {"Black"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"wrds": "dress"}, 422),
        ({"words": "dress", "k": 0}, 422),
        ({}, 422),
        ({"words": "dress", "filters": ["colour"]}, 422),
        ({"item": "none"}, 404),
    ],
)
def test_what_cannot_be_searched_is_told(
    client: TestClient, body: dict[str, Any], status: int
) -> None:
    response = client.post("/search", json=body)
    assert response.status_code == status, response.text
    assert set(response.json()) == {"code", "message", "remedy"}


def test_a_body_that_is_no_json_is_told(client: TestClient) -> None:
    response = client.post("/search", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["code"] == "no_json"


def test_suggestions_and_facets(client: TestClient) -> None:
    assert given(client, "/suggest", q="tro")["suggestions"]
    facets = given(client, "/facets", filter="colour=Black", q="trousers")["facets"]
    assert {facet["name"] for facet in facets} >= {"kind", "colour"}


def test_a_filter_that_cannot_be_used_is_told(client: TestClient) -> None:
    for path in ("/recommendations", "/facets"):
        response = client.get(path, params={"filter": "colour=Octarine"})
        assert response.status_code == 422
        assert "Octarine" in response.json()["message"].title()
