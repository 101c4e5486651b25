"""Whether it lives, whether it is ready, and what it counted."""

import threading
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from modiste.errors import ArtifactError
from modiste.serve.app import create_app
from modiste.serve.database import Database
from modiste.serve.settings import ServeSettings
from tests.serve.conftest import HERE, FourItems, Served


def app_of(folder: Path, open_window: Any, **given: Any) -> Any:
    settings = ServeSettings()
    database = Database(settings.database_url(folder))
    return create_app(open_window, database, settings, **given)


def test_it_lives_before_it_is_ready(tmp_path: Path) -> None:
    opened, warm = threading.Event(), threading.Event()

    class Slow(FourItems):
        def warm(self) -> list[str]:
            opened.set()
            assert warm.wait(10)
            return ["words: no encoder"]

    app = app_of(tmp_path, lambda events: Slow(tmp_path, events))
    with TestClient(app, base_url=HERE) as client:
        assert opened.wait(10)
        assert client.get("/health/live").json()["status"] == "live"
        early = client.get("/health/ready")
        assert early.status_code == 503
        assert early.json()["reasons"] == ["model and index have not answered yet"]
        warm.set()
        while client.get("/health/ready").status_code != 200:
            pass
        assert client.get("/health/ready").json() == {
            "status": "ready",
            "release": "20200923-test",
            "reasons": ["words: no encoder"],
            "pending": None,
        }


def test_a_shop_that_cannot_be_opened_is_never_ready(tmp_path: Path) -> None:
    failed = threading.Event()
    told: list[Exception] = []

    def broken(_events: object) -> FourItems:
        raise ArtifactError("release /secret/place was altered: train again")

    def note(error: Exception) -> None:
        told.append(error)
        failed.set()

    with TestClient(app_of(tmp_path, broken, on_failure=note), base_url=HERE) as client:
        assert failed.wait(10)
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert "secret" not in answer.text
        assert client.get("/health/live").status_code == 200
    assert isinstance(told[0], ArtifactError)


def metric(client: TestClient, line: str) -> float:
    text = client.get("/metrics").text
    found = [row for row in text.splitlines() if row.startswith(line + " ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def test_metrics_count_requests_by_template(serve: Served) -> None:
    with serve() as client:
        row = 'modiste_requests_total{method="GET",route="/pictures/{item_id}",status="404"}'
        before = metric(client, row)
        for item_id in ("nothing-1", "nothing-2"):
            client.get(f"/pictures/{item_id}")
        assert metric(client, row) == before + 2
        refused = 'modiste_refused_total{code="wrong_host"}'
        before = metric(client, refused)
        client.get("/", headers={"Host": "evil"})
        assert metric(client, refused) == before + 1
        text = client.get("/metrics").text
        assert "nothing-1" not in text
        assert 'modiste_request_seconds_bucket{le="0.05",method="GET"' in text
        assert client.get("/health/ready").status_code == 200
        assert metric(client, "modiste_ready") >= 1.0


def test_a_misspelt_parameter_is_not_left_out_without_a_word(client: TestClient) -> None:
    answer = client.get("/users?kk=3")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert answer.json()["remedy"] == "did you mean k?"
    assert client.get("/health/live?now=1").json()["remedy"] == "give none"
    assert client.get("/users?k=1").status_code == 200
