"""The gate: names, sites, keys, rates, and what a process takes on at once."""

import threading
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from modiste.serve.database import Key, KeyStore, Scope
from modiste.serve.errors import Refusal
from modiste.serve.protocol import ARRIVED
from modiste.serve.security.headers import SECURITY_HEADERS
from modiste.serve.security.limits import Bucket, RateLimit
from tests.serve.conftest import Served

NO_EVENTS: dict[str, list[str]] = {"events": []}


def make_key(client: TestClient, scope: Scope, rate: float | None = None) -> dict[str, str]:
    keys: KeyStore = KeyStore(client.app.state.events.database)  # type: ignore[attr-defined]
    _, secret = keys.add("web", scope, rate)
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(
    "host", ["shop.example", "127.0.0.1.evil.example", "localhost.evil", "[::1].evil", "", "0x7f.1"]
)
def test_another_name_is_refused_even_for_health(client: TestClient, host: str) -> None:
    for path in ("/health/live", "/users", "/"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_has_its_names(client: TestClient, host: str) -> None:
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Origin": "http://127.0.0.1:8000"}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_another_sites_page_cannot_write(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/events", json=NO_EVENTS, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "wrong_origin"


def test_cors_is_off_unless_a_site_is_named(serve: Served, client: TestClient) -> None:
    ask = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in client.options("/events", headers=ask).headers
    assert "access-control-allow-origin" not in client.get("/users", headers=ask).headers
    with serve(origins=("https://shop.example",)) as other:
        allowed = other.options("/events", headers=ask)
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
        sent = other.post("/events", json=NO_EVENTS, headers=ask)
        assert sent.status_code == 422
        evil = other.options("/events", headers=ask | {"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers


def test_every_answer_has_the_headers_and_an_id(client: TestClient) -> None:
    for path in ("/health/live", "/nothing", "/docs", "/openapi.json", "/pictures/0001", "/"):
        answer = client.get(path)
        for name, value in SECURITY_HEADERS:
            assert answer.headers[name.decode()] == value.decode(), path
        assert len(answer.headers["x-request-id"]) == 16
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_request_keeps_the_id_it_came_with_unless_it_is_hostile(client: TestClient) -> None:
    given = client.get("/health/live", headers={"X-Request-ID": "a-1.b_2"})
    assert given.headers["x-request-id"] == "a-1.b_2"
    hostile = client.get("/health/live", headers={"X-Request-ID": 'x" injected'})
    assert "injected" not in hostile.headers["x-request-id"]


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [(None, 0), (Scope.READ, 1), (Scope.WRITE, 2), (Scope.ADMIN, 3)],
)
def test_scopes_off_loopback(serve: Served, scope: Scope | None, allowed: int) -> None:
    with serve(host="0.0.0.0") as client:
        headers = {} if scope is None else make_key(client, scope)
        asked = [
            client.get("/openapi.json", headers=headers),
            client.post("/events", json=NO_EVENTS, headers=headers),
            client.delete("/users/ben", headers=headers),
        ]
        refused = {401} if scope is None else {403}
        codes = [answer.status_code for answer in asked]
        assert codes[:allowed] == [200, 422, 200][:allowed]
        assert set(codes[allowed:]) <= refused
        assert client.get("/health/live").status_code == 200
        assert client.get("/pictures/0001").status_code == 200
        assert client.get("/metrics", headers=headers).status_code == (
            200 if scope is Scope.ADMIN else min(refused)
        )


def test_a_request_through_a_proxy_is_not_from_here(client: TestClient) -> None:
    answer = client.get("/users", headers={"X-Forwarded-For": "203.0.113.9"})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_needed")


def test_naming_a_host_asks_for_keys(serve: Served) -> None:
    with serve(allowed_hosts=("shop.example",)) as client:
        assert client.get("/users", headers={"Host": "shop.example"}).status_code == 401
        assert client.get("/users").status_code == 401


def test_wrong_and_revoked_keys(serve: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modiste.serve.security.keys.FRESH_SECONDS", 0.0)
    with serve(host="0.0.0.0") as client:
        keys = KeyStore(client.app.state.events.database)
        key, secret = keys.add("web", Scope.ADMIN)
        good = {"Authorization": f"Bearer {secret}"}
        assert client.get("/users", headers=good).status_code == 200
        for wrong in (secret[:-1], f"modiste_{key.key_id}_", "x", secret + "x", "ä"):
            headers = {"Authorization": f"Bearer {wrong}".encode("latin-1")}
            answer = client.get("/users", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unknown_key")
            assert answer.headers["www-authenticate"] == "Bearer"
        assert client.get(f"/users?key={secret}").status_code == 401
        keys.revoke(key.key_id)
        assert client.get("/users", headers=good).status_code == 401


def test_a_secret_is_kept_nowhere(serve: Served, tmp_path: Any, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    with serve(host="0.0.0.0") as client:
        headers = make_key(client, Scope.ADMIN)
        client.get("/users", headers=headers)
    secret = headers["Authorization"].rpartition("_")[2]
    for path in (tmp_path / "live").iterdir():
        assert secret.encode() not in path.read_bytes()
    assert secret not in caplog.text


def test_a_key_that_asks_too_much_waits(serve: Served) -> None:
    with serve(host="0.0.0.0") as client:
        slow, other = make_key(client, Scope.READ, 1.0), make_key(client, Scope.READ)
        codes = [client.get("/openapi.json", headers=slow).status_code for _ in range(4)]
        assert codes[:2] == [200, 200]
        last = client.get("/openapi.json", headers=slow)
        assert (last.status_code, last.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(last.headers["retry-after"]) <= 2
        assert client.get("/openapi.json", headers=other).status_code == 200


def test_a_bucket_by_hand() -> None:
    bucket = Bucket(rate=10.0, filled=0.0, tokens=20.0)
    assert bucket.take(20.0, 0.0) == 0.0
    assert bucket.take(1.0, 0.0) == pytest.approx(0.1)
    assert bucket.take(1.0, 0.1) == 0.0
    assert bucket.take(50.0, 100.0) == 0.0, "dearer than a full bucket: it empties it"
    assert bucket.take(50.0, 100.0) == pytest.approx(2.0)


def test_rates_know_keys_apart() -> None:
    moment = [0.0]
    rates = RateLimit(clock=lambda: moment[0])
    for _ in range(2):
        rates.check("a", 1.0, 1.0)
    with pytest.raises(Refusal):
        rates.check("a", 1.0, 1.0)
    rates.check("b", 1.0, 1.0)
    moment[0] = 1.0
    rates.check("a", 1.0, 1.0)


def test_what_is_too_much_at_once_is_refused_at_once(serve: Served) -> None:
    with serve(in_flight=2) as client:
        window = client.app.state.window
        plain, go, entered = window.users, threading.Event(), threading.Semaphore(0)

        def slow(k: int) -> Any:
            entered.release()
            assert go.wait(10)
            return plain(k)

        window.users = slow
        codes: list[int] = []
        threads = [
            threading.Thread(target=lambda: codes.append(client.get("/users").status_code))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert entered.acquire(timeout=10)
        busy = client.get("/users")
        assert (busy.status_code, busy.json()["code"]) == (503, "busy")
        assert busy.headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 200, "health is never too much"
        go.set()
        for thread in threads:
            thread.join()
        assert codes == [200, 200]
        assert client.get("/users").status_code == 200, "those who left are counted out"


def test_key_text_tells_nothing_by_time() -> None:
    assert "compare_digest" in Key.fits.__code__.co_names


def test_who_waited_too_long_for_a_turn_is_refused_at_once(serve: Served) -> None:
    with serve(wait_seconds=0.2) as client:
        client.app_state[ARRIVED] = time.perf_counter()
        assert client.get("/users").status_code == 200
        client.app_state[ARRIVED] = time.perf_counter() - 0.3
        late = client.get("/users")
        assert (late.status_code, late.json()["code"]) == (503, "busy")
        assert client.get("/health/live").status_code == 200, "health is never too much"
