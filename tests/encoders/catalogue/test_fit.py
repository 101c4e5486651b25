"""What a fit promises: it learns, resumes, repeats, and never looks at the judged part."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.cli.encoder import _lines
from modiste.encoders.fitting import fit as loop
from modiste.encoders.fitting.catalogue import FitReport, fit_catalogue
from modiste.encoders.fitting.checkpoint import Fitted, write_checkpoint
from modiste.errors import InputError
from tests.encoders.catalogue.conftest import SETTINGS, Drawn

SHORT = replace(SETTINGS, epochs=3)


def weights(report: FitReport) -> bytes:
    return (report.folder / "weights.safetensors").read_bytes()


def test_loss_falls_and_held_out_recall_is_far_above_chance(fitted: FitReport) -> None:
    # Sixteen groups of like items: one of them is found first with chance 1 / n_watch.
    assert fitted.epochs[-1]["loss"] < 0.7 * fitted.epochs[0]["loss"]
    assert fitted.epochs[-1]["held_out_loss"] < 0.9 * fitted.epochs[0]["held_out_loss"]
    assert fitted.epochs[fitted.best]["recall@10"] > 3 * 10 / fitted.n_watch


def test_the_parts_are_disjoint_and_the_judged_one_is_left_out(
    drawn: Drawn, fitted: FitReport
) -> None:
    assert fitted.n_fit == len(drawn.of("fit"))
    assert fitted.n_watch == len(drawn.of("watch"))


def test_same_seed_same_bytes_whatever_the_judged_pictures_show(
    drawn: Drawn, tmp_path: Path
) -> None:
    once = fit_catalogue(drawn.dataset, tmp_path / "one", SHORT)
    assert drawn.dataset.picture_folder is not None
    other = tmp_path / "pictures"
    shutil.copytree(drawn.dataset.picture_folder, other)
    for row in drawn.of("judge"):
        Image.new("RGB", (24, 32), "purple").save(other / f"{row}.png")
    altered = replace(drawn.dataset, picture_folder=other)
    assert weights(fit_catalogue(altered, tmp_path / "two", SHORT)) == weights(once)
    # The probe can fail: one picture that is learned from moves the weights.
    Image.new("RGB", (24, 32), "purple").save(other / f"{drawn.of('fit')[0]}.png")
    assert weights(fit_catalogue(altered, tmp_path / "three", SHORT)) != weights(once)


def _killed_after(n_epochs: int) -> Callable[[Path, Fitted, str], None]:
    def write(path: Path, fitted: Fitted, key: str) -> None:
        write_checkpoint(path, fitted, key)
        if len(fitted.epochs) == n_epochs:
            raise KeyboardInterrupt

    return write


def test_a_killed_fit_goes_on_and_comes_to_the_same_bytes(
    drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_catalogue(drawn.dataset, tmp_path / "whole", SHORT)
    with monkeypatch.context() as patched:
        patched.setattr(loop, "write_checkpoint", _killed_after(2))
        with pytest.raises(KeyboardInterrupt):
            fit_catalogue(drawn.dataset, tmp_path / "cut", SHORT)
    resumed = fit_catalogue(drawn.dataset, tmp_path / "cut", SHORT)
    assert resumed.resumed_at == 2
    assert resumed.epochs == whole.epochs
    assert weights(resumed) == weights(whole)
    assert not list((tmp_path / "cut" / "cache").iterdir())


def test_other_settings_do_not_go_on_where_a_killed_fit_was_left(
    drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(loop, "write_checkpoint", _killed_after(1))
        with pytest.raises(KeyboardInterrupt):
            fit_catalogue(drawn.dataset, tmp_path, SHORT)
    other = fit_catalogue(drawn.dataset, tmp_path, replace(SHORT, epochs=1, seed=1))
    assert other.resumed_at == 0


@pytest.mark.parametrize(("few", "kept_by", "best"), [(1_000, "loss", 2), (0, "recall", 0)])
def test_where_few_are_watched_the_held_out_loss_chooses_the_epoch(
    drawn: Drawn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    kept_by: str,
    best: int,
) -> None:
    losses = iter((3.0, 2.0, 1.0))

    def held_out(_fit: loop.Fit) -> dict[str, float]:
        full = dict.fromkeys(("recall@1", "recall@5", "recall@10"), 1.0)
        return {**full, "held_out_loss": next(losses)}

    monkeypatch.setattr(loop, "FEW_WATCHED", few)
    monkeypatch.setattr(loop.Fit, "held_out", held_out)
    report = fit_catalogue(drawn.dataset, tmp_path, SHORT)
    assert (report.kept_by, report.best) == (kept_by, best)
    said = "\n".join(_lines(report))
    assert ("too few to choose by recall" in said) == (kept_by == "loss")
    assert f"by chance alone recall@1/5/10 would be {1 / report.n_watch:.3f} / " in said


def test_siglip_learns_too(drawn: Drawn, tmp_path: Path) -> None:
    report = fit_catalogue(drawn.dataset, tmp_path, replace(SHORT, loss="siglip"))
    assert report.epochs[-1]["loss"] < report.epochs[0]["loss"]


def test_a_picture_that_cannot_be_used_is_told_and_left_out(drawn: Drawn, tmp_path: Path) -> None:
    assert drawn.dataset.picture_folder is not None
    other = tmp_path / "pictures"
    shutil.copytree(drawn.dataset.picture_folder, other)
    row = drawn.of("fit")[0]
    (other / f"{row}.png").write_bytes(b"no picture")
    broken = replace(drawn.dataset, picture_folder=other)
    report = fit_catalogue(broken, tmp_path, replace(SHORT, epochs=1))
    assert report.n_fit == len(drawn.of("fit")) - 1
    assert [fault.split(":")[0] for fault in report.faults] == [f"{row:010d}"]


def test_a_shop_without_pictures_is_one_line(drawn: Drawn, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 items with picture"):
        fit_catalogue(
            replace(drawn.dataset, picture_folder=None), tmp_path, replace(SHORT, held_out=0.8)
        )


def test_pictures_must_be_a_model_whose_blocks_can_be_trained(drawn: Drawn, tmp_path: Path) -> None:
    for named in ("colour", "resnet", "transformers"):
        with pytest.raises(InputError, match=f"^--pictures {named}: .* be transformers=FOLDER"):
            fit_catalogue(drawn.dataset, tmp_path, replace(SHORT, pictures=named))


def test_no_global_seed_is_left_behind(drawn: Drawn, tmp_path: Path) -> None:
    import torch

    before = torch.random.get_rng_state()
    fit_catalogue(drawn.dataset, tmp_path, replace(SHORT, epochs=1))
    assert np.array_equal(before.numpy(), torch.random.get_rng_state().numpy())
