"""Pictures by item id: cached, and nothing but pictures of the table."""

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.serve.conftest import Served, picture_bytes


def test_a_picture_is_kept_and_asked_for_again(serve: Served, tmp_path: Path) -> None:
    with serve() as client:
        first = client.get("/pictures/0001")
        assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
        assert first.content == picture_bytes()
        assert "max-age" in first.headers["cache-control"]
        tag = first.headers["etag"]
        again = client.get("/pictures/0001", headers={"If-None-Match": f'"x", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        (tmp_path / "0001.jpg").write_bytes(picture_bytes((50, 50)))
        os.utime(tmp_path / "0001.jpg", (1, 1))
        changed = client.get("/pictures/0001", headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag
        (tmp_path / "0001.jpg").unlink()
        assert client.get("/pictures/0001").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/../0001.jpg",
        "/pictures/%2e%2e%2f0001.jpg",
        "/pictures/..%5c0001.jpg",
        "/pictures//0001",
        "/pictures/%00",
        "/pictures/0001.jpg",
        "/pictures/" + "a" * 300,
    ],
)
def test_no_path_from_outside_is_followed(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.json()["remedy"]


def test_what_is_no_picture_is_not_given(serve: Served, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    with serve() as client:
        client.app.state.window.picture = lambda _item: tmp_path / "secret.txt"
        assert client.get("/pictures/0001").status_code == 404
