"""Where a model's files lie: a local folder, or a model hub's cache when the user names a model."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from threading import Thread
from typing import Any

from modiste.artifacts import fingerprint, hash_file
from modiste.errors import InputError, MissingExtraError

WANTED = (
    "*.json",
    "*.safetensors",
    "*.txt",
    "*.model",
    "1_Pooling/config.json",
)
"""Files of a model that are read: settings, weights, vocabularies. No code and no pickles."""
_UNWANTED = ("onnx/*", "openvino/*", "*/*.safetensors")
_HUB_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")
_SECONDS = 10.0
"""So long the hub may take to answer at all."""


def model_folder(source: str, encoder: str = "transformers", config: str = "config.json") -> Path:
    """Give the folder of a model's files.

    A hub name is looked up in the hub's local cache, and is fetched
    only where that holds none and `HF_HUB_OFFLINE` does not forbid it.

    Args:
        source: A local folder, which comes first, or a hub name.
        encoder: The component, for messages.
        config: The file of settings without which it is no model.

    Raises:
        InputError: If there is no such model, it cannot be fetched, or its files are not those of a
            model with safetensors.
        MissingExtraError: If a hub name is given and the package that fetches is not installed.
    """
    named = f"encoder {encoder}={source}"
    if not source:
        raise InputError(
            f"encoder {encoder} has no model of its own: name one, {encoder}=FOLDER or "
            f"{encoder}=HUB-NAME"
        )
    folder = Path(source).expanduser()
    if folder.is_dir():
        return _checked(folder, named, config)
    if folder.exists():
        raise InputError(f"{named} is a file: give the folder that holds {config}")
    if not _HUB_NAME.fullmatch(source):
        raise InputError(f"{named}: there is no such folder: give one that holds {config}")
    return _checked(_fetched(source, named), named, config)


def hub_is_closed() -> bool:
    """Say whether the user forbade to ask the hub (`HF_HUB_OFFLINE`)."""
    return os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in {"1", "ON", "YES", "TRUE"}


def _checked(folder: Path, named: str, config: str) -> Path:
    if not (folder / config).is_file():
        raise InputError(f"{named} holds no {config}: give the folder of a model")
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"{named} holds no *.safetensors, the only weights that are read: convert the model "
            "with its save_pretrained"
        )
    return folder


def _fetched(name: str, named: str) -> Path:
    # Read when the package is first imported; nothing is told of who runs what.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import (
            GatedRepoError,
            HfHubHTTPError,
            HFValidationError,
            RepositoryNotFoundError,
        )
    except ImportError:
        raise MissingExtraError("huggingface_hub", extra="vision") from None
    patterns: dict[str, Any] = {"allow_patterns": list(WANTED), "ignore_patterns": list(_UNWANTED)}
    remedy = f"give a folder with its files, or fetch {name} where the hub can be reached"
    try:
        cached = Path(snapshot_download(name, local_files_only=True, **patterns))
        if any(cached.glob("*.safetensors")):
            return cached
    except (OSError, ValueError):
        pass  # not in the cache
    if hub_is_closed():
        raise InputError(
            f"{named}: no such folder, not in the cache, and HF_HUB_OFFLINE is set: {remedy}"
        )
    sys.stderr.write(f"modiste: asking the hub for {name} …\n")
    sys.stderr.flush()
    try:
        _knock(name)
        return Path(snapshot_download(name, etag_timeout=_SECONDS, **patterns))
    except GatedRepoError:
        raise InputError(
            f"{named}: the hub gives it only to those who accepted its terms: {remedy}"
        ) from None
    except (RepositoryNotFoundError, HFValidationError):
        raise InputError(
            f"{named}: neither a folder nor a model that the hub knows: correct the name"
        ) from None
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "an error")
        raise InputError(f"{named}: the hub answers {status}: {remedy}") from None
    except Exception:  # whatever a client of HTTP raises where there is no network
        raise InputError(
            f"{named}: no such folder, and the hub cannot be reached: {remedy}; with "
            "HF_HUB_OFFLINE=1 it is not asked"
        ) from None


def _knock(name: str) -> None:
    """Ask the hub whether it knows a model, and raise what it says, or TimeoutError.

    It is asked in a thread of its own, since no client bounds the time that looking up the hub's
    address takes where there is no network.
    """
    from huggingface_hub import HfApi

    faults: list[Exception] = []

    def ask() -> None:
        try:
            HfApi().model_info(name, timeout=_SECONDS)
        except Exception as error:  # raised below, in the thread that asked
            faults.append(error)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    if thread.is_alive():
        raise TimeoutError
    if faults:
        raise faults[0]


def files_identity(folder: Path, settings: object) -> str:
    """Give the fingerprint of a model's files and an encoder's settings.

    Vocabularies and settings count as well as weights; `README`, code and pickles do not.
    """
    hashes = {path.relative_to(folder).as_posix(): hash_file(path) for path in model_files(folder)}
    return fingerprint([hashes, settings])


def model_files(folder: Path) -> list[Path]:
    """List the files of a model that are read, in the order of their names."""
    files = {path for pattern in WANTED for path in folder.glob(pattern) if path.is_file()}
    return sorted(files)
