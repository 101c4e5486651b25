"""Every answer that is no success has one shape, whatever went wrong."""

import pytest
from starlette.testclient import TestClient

from modiste.errors import ArtifactError, InputError
from modiste.serve.schemas import Fault
from tests.serve.conftest import Served

EVENT = {
    "event_id": "1",
    "user_id": "anna",
    "item_id": "0001",
    "kind": "view",
    "time": "2026-01-01T00:00:00Z",
}


def fault_of(response: object) -> Fault:
    return Fault.model_validate(response.json())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/items/", 404, "not_found"),
        ("PUT", "/events", 405, "method_not_allowed"),
        ("GET", "/users?k=0", 422, "cannot_be_used"),
        ("GET", "/pictures/0002", 404, "no_picture"),
        ("GET", "/pictures/..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ("DELETE", "/users/a%00b", 422, "cannot_be_used"),
    ],
)
def test_every_path_tells_what_is_wrong(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    fault = fault_of(answer)
    assert fault.code == code
    assert fault.remedy


def test_what_was_sent_is_not_sent_back(client: TestClient) -> None:
    answer = client.post("/events", json={"events": [EVENT | {"kind": "secret-wish"}]})
    assert answer.status_code == 422
    assert "events.0.kind" in fault_of(answer).message
    assert "secret-wish" not in answer.text


def test_a_body_that_is_no_json(client: TestClient) -> None:
    answer = client.post("/events", content=b"{", headers={"Content-Type": "application/json"})
    assert fault_of(answer).code == "no_json"


@pytest.mark.parametrize("length", [True, False], ids=["told", "streamed"])
def test_a_body_that_is_too_large(serve: Served, length: bool) -> None:
    parts = [b" " * 600] * 3
    content = b"".join(parts) if length else iter(parts)
    with serve(body_bytes=1000) as client:
        answer = client.post(
            "/events", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413
        assert fault_of(answer).code == "too_large"
        assert ("connection" in answer.headers) == length, "the rest is not waited for"


def test_bodies_are_held_within_bounds_and_let_go(serve: Served) -> None:
    with serve(held_bytes=1000) as client:
        for n_bytes, status in ((600, 422), (600, 422), (1001, 503), (600, 422)):
            headers = {"Content-Type": "application/json"}
            answer = client.post("/events", content=b" " * n_bytes, headers=headers)
            assert answer.status_code == status
            assert fault_of(answer).code == ("busy" if status == 503 else "no_json")


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (InputError("--k 0: given 0: give 1"), 422, "cannot_be_used", "--k 0: given 0"),
        (ArtifactError("/shop/x was altered: make it anew"), 503, "part_missing", "A part"),
        (ZeroDivisionError("anna's secret"), 500, "failed", "The server failed with Zero"),
    ],
)
def test_failures_inside_become_faults_and_tell_nothing(
    serve: Served,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
    message: str,
) -> None:
    with serve() as client:

        def fail(k: int) -> None:
            raise error

        client.app.state.window.users = fail
        answer = client.get("/users")
    assert answer.status_code == status
    fault = fault_of(answer)
    assert fault.code == code
    assert fault.message.startswith(message)
    assert "/shop" not in answer.text
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["content-security-policy"]


def test_before_the_shop_is_open_it_says_so(serve: Served) -> None:
    with serve() as client:
        client.app.state.window = None
        answer = client.get("/users")
        assert answer.status_code == 503
        assert fault_of(answer).code == "starting"
        assert int(answer.headers["retry-after"]) > 0
