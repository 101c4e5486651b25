"""Photos from outside: decoded elsewhere, within limits, and never on disk."""

import io
import json
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from modiste.serve.errors import Refusal, refused
from modiste.serve.security.photos import PhotoDesk
from modiste.serve.security.uploads import read_upload
from modiste.serve.settings import ServeSettings
from tests.serve.conftest import picture_bytes


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(64))

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture(scope="module")
def desk() -> Iterator[PhotoDesk]:
    opened = PhotoDesk(ServeSettings(photo_pixels=1_000_000))
    yield opened
    opened.close()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_comes_out_as_pixels(desk: PhotoDesk, form: str) -> None:
    pixels = desk.open(picture_bytes((40, 60), form))
    assert pixels.shape == (60, 40, 3)
    assert pixels[30, 5, 0] > 200 > pixels[30, 35, 0]
    cut = desk.open(picture_bytes((40, 60), form), (0.6, 0.0, 1.0, 0.5))
    assert cut.shape == (30, 16, 3)
    assert cut[:, 4:, 2].min() > 200, "the right of it is blue"


def test_a_large_photo_becomes_small_and_a_turned_one_upright(desk: PhotoDesk) -> None:
    picture = Image.new("RGB", (1200, 600), "green")
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    assert desk.open(file.getvalue()).shape == (1024, 512, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 bytes"),
        (b"GIF89a" + bytes(40), "is a GIF, which is not read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "no picture"),
        (picture_bytes()[:200], "cut off"),
        (png_of(1001, 1000), "1001 x 1000 pixels"),
        (png_of(65_000, 65_000), "pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
    ids=["empty", "gif", "svg", "eps", "half", "too large", "bomb", "noise"],
)
def test_what_is_no_photo_is_told(desk: PhotoDesk, data: bytes, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        desk.open(data)
    assert refusal.value.status_code == 422
    assert refusal.value.fault.code == "bad_photo"
    assert words in refusal.value.fault.message
    assert refusal.value.fault.remedy
    assert desk.open(picture_bytes()).shape == (60, 40, 3), "the next one is decoded"


def test_a_slow_photo_is_given_up_and_the_next_is_decoded() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4900, 4900), "red").save(file, "PNG", compress_level=1)
    desk = PhotoDesk(ServeSettings())
    try:
        desk.open(picture_bytes())
        desk.settings = ServeSettings(photo_seconds=0.02)
        with pytest.raises(Refusal, match=r"longer than 0\.02 seconds"):
            desk.open(file.getvalue())
        desk.settings = ServeSettings()
        assert desk.open(picture_bytes()).shape == (60, 40, 3)
    finally:
        desk.close()


def test_a_decoder_that_died_is_started_anew(desk: PhotoDesk) -> None:
    desk.open(picture_bytes())
    assert desk._process is not None
    desk._process.kill()
    desk._process.wait()
    assert desk.open(picture_bytes()).shape == (60, 40, 3)


@pytest.fixture(scope="module")
def form_client() -> Iterator[TestClient]:
    """A route that reads a form and tells what it read."""

    async def told(request: Request) -> JSONResponse:
        try:
            upload = await read_upload(request)
        except Refusal as refusal:
            return refused(refusal)
        shape = None if upload.picture is None else list(upload.picture.shape)
        return JSONResponse({"fields": upload.fields, "shape": shape})

    app = Starlette(routes=[Route("/", told, methods=["POST"])])
    app.state.settings = ServeSettings()
    app.state.photos = PhotoDesk(app.state.settings)
    with TestClient(app) as client:
        yield client
    app.state.photos.close()


def send(client: TestClient, data: dict[str, Any], **files: Any) -> Any:
    return client.post("/", data=data, files=files or {"photo": ("x", picture_bytes())})


def test_a_form_is_read_with_its_photo(form_client: TestClient) -> None:
    data = {"words": "red", "filters": ["a=b", "c<3"], "crop": "0,0,0.5,1"}
    assert send(form_client, data).json() == {
        "fields": {"words": ["red"], "filters": ["a=b", "c<3"]},
        "shape": [60, 20, 3],
    }


@pytest.mark.parametrize(
    "crop", ["0,0,1", "a,b,c,d", "0,0,0,1", "0.5,0,0.4,1", "0,0,1,2", "nan,0,1,1", "-1,0,1,1"]
)
def test_a_crop_outside_of_the_photo_is_told(form_client: TestClient, crop: str) -> None:
    answer = send(form_client, {"crop": crop})
    assert answer.status_code == 422
    assert "crop" in answer.json()["message"]


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"photo": ("../../x\x00", picture_bytes(), "text/plain")}, 200),
        ({"other": ("x", picture_bytes())}, 422),
        ({"photo": ("x.jpg", b"no picture")}, 422),
    ],
)
def test_names_and_types_of_files_are_not_believed(
    form_client: TestClient, files: dict[str, Any], status: int
) -> None:
    assert send(form_client, {}, **files).status_code == status


def test_broken_forms(form_client: TestClient) -> None:
    two = [("photo", ("a", b"x")), ("photo", ("b", b"x"))]
    many = {f"f{place}": "x" for place in range(50)}
    for answer in (
        form_client.post("/", files=two),
        form_client.post("/", data=many, files={"photo": ("x", b"x")}),
        form_client.post("/", data={"words": "x" * 9000}, files={"photo": ("x", b"x")}),
        form_client.post("/", content=b"x", headers={"Content-Type": "multipart/form-data"}),
        form_client.post(
            "/", content=b"--x\r\nbad", headers={"Content-Type": "multipart/form-data; boundary=x"}
        ),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["code"] == "broken_form"


def test_no_photo_is_written_to_disk(
    form_client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def forbidden(*_given: object, **_named: object) -> None:
        raise AssertionError("a file on disk was asked for")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", forbidden)
    monkeypatch.setattr(tempfile, "TemporaryFile", forbidden)
    noise = np.random.default_rng(1).integers(0, 255, (1500, 1500, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    assert 6_000_000 < len(file.getvalue()) < 10_000_000
    answer = send(form_client, {}, photo=("x", file.getvalue()))
    assert json.loads(answer.text)["shape"] == [1024, 1024, 3]
