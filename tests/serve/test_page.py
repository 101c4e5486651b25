"""The page's files: found by their exact path, kept as long as they may be."""

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modiste.serve import app as application
from modiste.serve.page import PageFile, read_page
from tests.serve.conftest import Served

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, PageFile]:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>shop</title>")
    (folder / "assets" / "main-1a2b3c.js").write_text("let a = 1;" * 200)
    (folder / "sw.js").write_text("// worker")
    (folder / "manifest.webmanifest").write_text("{}")
    files = read_page(folder)
    monkeypatch.setattr(application, "read_page", lambda: files)
    return files


def test_files_and_their_caching(page: dict[str, PageFile], serve: Served) -> None:
    with serve() as client:
        index = client.get("/", headers=HTML)
        assert "<title>shop</title>" in index.text
        assert index.headers["cache-control"] == "no-cache"
        script = client.get("/assets/main-1a2b3c.js")
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["content-encoding"] == "gzip"
        assert script.text == "let a = 1;" * 200
        plain = client.get("/assets/main-1a2b3c.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == gzip.decompress(page["/assets/main-1a2b3c.js"].packed or b"")
        assert client.get("/sw.js").headers["cache-control"] == "no-cache"
        manifest = client.get("/manifest.webmanifest")
        assert manifest.headers["content-type"] == "application/manifest+json"
        tag = {"If-None-Match": index.headers["etag"]}
        assert client.get("/", headers=tag).status_code == 304
        head = client.head("/")
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", ["/find?q=red", "/product/0001", "/lab", "/search", "/a/b/c"])
def test_paths_of_the_page_give_its_frame(
    page: dict[str, PageFile], serve: Served, path: str
) -> None:
    with serve(host="0.0.0.0") as client:
        assert "<title>shop</title>" in client.get(path, headers=HTML).text
        assert client.get(path).status_code in (401, 404, 405)


def test_the_api_is_not_hidden_by_the_page(page: dict[str, PageFile], serve: Served) -> None:
    with serve() as client:
        for path in ("/users", "/health/live", "/openapi.json"):
            assert client.get(path, headers=HTML).json()
        missing = client.get("/pictures/0002", headers=HTML)
        assert (missing.status_code, missing.json()["code"]) == (404, "no_picture")
        assert client.post("/find", headers=HTML).status_code in (404, 405)
    with serve(host="0.0.0.0") as client:
        assert client.get("/users", headers=HTML).status_code == 401, (
            "a page's Accept opens nothing"
        )


@pytest.mark.parametrize(
    "path",
    ["/assets/%2e%2e/sw.js", "/..%2fpage.py", "/index.html/", "/x.py"],
)
def test_only_exact_paths_are_files(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
