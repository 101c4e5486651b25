"""A server over a small window, without a shop: what the server itself does."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from modiste.serve.app import create_app
from modiste.serve.database import Database, EventStore
from modiste.serve.schemas import KnownUser
from modiste.serve.settings import ServeSettings
from tests.serve.postgres import new_postgres, postgres

__all__ = ["new_postgres", "postgres"]

HERE = "http://127.0.0.1:8000"


class FourItems:
    """A window of four items, one with a picture."""

    release = "20200923-test"

    def __init__(self, folder: Path, events: EventStore) -> None:
        self.folder = folder
        self.events = events

    def warm(self) -> list[str]:
        return []

    def known_items(self, ids: Iterable[str]) -> set[str]:
        return set(ids) & {"0001", "0002", "0003", "ä/4"}

    def picture(self, item_id: str) -> Path | None:
        return self.folder / "0001.jpg" if item_id == "0001" else None

    @property
    def stamps(self) -> dict[str, object]:
        return {}

    def look(self) -> dict[str, object]:
        return {}

    def renewed(self) -> FourItems:
        return self

    def users(self, k: int) -> list[KnownUser]:
        users = [KnownUser(id=name, bought=3, note="3 bought") for name in ("anna", "ben")]
        return users[:k]

    def has_stored_list(self, user_id: str) -> bool:
        return user_id == "anna"


def picture_bytes(size: tuple[int, int] = (40, 60), form: str = "JPEG") -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


Served = Callable[..., Any]


@contextmanager
def answering(app: FastAPI) -> Iterator[TestClient]:
    """Serve an application, and wait until it is ready."""
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        until = time.monotonic() + 60
        while not app.state.readiness.ready and time.monotonic() < until:
            time.sleep(0.01)
        assert app.state.readiness.ready, app.state.readiness.reasons
        yield client


@contextmanager
def running(folder: Path, **changed: Any) -> Iterator[TestClient]:
    """Serve four items with changed settings, until ready."""
    (folder / "0001.jpg").write_bytes(picture_bytes())
    settings = ServeSettings(**changed)
    database = Database(settings.database_url(folder))
    app = create_app(lambda events: FourItems(folder, events), database, settings)
    with answering(app) as client:
        yield client


@pytest.fixture
def serve(tmp_path: Path) -> Served:
    """Gives a context that serves four items with changed settings."""

    def served(**changed: Any) -> Any:
        return running(tmp_path, **changed)

    return served


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Four items, served on loopback as by default."""
    with running(tmp_path_factory.mktemp("served")) as opened:
        yield opened
