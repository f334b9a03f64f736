"""What trainings leave behind goes when nobody can want it any more, and not before."""

from __future__ import annotations

import os
import time
from pathlib import Path

from atelier.learning.leftovers import KEPT_S, clear


def left(folder: Path, age_s: float) -> Path:
    folder.mkdir(parents=True)
    (folder / "one.pt").write_text("x")
    for path in (folder / "one.pt", folder):
        os.utime(path, (time.time() - age_s,) * 2)
    return folder


def test_what_is_old_goes(tmp_path: Path) -> None:
    trained, versions = tmp_path / "trained", tmp_path / "versions"
    assert clear(trained, versions) == []  # there is nothing at all
    old, new = KEPT_S + 60, KEPT_S - 60
    stay = [
        left(trained / "v1+new", new), left(trained / "v1+new.work", new), left(trained / "v1+mine", old),
        left(versions / "poet" / "v1+old", old), left(versions / "poet" / "v1+b.part", new),
        left(trained / "v1+goes-on.work", old),
    ]  # fmt: skip
    (trained / "v1+goes-on.work" / "two.pt").write_text("just now")
    go = [
        left(trained / "v1+old", old), left(trained / "v1+old.work", old), left(trained / "v1+a.part", old),
        left(versions / "poet" / "v1+a.part", old),
    ]  # fmt: skip
    assert set(clear(trained, versions, but=("v1+mine",))) == set(go)
    assert all(folder.is_dir() for folder in stay)
    assert not any(folder.exists() for folder in go)
