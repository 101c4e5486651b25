"""Runs go to MLflow as it is: a local database, and a server that does not answer."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

from modiste.errors import InputError
from modiste.runs.record import keep_run
from modiste.runs.tracking import check_tracking, track_run

pytestmark = [
    pytest.mark.skipif(find_spec("mlflow") is None, reason="needs the extra tracking"),
    pytest.mark.slow,
    # MLflow warns of what its own libraries will change.
    pytest.mark.filterwarnings("ignore"),
]


def test_mlflow_holds_parameters_figures_reports_and_release(tmp_path: Path) -> None:
    from mlflow import MlflowClient

    report = tmp_path / "evaluation.json"
    report.write_text("{}")
    many = {f"p{n}": n for n in range(250)}
    run = keep_run(
        tmp_path,
        "evaluate",
        seconds=3,
        parameters={**many, "long": "x" * 9000},
        figures={"models": {"modiste": {"MAP@12": 0.25}}},
        release="20200923-abc",
        files=[report],
    )
    address, made = track_run(tmp_path, run).split()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = MlflowClient(tracking_uri=address)
        read = client.get_run(made)
        files = [file.path for file in client.list_artifacts(made)]
    assert read.data.metrics["models.modiste.MAP_at_12"] == 0.25
    assert read.data.metrics["seconds"] == 3
    assert len(read.data.params) == 251
    assert read.data.params["p249"] == "249"
    assert read.data.tags["release"] == "20200923-abc"
    assert read.info.status == "FINISHED"
    assert files == ["evaluation.json"]


def test_a_server_that_is_not_there_is_told_before_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9: no server answers"):
        check_tracking("http://127.0.0.1:9")
    with pytest.raises(InputError, match="no server answers"):
        check_tracking("http://127.0.0.1:port")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    check_tracking("http://mlflow.example")  # behind a proxy, which alone could tell
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(InputError, match="no server answers"):
        check_tracking("http://127.0.0.1:9")
    check_tracking("local")
    check_tracking("sqlite:////nowhere/mlflow.db")


def test_a_server_that_does_not_answer_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run = keep_run(tmp_path, "train", seconds=1, parameters={}, figures={"n": 1})
    with pytest.raises(InputError, match="The run itself is kept"):
        track_run(tmp_path, run, "http://127.0.0.1:9")
