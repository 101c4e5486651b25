"""The page: files that were built beforehand, held in memory and served by their exact path."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from modiste.serve.paths import ApiPaths

STATIC = Path(__file__).parent / "static"
_INDEX = "/index.html"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}
_PACKED = {".html", ".js", ".css", ".json", ".svg", ".webmanifest"}
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class PageFile:
    """A file of the page."""

    content: bytes
    packed: bytes | None
    """The same compressed with gzip, where that pays."""
    headers: dict[str, str]
    media_type: str


@dataclass
class Page:
    """Serves the page's files; passes everything else on."""

    app: ASGIApp
    paths: ApiPaths
    files: dict[str, PageFile]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, with the page's frame, or as the routes do."""
        file = None
        if scope["type"] == "http" and scope["method"] in _READING:
            file = self.files.get(scope["path"])
            if file is None and self.paths.is_page(scope):
                file = self.files.get(_INDEX)
        if file is None:
            await self.app(scope, receive, send)
        else:
            await _response(file, scope)(scope, receive, send)


def read_page(folder: Path = STATIC) -> dict[str, PageFile]:
    """Read the files of the built page, by their path on the server; none if it was not built."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {f"/{path.relative_to(folder).as_posix()}": _page_file(path, folder) for path in found}
    if _INDEX in files:
        files["/"] = files[_INDEX]
    return files


def _page_file(path: Path, folder: Path) -> PageFile:
    content = path.read_bytes()
    hashed = path.relative_to(folder).parts[0] == "assets"
    media_type = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    headers = {
        "ETag": f'"{sha256(content).hexdigest()[:20]}"',
        "Cache-Control": _FOR_EVER if hashed else _ASK_AGAIN,
    }
    packed = gzip.compress(content, mtime=0) if path.suffix in _PACKED else None
    if packed is not None:
        headers["Vary"] = "Accept-Encoding"
    return PageFile(content, packed, headers, media_type)


def _response(file: PageFile, scope: Scope) -> Response:
    given = dict(scope["headers"])
    tags = given.get(b"if-none-match", b"").decode("latin-1")
    if file.headers["ETag"] in tags.replace("W/", ""):
        return Response(status_code=304, headers=file.headers)
    if file.packed is not None and b"gzip" in given.get(b"accept-encoding", b""):
        headers = file.headers | {"Content-Encoding": "gzip"}
        return Response(file.packed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=file.headers, media_type=file.media_type)
