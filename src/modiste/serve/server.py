"""Runs the application: one process, or several that share a socket."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from modiste.data.shop import dataset_store
from modiste.errors import InputError
from modiste.serve.database import Database, EventStore, KeyStore
from modiste.serve.database.limits import LimitStore, build_settings
from modiste.serve.logs import configure_logs
from modiste.serve.protocol import PatientProtocol
from modiste.serve.settings import ServeSettings

if TYPE_CHECKING:
    from modiste.serve.ports import Window

_TOLD = "MODISTE_SERVE"
"""Variable through which a worker process learns what it serves."""
_GRACE_SECONDS = 10


@dataclass(frozen=True)
class Sources:
    """What a shop is served with that does not lie in its folder."""

    rules: Path | None = None
    garments: Path | None = None
    """A recogniser of garments."""

    def check(self, shop: Path) -> None:
        """Read the rules before the address is told: opening a shop takes long.

        Purchases are not read, so that rules hold as on a day before the first of them: what only
        holds later, and prices, are looked at when the shop is opened.

        Raises:
            ConfigError: If the rules have faults.
            ArtifactError: If there is no recogniser, or it was altered.
        """
        if self.garments is not None:
            from modiste.garments.stored import read_plan

            read_plan(self.garments)
        if self.rules is not None:
            from modiste.data import open_shop
            from modiste.rules.file import bind_rules, read_rules

            bind_rules(read_rules(self.rules), open_shop(shop).until(0), self.rules.parent)


def _check_features(shop: Path) -> None:
    """Look for the feature store before the address is told, if the release asks for it.

    Raises:
        ConfigError: If nothing was published to it.
    """
    from modiste.artifacts import read_manifest
    from modiste.config import FEAST
    from modiste.release import release_store

    store = release_store(shop)
    if store.current_name() is None:
        return
    settings = read_manifest(store.current()).get("config", {})
    if settings.get("features", {}).get("online") == FEAST:
        from modiste.feature_store.online import FOLDER, check_published

        check_published(shop / FOLDER)


def serve(
    shop: Path,
    given: Mapping[str, object],
    *,
    rules: Path | None = None,
    garments: Path | None = None,
    started: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve a shop until the process is told to end.

    Args:
        shop: The shop's folder.
        given: Settings of this start by name, see `ServeSettings`; limits that are not named are
            those that were set for good, see `LimitStore`.
        rules: A file of rules that every list keeps.
        garments: A recogniser of garments; None: the shop's own, if it has one.
        started: Told the address as soon as the socket is bound.

    Raises:
        ConfigError: If a setting or the rules have a fault.
        InputError: If the address cannot be used, or it is open to others and there is no key.
        ModisteError: If the shop cannot be opened.
    """
    shop = shop.resolve()
    dataset_store(shop).current()
    settings = _settings(shop, given)
    Sources(rules, garments).check(shop)  # a fault is told of the path as it was given
    _check_features(shop)
    sources = Sources(rules and rules.resolve(), garments and garments.resolve())
    configure_logs()
    with listen(settings) as listening:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        started(f"http://{host}:{listening.getsockname()[1]}")
        if settings.workers == 1:
            _run_here(shop, settings, sources, listening)
        else:
            _run_workers(shop, settings, sources, listening)


def worker_app() -> FastAPI:
    """Make the application in a worker process, of what the first process told it."""
    told = json.loads(os.environ[_TOLD])
    configure_logs()
    settings = ServeSettings(**told["settings"])
    named = {name: path and Path(path) for name, path in told["sources"].items()}
    return _app(Path(told["shop"]), settings, Sources(**named))


def new_server(app: FastAPI) -> uvicorn.Server:
    """Give a server of an application for this process; it is patient, but not for ever."""
    return uvicorn.Server(_config(app))


def listen(settings: ServeSettings) -> socket.socket:
    """Take the address that is set.

    Raises:
        InputError: If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only on a socket that says that it is TCP; without, the
    # second half of an answer waits 40 ms for the client to acknowledge the first.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise InputError(
            f"--host {settings.host} --port {settings.port}: cannot be listened on "
            f"({error.strerror or error}): choose another port"
        ) from None
    listening.set_inheritable(True)
    return listening


def _run_here(
    shop: Path, settings: ServeSettings, sources: Sources, listening: socket.socket
) -> None:
    failures: list[Exception] = []

    def fail(error: Exception) -> None:
        failures.append(error)
        server.should_exit = True

    server = new_server(_app(shop, settings, sources, fail))
    server.run(sockets=[listening])
    if failures:
        raise failures[0]


def _run_workers(
    shop: Path, settings: ServeSettings, sources: Sources, listening: socket.socket
) -> None:
    from uvicorn.supervisors import Multiprocess

    told = {
        "shop": str(shop),
        "sources": {name: path and str(path) for name, path in asdict(sources).items()},
        "settings": asdict(settings),
    }
    with tempfile.TemporaryDirectory(prefix="modiste-") as counts:
        os.environ[_TOLD] = json.dumps(told)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        config = _config("modiste.serve.server:worker_app", settings.workers)
        Multiprocess(config, sockets=[listening]).run()


def _app(
    shop: Path,
    settings: ServeSettings,
    sources: Sources,
    on_failure: Callable[[Exception], None] = lambda _error: None,
) -> FastAPI:
    from modiste.serve.app import create_app

    def open_window(events: EventStore) -> Window:
        from modiste.serve.window import ShopWindow

        return ShopWindow.open(shop, events, rules=sources.rules, garments=sources.garments)

    database = Database(settings.database_url(shop))
    return create_app(open_window, database, settings, on_failure=on_failure)


def _config(app: FastAPI | str, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_worker_healthcheck=120,  # a worker that loads a shop does not answer meanwhile
    )


def _settings(shop: Path, given: Mapping[str, object]) -> ServeSettings:
    """Open the database once, before anything listens; off loopback it must hold a key."""
    place = "modiste serve"
    database = Database(build_settings(given, place).database_url(shop))
    try:
        settings = build_settings({**LimitStore(database).all(), **given}, place)
        known = any(not key.revoked for key in KeyStore(database).all())
    finally:
        database.close()
    if not known and not settings.open_to_all:
        raise InputError(
            f"--host {settings.host}: others than this machine may only ask with a key and there "
            f"is none: make one with modiste keys add --shop {shop}"
        )
    return settings
