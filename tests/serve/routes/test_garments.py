"""The garments in a photo, asked for over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from modiste.errors import MissingExtraError
from modiste.garments.answers import Garment
from modiste.serve.app import create_app
from modiste.serve.database import Database, EventStore
from modiste.serve.settings import ServeSettings
from modiste.serve.window.garments import GarmentFinder
from tests.serve.conftest import FourItems, answering, picture_bytes

SHIRT = Garment(
    (0.1, 0.2, 0.9, 0.80004),
    "shirt",
    0.81,
    {"sleeve": {"long": 0.9, "short": 0.1}},
    {"left collar": (0.4, 0.25, 0.99)},
    0.97,
)


class StandIn:
    """A recogniser that sees a shirt in whatever is wider than high."""

    def recognise(self, pictures: list[Image.Image]) -> list[tuple[Garment, ...]]:
        return [(SHIRT,) if one.width > one.height else () for one in pictures]


class Absent(GarmentFinder):
    """A recogniser on a machine without torch."""

    def find(self, picture: Any) -> Any:
        raise MissingExtraError("torch", extra="vision")


def stand_in() -> GarmentFinder:
    finder = GarmentFinder(Path("nowhere"))
    vars(finder)["recogniser"] = StandIn()
    return finder


@contextmanager
def served(folder: Path, finder: GarmentFinder | None, **changed: Any) -> Iterator[TestClient]:
    class Window(FourItems):
        pass

    settings = ServeSettings(**changed)
    database = Database(settings.database_url(folder))

    def opened(events: EventStore) -> FourItems:
        window = Window(folder, events)
        vars(window)["finder"] = finder
        return window

    app = create_app(opened, database, settings)
    with answering(app) as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("garments"), stand_in()) as opened:
        yield opened


def ask(client: TestClient, size: tuple[int, int] = (60, 40), **data: str) -> Any:
    photo = ("p.jpg", picture_bytes(size), "image/jpeg")
    return client.post("/garments", files={"photo": photo}, data=data)


def test_garments_are_told_as_the_command_tells_them(client: TestClient) -> None:
    answer = ask(client)
    assert answer.status_code == 200
    assert answer.json() == {"garments": [SHIRT.to_json()]}
    assert answer.json()["garments"][0]["box"] == [0.1, 0.2, 0.9, 0.8]


def test_nothing_in_the_photo_is_an_empty_list(client: TestClient) -> None:
    answer = ask(client, (40, 60))
    assert (answer.status_code, answer.json()) == (200, {"garments": []})


def test_what_is_no_photo_alone_is_refused(client: TestClient) -> None:
    bad = client.post("/garments", files={"photo": ("p.jpg", b"no picture")})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_photo")
    for answer in (ask(client, words="red"), client.post("/garments", files={"x": b"y"})):
        assert (answer.status_code, answer.json()["code"]) == (422, "cannot_be_used")
    assert client.post("/garments", json={"photo": "x"}).status_code == 400


def test_a_large_photo_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with served(tmp_path, stand_in(), photo_bytes=500) as client:
        assert ask(client, (600, 400)).status_code == 413


def test_a_shop_without_a_recogniser_says_so(tmp_path: Path) -> None:
    with served(tmp_path, None) as client:
        answer = ask(client)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_recogniser")
    assert "modiste garments fit" in answer.json()["remedy"]


def test_without_torch_it_is_a_part_that_is_missing(tmp_path: Path) -> None:
    with served(tmp_path, Absent(tmp_path)) as client:
        answer = ask(client)
    assert (answer.status_code, answer.json()["code"]) == (503, "part_missing")
    assert answer.headers["retry-after"] == "60"
    assert "log says what is missing" in answer.json()["remedy"]
