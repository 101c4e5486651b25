"""How a served shop holds load that does not wait: requests come at their times, answered or not.

    python benchmarks/serving.py --shop SHOP [--workers 2] [--only stored] [--seconds 30]

Starts `modiste serve` with an empty database, waits until it is ready, and sends for each kind of
request so many a second, spread evenly (an open loop: a slow server gets no fewer). A request's
time counts from when it was due, so waiting in line is part of it. The client is this process, on
the same machine, over at most 200 connections that are kept open.

`overload` sends ten times the rate of stored lists for 20 seconds and then the plain rate again,
over at most 1,000 connections: what is refused must be refused with 429 or 503, and the plain rate
must hold within 5 seconds. There the client gives up, and counts as `unsent`, what finds every
connection taken, and a time counts from the sending: the client shares two processors with the
server and is late itself.
`--soak 30` asks everything for 30 minutes at rates that leave the machine room, sends events beside
it, and prints the memory of every minute: it must not grow.

Memory is that of the server's processes (unshared, in MB), `cpu` their processor time for one
request in milliseconds: it tells of the server on a machine that does other work, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

HERE = "127.0.0.1"
MOST_LINES, MANY_LINES = 200, 1000
OVERLOAD_SECONDS, RECOVERY_SECONDS = 20.0, 5.0
RATES = {"stored": 500, "live": 5, "suggest": 100, "words": 30, "photo": 3, "garments": 3}
"""Requests a second of each kind."""
SOAK_RATES = {"stored": 20, "live": 0.5, "suggest": 3, "words": 1, "photo": 0.1, "event": 2}
WORDS = ("black dress", "red shirt", "jeans", "warm jacket", "summer skirt", "blue", "socks")


@dataclass
class Line:
    """A connection that is kept open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: float = 0.0
    """When it was last used: the server closes one that was idle for 5 seconds."""

    async def ask(self, request: bytes) -> int:
        """Send a request, read the whole answer, give its status."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = head.lower()
        start = fields.index(b"content-length:") + 15
        length = int(fields[start : fields.index(b"\r", start)])
        await self.reader.readexactly(length)
        if b"connection: close" in fields:
            self.writer.close()
        return int(head[9:12])


@dataclass
class Lines:
    """At most so many connections, each used by one request at a time."""

    port: int
    turn: asyncio.Semaphore
    free: list[Line] = field(default_factory=list)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Line]:
        """Lend a connection; one that broke is not taken back."""
        async with self.turn:
            while self.free and not _usable(self.free[-1]):
                self.free.pop().writer.close()
            line = (
                self.free.pop()
                if self.free
                else Line(*await asyncio.open_connection(HERE, self.port))
            )
            yield line
            line.used = time.perf_counter()
            self.free.append(line)


def _usable(line: Line) -> bool:
    return time.perf_counter() - line.used < 3 and not line.writer.is_closing()


@dataclass
class Load:
    """What became of the requests of one kind."""

    name: str
    rate: float
    seconds: float
    flood: bool = False
    """Whether requests are given up that find no connection free."""
    statuses: Counter[str] = field(default_factory=Counter)
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    cpu: float = 0.0
    """Seconds of processor time that the server took."""

    def note(self, status: str, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.milliseconds.setdefault(status, []).append(seconds * 1000)

    def row(self) -> str:
        """Give the table's row: the times are those of answers with 200."""
        times = np.array(self.milliseconds.get("200", [np.nan]))
        shown = " ".join(f"{np.quantile(times, q):8.1f}" for q in (0.5, 0.95, 0.99))
        refused = [one for key in ("429", "503") for one in self.milliseconds.get(key, [])]
        slowest = f"{np.quantile(refused, 0.99):8.1f}" if refused else "       -"
        counts = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        n_sent = sum(self.statuses.values()) - self.statuses["unsent"]
        cpu = 1000 * self.cpu / max(1, n_sent)
        return f"{self.name:<10} {self.rate:>6.0f} {shown} {slowest} {cpu:8.2f}   {counts}"


async def send(port: int, load: Load, make: Callable[[int], bytes]) -> None:
    """Send the requests of a load at their times and wait for the last answer."""
    lines = Lines(port, asyncio.Semaphore(MANY_LINES if load.flood else MOST_LINES))
    started = time.perf_counter()

    async def one(number: int) -> None:
        if load.flood and lines.turn.locked():
            load.note("unsent", 0.0)
            return
        due = time.perf_counter() if load.flood else started + number / load.rate
        try:
            async with asyncio.timeout(30), lines.one() as line:
                status = str(await line.ask(make(number)))
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            status = type(error).__name__
        load.note(status, time.perf_counter() - due)

    tasks = []
    for number in range(int(load.rate * load.seconds)):
        wait = started + number / load.rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    for line in lines.free:
        line.writer.close()


@contextmanager
def running(shop: Path, workers: int, words: list[str]) -> Iterator[tuple[int, psutil.Process]]:
    """Serve a shop on a free port, with an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        database = f"sqlite:///{folder}/events.sqlite"
        command = [sys.executable, "-m", "modiste", "serve", "--shop", str(shop), "--port", "0"]
        command += ["--workers", str(workers), "--database", database, *words]
        with log.open("wb") as file, subprocess.Popen(command, stderr=file) as process:
            try:
                yield wait_ready(log, process), psutil.Process(process.pid)
            finally:
                process.terminate()
                process.wait(30)


def wait_ready(log: Path, process: subprocess.Popen[bytes]) -> int:
    """Wait until ten answers in a row say ready; give the port."""
    started, n_ready, address = time.monotonic(), 0, ""
    while n_ready < 10:
        if process.poll() is not None or time.monotonic() - started > 600:
            raise SystemExit(log.read_text())
        time.sleep(0.1)
        address = log.read_text().partition("\n")[0].rpartition(" ")[2]
        try:
            with urllib.request.urlopen(f"{address}/health/ready") as answer:
                n_ready = n_ready + 1 if answer.status == 200 else 0
        except (OSError, ValueError):
            n_ready = 0
    print(f"ready after {time.monotonic() - started:.1f} s")
    return int(address.rpartition(":")[2])


def get(port: int, path: str) -> Any:
    """Ask once and read the JSON."""
    with urllib.request.urlopen(f"http://{HERE}:{port}{path}") as answer:
        return json.load(answer)


def request(path: str, body: bytes = b"", media_type: str = "application/json") -> bytes:
    """Write a request: GET, or POST where there is a body."""
    method = "POST" if body else "GET"
    head = f"{method} {path} HTTP/1.1\r\nHost: {HERE}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: {media_type}\r\n\r\n".encode() + body


def requests_of(port: int, photo: bytes | None) -> dict[str, Callable[[int], bytes]]:
    """Give, for each kind, what makes its n-th request."""
    users = [user["id"] for user in get(port, "/users?k=100")["users"]]
    listed = get(port, "/recommendations?k=100")["items"]
    items = [item["id"] for item in listed]
    kinds: dict[str, Callable[[int], bytes]] = {
        "suggest": lambda n: request(
            f"/suggest?q={WORDS[n % len(WORDS)][: 1 + n % 5]}".replace(" ", "+")
        ),
        "words": lambda n: request(
            "/search", json.dumps({"words": WORDS[n % len(WORDS)], "k": 24}).encode()
        ),
    }
    if users:
        kinds["stored"] = lambda n: request(
            f"/recommendations?user_id={users[n % len(users)]}&k=12"
        )
        kinds["live"] = lambda n: request(
            f"/recommendations?user_id={users[n % len(users)]}&k=12&placement=basket"
            f"&items={items[n % len(items)]}"
        )
    if users and items:
        start = time.time_ns()

        def event(n: int) -> bytes:
            told = {
                "event_id": f"{start}-{n}",
                "user_id": users[n % len(users)],
                "item_id": items[n % len(items)],
                "kind": ("view", "basket", "like")[n % 3],
                "time": datetime.now(UTC).isoformat(),
            }
            return request("/events", json.dumps({"events": [told]}).encode())

        kinds["event"] = event
    if photo is not None:
        edge = b"edge"
        body = (
            b'--edge\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
            + photo
            + b"\r\n--"
            + edge
            + b"--\r\n"
        )
        form = "multipart/form-data; boundary=edge"
        made = request("/search", body, form)
        kinds["photo"] = lambda _n: made
        if get(port, "/facets")["garments"]:
            seen = request("/garments", body, form)
            kinds["garments"] = lambda _n: seen
    return kinds


def soak(port: int, process: psutil.Process, make: dict[str, Callable[[int], bytes]]) -> None:
    """Ask everything for a minute at rates of a quiet day, and print how it went."""
    loads = [Load(name, SOAK_RATES[name], 60) for name in make if name in SOAK_RATES]

    async def together() -> None:
        await asyncio.gather(*(send(port, load, make[load.name]) for load in loads))

    asyncio.run(together())
    statuses = sum((load.statuses for load in loads), Counter[str]())
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"{time.strftime('%H:%M')} memory {memory(process):,.0f} MB   {counts}", flush=True)


def measure(port: int, process: psutil.Process, load: Load, make: Callable[[int], bytes]) -> None:
    """Send a load and print its row."""
    before = cpu_seconds(process)
    asyncio.run(send(port, load, make))
    load.cpu = cpu_seconds(process) - before
    print(load.row(), flush=True)


def cpu_seconds(process: psutil.Process) -> float:
    """Give the processor time of a process and its children so far."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def memory(process: psutil.Process) -> float:
    """Give the unshared memory of a process and its children, in MB."""
    family = [process, *process.children(recursive=True)]
    return float(sum(one.memory_full_info().uss for one in family)) / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--photo", type=Path, help="a picture's file; without it no photo is sent")
    parser.add_argument("--garments", type=Path, help="a recogniser; by default SHOP/garments")
    parser.add_argument("--soak", type=int, default=0, help="minutes; nothing else is measured")
    parser.add_argument("--only", nargs="*", help="kinds, and overload")
    parser.add_argument("--set", nargs="*", default=[], help="limits, as of modiste serve --set")
    asked = parser.parse_args()
    words = [word for text in asked.set for word in ("--set", text)]
    words += ["--garments", str(asked.garments)] if asked.garments else []
    with running(asked.shop, asked.workers, words) as (port, process):
        kinds = requests_of(port, asked.photo.read_bytes() if asked.photo else None)
        chosen = asked.only or [*RATES, "overload"]
        print(f"memory {memory(process):,.0f} MB", flush=True)
        if asked.soak:
            for _ in range(asked.soak):
                soak(port, process, kinds)
            return
        heads = ("p50", "p95", "p99", "refused", "cpu")
        print(f"{'kind':<10} {'rate':>6} {' '.join(f'{head:>8}' for head in heads)}   answers")
        for name in chosen:
            if name in kinds:
                load = Load(name, RATES[name], asked.seconds)
                measure(port, process, load, kinds[name])
        if "overload" in chosen and "stored" in kinds:
            rate = RATES["stored"]
            for load in (
                Load("overload", rate * 10, OVERLOAD_SECONDS, flood=True),
                Load("after", rate, RECOVERY_SECONDS),
                Load("later", rate, RECOVERY_SECONDS),
            ):
                measure(port, process, load, kinds["stored"])
        print(f"memory {memory(process):,.0f} MB")


if __name__ == "__main__":
    main()
