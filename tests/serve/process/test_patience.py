"""Clients that are slow or send what is no HTTP, against a real server."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.serve.process.served import Served, served

pytestmark = pytest.mark.slow
HEADER_SECONDS, BODY_SECONDS = 1.0, 1.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(
        tmp_path_factory.mktemp("patient"),
        header_seconds=HEADER_SECONDS,
        body_seconds=BODY_SECONDS,
    ) as running:
        yield running


def talk(server: Served, *parts: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """Send parts one by one; give the answer and when the server closed, in seconds."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        for part in parts:
            try:
                line.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        answer = b""
        try:
            while got := line.recv(65536):
                answer += got
        except ConnectionResetError:
            pass
    return answer, time.monotonic() - started


POST = (
    b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 500\r\n\r\n"
)


def test_silence_is_cut_off(server: Served) -> None:
    answer, seconds = talk(server)
    assert answer == b""
    assert HEADER_SECONDS * 0.9 <= seconds < HEADER_SECONDS * 4


def test_half_a_head_is_cut_off(server: Served) -> None:
    answer, seconds = talk(server, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
    assert answer == b""
    assert seconds < HEADER_SECONDS * 4


def test_a_head_byte_by_byte_is_cut_off(server: Served) -> None:
    answer, seconds = talk(server, *[b"G"] * 60, pause=0.1)
    assert seconds < 30
    assert answer == b"" or b" 400 " in answer


def test_half_a_head_after_a_whole_request_is_cut_off(server: Served) -> None:
    whole = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer, seconds = talk(server, whole, b"GET / HTTP/1.1\r\nHost:", pause=0.2)
    assert answer.startswith(b"HTTP/1.1 200")
    assert seconds < HEADER_SECONDS * 5


def test_blank_lines_do_not_keep_a_line_open(server: Served) -> None:
    whole = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer, seconds = talk(server, whole, *[b"\r\n"] * 60, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 200")
    assert seconds < HEADER_SECONDS * 7, "cut off before the 6 seconds of blank lines are over"


def test_a_body_that_does_not_come_is_told_and_cut_off(server: Served) -> None:
    answer, seconds = talk(server, POST, b'{"events": [')
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"too_slow"' in answer
    assert seconds < BODY_SECONDS + 8


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=[
        "tls",
        "no host",
        "two hosts",
        "long path",
        "path beyond the limit",
        "long header",
        "length",
    ],
)
def test_what_is_no_http_is_refused_in_one_form(server: Served, sent: bytes) -> None:
    answer, _ = talk(server, sent)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"code": "bad_request"' in answer
    assert b"content-security-policy" in answer.lower()


def test_many_slow_clients_do_not_stop_the_others(server: Served) -> None:
    with ThreadPoolExecutor(80) as pool:
        slow = [pool.submit(talk, server, POST[:40]) for _ in range(30)]
        slow += [pool.submit(talk, server, POST, b"{") for _ in range(50)]
        time.sleep(0.3)
        with httpx.Client(base_url=server.address) as http:
            for _ in range(20):
                assert http.get("/users").status_code == 200
        assert all(one.result()[1] < 15 for one in slow)
