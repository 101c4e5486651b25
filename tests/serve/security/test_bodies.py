"""Bodies by hand: what is taken, held and let go."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Message, Receive

from modiste.serve.errors import Refusal
from modiste.serve.security.bodies import Body, GoneError, Held


def parts(*sizes: int, ends: bool = True) -> Receive:
    """Give what receives parts of so many bytes, and nothing more afterwards."""
    waiting = [
        {"type": "http.request", "body": b"x" * size, "more_body": place < len(sizes) or not ends}
        for place, size in enumerate(sizes, start=1)
    ]

    async def receive() -> Message:
        if not waiting:
            await asyncio.sleep(60)
        return waiting.pop(0)

    return receive


async def left() -> Message:
    return {"type": "http.disconnect"}


def body_of(receive: Callable[[], object], held: Held, most: int = 100) -> Body:
    return Body(receive, most, 0.2, held)  # type: ignore[arg-type]


def test_a_body_is_given_whole_once_and_let_go() -> None:
    held = Held(1000)
    body = body_of(parts(30, 20), held)

    async def use() -> Message:
        await body.collect({})
        assert held.n_bytes == 50
        return await body()

    assert asyncio.run(use()) == {"type": "http.request", "body": b"x" * 50, "more_body": False}
    body.release()
    body.release()
    assert held.n_bytes == 0


@pytest.mark.parametrize(
    ("receive", "headers", "status"),
    [
        (parts(60, 41), {}, 413),
        (parts(1), {b"content-length": b"101"}, 413),
        (parts(1), {b"content-length": b"9" * 50}, 413),
        (parts(10, ends=False), {}, 408),
        (parts(60, 30), {}, 503),
    ],
    ids=["counted", "told", "told hugely", "slow", "others hold too much"],
)
def test_what_is_too_much_is_refused_and_let_go(
    receive: Receive, headers: dict[bytes, bytes], status: int
) -> None:
    held = Held(100 if status != 503 else 80)
    body = body_of(receive, held)
    with pytest.raises(Refusal) as refusal:
        asyncio.run(body.collect(headers))
    assert refusal.value.status_code == status
    body.release()
    assert held.n_bytes == 0


def test_a_client_that_left_is_no_failure() -> None:
    with pytest.raises(GoneError):
        asyncio.run(body_of(left, Held(100)).collect({}))
