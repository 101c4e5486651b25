"""The API's description: current, stable, and readable without anything from elsewhere."""

import re

from starlette.testclient import TestClient

from docs.generate import openapi_page, openapi_path
from modiste.serve.security.keys import SCOPES


def test_the_page_is_whole_and_asks_nobody_else(client: TestClient) -> None:
    page = client.get("/docs", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    described = client.get("/openapi.json").json()
    for methods in described["paths"].values():
        for operation in methods.values():
            assert f"id='{operation['operationId']}'" in page.text
    targets = set(re.findall(r"""(?:href|src)=['"]([^'"]+)""", page.text))
    assert {target[0] for target in targets} <= {"#", "/"}
    for target in sorted(targets):
        if target.startswith("/"):
            assert client.get(target).status_code == 200
        else:
            assert f"id='{target[1:]}'" in page.text, target
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_operation_ids_are_stable_words(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    ids = [
        operation["operationId"]
        for methods in described["paths"].values()
        for operation in methods.values()
    ]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in ids), ids


def test_every_route_has_a_scope_of_its_own(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    first = {path.lstrip("/").partition("/")[0] for path in described["paths"]}
    assert first <= set(SCOPES), "name it in security/keys.py: who may ask for it?"


def test_the_committed_description_is_current() -> None:
    assert openapi_path().read_text(encoding="utf-8") == openapi_page(), "run make docs"
