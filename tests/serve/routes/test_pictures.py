"""Pictures by item id: cached, and nothing but pictures of the table."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
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


@pytest.fixture(scope="module")
def noise() -> bytes:
    """A photo of 1,000 x 1,500 pixels that packs badly."""
    drawn = np.random.default_rng(1).integers(0, 255, (300, 200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(drawn).resize((1000, 1500)).save(file, "JPEG", quality=95)
    return file.getvalue()


def test_a_picture_is_as_wide_as_the_page_needs(
    serve: Served, tmp_path: Path, noise: bytes
) -> None:
    with serve() as client:
        (tmp_path / "0001.jpg").write_bytes(noise)
        sizes = {}
        for width in (200, 320, 321, 800):
            answer = client.get(f"/pictures/0001?width={width}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
            assert "max-age" in answer.headers["cache-control"]
            sizes[width] = Image.open(io.BytesIO(answer.content)).size
            assert len(answer.content) < len(noise)
            again = client.get(
                f"/pictures/0001?width={width}", headers={"If-None-Match": answer.headers["etag"]}
            )
            assert again.status_code == 304
        assert sizes == {200: (320, 480), 320: (320, 480), 321: (800, 1200), 800: (800, 1200)}
        assert client.get("/pictures/0001").content == noise
        for wrong in ("0", "801", "-1", "wide", "1e3"):
            assert client.get(f"/pictures/0001?width={wrong}").status_code == 422


def test_what_was_scaled_is_held_until_the_file_is_another(
    serve: Served, tmp_path: Path, noise: bytes
) -> None:
    with serve() as client:
        (tmp_path / "0001.jpg").write_bytes(noise)
        first = client.get("/pictures/0001?width=320")
        process = client.app.state.pictures.desk._process
        process.kill()
        process.wait()
        assert client.get("/pictures/0001?width=320").content == first.content
        assert client.app.state.pictures.desk._process is process, "it was not asked again"
        (tmp_path / "0001.jpg").write_bytes(noise + b"more")
        changed = client.get("/pictures/0001?width=320")
        assert changed.headers["etag"] != first.headers["etag"]
        assert client.app.state.pictures.desk._process is not process


@pytest.mark.parametrize("size", [(40, 60), (320, 2000)])
def test_what_is_small_or_not_wider_stays_as_it_is(
    serve: Served, tmp_path: Path, size: tuple[int, int]
) -> None:
    drawn = np.random.default_rng(2).integers(0, 255, (size[1], size[0], 3), np.uint8)
    with serve() as client:
        Image.fromarray(drawn).save(tmp_path / "0001.jpg", quality=95)
        original = (tmp_path / "0001.jpg").read_bytes()
        assert client.get("/pictures/0001?width=320").content == original


def test_a_damaged_picture_is_given_as_it_is(serve: Served, tmp_path: Path, noise: bytes) -> None:
    with serve() as client:
        (tmp_path / "0001.jpg").write_bytes(noise[:5000] + bytes(100_000))
        assert client.get("/pictures/0001?width=320").content[:5000] == noise[:5000]


def test_little_is_held(serve: Served, tmp_path: Path, noise: bytes) -> None:
    with serve(picture_cache_bytes=100_000) as client:
        for number in range(6):
            (tmp_path / "0001.jpg").write_bytes(noise + bytes(number))
            assert client.get("/pictures/0001?width=320").status_code == 200
        pictures = client.app.state.pictures
        assert 0 < pictures._n_bytes <= 100_000
        assert 0 < len(pictures._held) < 6
