"""The server takes up what changed while it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from modiste.errors import ArtifactError
from modiste.serve.app import create_app
from modiste.serve.database import Database
from modiste.serve.settings import ServeSettings
from tests.serve.conftest import HERE, FourItems
from tests.serve.routes.test_health import metric


class Changing(FourItems):
    """A window of a shop that is published anew."""

    published: str
    broken: bool
    writing = False
    """Whether every look finds another state."""
    looked = 0
    opening: threading.Event
    go_on: threading.Event

    def __init__(self, folder: Path, events: Any, name: str) -> None:
        super().__init__(folder, events)
        self.release = name

    @property
    def stamps(self) -> dict[str, object]:
        return {"release": self.release}

    def look(self) -> dict[str, object]:
        type(self).looked += 1
        if type(self).writing:
            type(self).published = f"draft {type(self).looked}"
        return {"release": type(self).published}

    def renewed(self) -> FourItems:
        if type(self).broken:
            raise ArtifactError("/secret/place was altered: train again")
        return type(self)(self.folder, self.events, type(self).published)

    def warm(self) -> list[str]:
        if self.release != "first":
            type(self).opening.set()
            assert type(self).go_on.wait(10)
        return [f"warm {self.release}"]


@pytest.fixture
def shop() -> type[Changing]:
    class Fresh(Changing):
        published, broken = "first", False
        opening, go_on = threading.Event(), threading.Event()

    return Fresh


@pytest.fixture
def serving(shop: type[Changing], tmp_path: Path) -> Any:
    settings = ServeSettings(look_seconds=0.02)
    app = create_app(
        lambda events: shop(tmp_path, events, "first"),
        Database(settings.database_url(tmp_path)),
        settings,
    )
    with TestClient(app, base_url=HERE) as client:
        until(lambda: client.get("/health/ready").status_code == 200)
        yield client


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not there():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def health(client: TestClient) -> dict[str, Any]:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_new_release_answers_once_it_is_warm(serving: TestClient, shop: type[Changing]) -> None:
    taken = metric(serving, 'modiste_renewals_total{outcome="taken"}')
    shop.published = "second"
    assert shop.opening.wait(10)
    assert health(serving)["release"] == "first", "the old one answers while the new one warms"
    shop.go_on.set()
    until(lambda: health(serving)["release"] == "second")
    assert health(serving)["reasons"] == ["warm second"]
    assert metric(serving, 'modiste_renewals_total{outcome="taken"}') == taken + 1


def test_what_cannot_be_opened_is_told_and_the_old_stays(
    serving: TestClient, shop: type[Changing]
) -> None:
    shop.go_on.set()
    shop.broken, shop.published = True, "second"
    until(lambda: health(serving)["pending"] is not None)
    told = health(serving)
    assert (told["status"], told["release"]) == ("ready", "first")
    assert told["pending"] == "release: cannot be taken up; the log says why"
    failed = metric(serving, 'modiste_renewals_total{outcome="failed"}')
    time.sleep(0.2)
    again = metric(serving, 'modiste_renewals_total{outcome="failed"}')
    assert again == failed, "it is not tried again at once"
    shop.published = "first"
    until(lambda: health(serving)["pending"] is None)
    shop.broken, shop.published = False, "third"
    until(lambda: health(serving)["release"] == "third")
    assert health(serving)["pending"] is None


def test_what_is_still_being_written_is_waited_for(
    serving: TestClient, shop: type[Changing]
) -> None:
    shop.go_on.set()
    shop.writing = True
    looked = shop.looked
    until(lambda: shop.looked > looked + 5)
    assert health(serving)["release"] == "first"
    shop.writing = False
    until(lambda: health(serving)["release"] == shop.published)
    assert shop.published.startswith("draft")
