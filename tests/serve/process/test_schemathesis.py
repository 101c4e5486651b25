"""Whatever is sent to any operation: no failure, and no answer that the description lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modiste.serve.app import describe_api
from tests.serve.process.served import Served, served_shop

pytestmark = pytest.mark.slow
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(describe_api())


@pytest.fixture(scope="module")
def server(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    database = f"sqlite:///{tmp_path_factory.mktemp('live')}/e.sqlite"
    with served_shop(trained_shop, "--database", database) as running:
        yield running


@schema.parametrize()
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: schemathesis.Case, server: Served) -> None:
    case.call_and_validate(base_url=server.address, checks=CHECKS)
