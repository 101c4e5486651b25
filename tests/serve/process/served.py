"""A server process over four items: `python tests/serve/process/served.py FOLDER SETTINGS`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it as a loss of power would, as far as a process can tell."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(folder: Path, **changed: Any) -> Iterator[Served]:
    """Start a server process and wait until it is ready; end it afterwards."""
    words = [sys.executable, __file__, str(folder), json.dumps(changed)]
    yield from _run(words)


@contextmanager
def served_shop(shop: Path, *words: str) -> Iterator[Served]:
    """Start `modiste serve` and wait until it is ready; end it afterwards."""
    command = [sys.executable, "-m", "modiste", "serve", "--shop", str(shop), "--port", "0"]
    yield from _run([*command, *words])


def _run(words: list[str]) -> Iterator[Served]:
    # A file: a pipe that nobody reads is full one day, and the server waits for it.
    with (
        tempfile.NamedTemporaryFile("w", suffix=".log") as log,
        subprocess.Popen(words, cwd=ROOT, stderr=log, start_new_session=True) as process,
    ):
        try:
            address = _address(Path(log.name), process)
            yield Served(address, int(address.rpartition(":")[2]), process, Path(log.name))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Wait until a server is ready; give where it is."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        address = log.read_text().partition("\n")[0].rpartition(" ")[2]
        if address.startswith("http://"):
            try:
                if httpx.get(f"{address}/health/ready").status_code == 200:
                    return address
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise AssertionError(f"it was not ready in time: {log.read_text()}")


def main(folder: Path, changed: dict[str, Any]) -> None:
    """Serve until killed."""
    from modiste.serve.app import create_app
    from modiste.serve.database import Database
    from modiste.serve.logs import configure_logs
    from modiste.serve.server import listen, new_server
    from modiste.serve.settings import ServeSettings
    from tests.serve.conftest import FourItems, picture_bytes

    (folder / "0001.jpg").write_bytes(picture_bytes())
    settings = ServeSettings(port=0, **changed)
    configure_logs()
    database = Database(settings.database_url(folder))
    app = create_app(lambda events: FourItems(folder, events), database, settings)
    with listen(settings) as listening:
        sys.stderr.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
        sys.stderr.flush()
        new_server(app).run(sockets=[listening])


if __name__ == "__main__":
    # Packages of others bring a `tests` of their own, which Python would take before this folder.
    ours = ModuleType("tests")
    ours.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = ours
    os.environ.pop("PYTHONWARNINGS", None)
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
