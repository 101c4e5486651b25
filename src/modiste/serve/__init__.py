"""The shop window: an API and a page over a shop's release, index and live events."""

from importlib.util import find_spec

from modiste.errors import MissingExtraError

for _package in ("fastapi", "uvicorn", "sqlalchemy", "python_multipart", "prometheus_client"):
    try:
        _there = find_spec(_package) is not None
    except ModuleNotFoundError:
        _there = False
    if not _there:
        raise MissingExtraError(_package.replace("_", "-"), extra="serve")
