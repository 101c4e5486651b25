"""Runs to MLflow: a local database by default, a server by its address."""

from __future__ import annotations

import os
import socket
import warnings
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from modiste.errors import InputError, require
from modiste.runs.record import FOLDER, Run

LOCAL = "local"
_MOST_LETTERS = 500
_BATCH = 100
"""Parameters that MLflow takes at once."""
_PORTS = {"http": 80, "https": 443}
_WAIT = 5.0
"""Seconds for a server to take a connection."""


def check_tracking(where: str) -> None:
    """Complain before the work, not after it, if MLflow is absent or its server does not answer.

    Args:
        where: As `track_run` is given it.

    Raises:
        MissingExtraError: If MLflow is not installed.
        InputError: If nothing answers at the address.
    """
    require("mlflow", extra="tracking")
    try:
        address = urlsplit(where)
        if address.scheme not in _PORTS:
            return
        host = address.hostname or ""
        if address.scheme in getproxies() and not proxy_bypass(host):
            return  # only the proxy reaches it
        place = (host, address.port or _PORTS[address.scheme])
        socket.create_connection(place, timeout=_WAIT).close()
    except (OSError, ValueError) as error:
        raise InputError(
            f"--track {where}: no server answers ({error}): name one that does, or say "
            "--track local"
        ) from None


def track_run(shop: Path, run: Run, where: str = LOCAL) -> str:
    """Log a run's parameters, figures, reports and release to MLflow.

    Args:
        shop: The shop's folder; its name is the experiment's.
        run: What was kept of it.
        where: `local`: SQLite and files in `SHOP/runs`; else a tracking address such as
            `https://mlflow.example` or `sqlite:////data/mlflow.db`.

    Returns:
        The address and the id of MLflow's run.

    Raises:
        MissingExtraError: If MLflow is not installed.
        InputError: If the address cannot be used.
    """
    require("mlflow", extra="tracking")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # offline means offline
    # By default a server that stopped answering is asked for many minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    home = (shop / FOLDER).resolve()
    address = f"sqlite:///{home / 'mlflow.db'}" if where == LOCAL else where
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about its libraries
        return f"{address} {_log(shop, run, home, address, local=where == LOCAL)}"


def _log(shop: Path, run: Run, home: Path, address: str, *, local: bool) -> str:
    import logging

    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.exceptions import MlflowException

    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    name = f"modiste {shop.resolve().name}"
    try:
        client = MlflowClient(tracking_uri=address)
        known = client.get_experiment_by_name(name)
        place = (home / "mlflow").as_uri() if local else None
        experiment = known.experiment_id if known else client.create_experiment(name, place)
        made: str = client.create_run(experiment, run_name=run.name).info.run_id
        told = {"command": run.command, "release": run.release, "dataset": run.dataset}
        tags = [RunTag(key, value) for key, value in told.items() if value]
        moment = int(client.get_run(made).info.start_time)
        metrics = [Metric(_key(key), value, moment, 0) for key, value in run.figures.items()]
        metrics.append(Metric("seconds", run.seconds, moment, 0))
        params = [
            Param(_key(key), str(value)[:_MOST_LETTERS]) for key, value in run.parameters.items()
        ]
        client.log_batch(made, tags=[*tags, RunTag("modiste", run.version)])
        for start in range(0, max(len(metrics), len(params)), _BATCH):
            part = slice(start, start + _BATCH)
            client.log_batch(made, metrics=metrics[part], params=params[part])
        for file in run.files:
            client.log_artifact(made, file)
        client.set_terminated(made)
    except (MlflowException, OSError, ValueError) as error:
        line = str(error).splitlines()[0][:300]
        raise InputError(
            f"--track {address}: MLflow cannot be told of it ({line}): name a server that answers, "
            "or say --track local. The run itself is kept, see modiste runs"
        ) from None
    return made


def _key(name: str) -> str:
    """Give a name as MLflow takes it: letters, digits and a few signs."""
    kept = "".join(
        one if one.isalnum() or one in "_-. /" else "_at_" if one == "@" else "_" for one in name
    )
    return kept[:250]
