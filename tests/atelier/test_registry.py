"""The registry: versions are taken in whole, changed ones refused, a kill leaves the old or the new."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, exc, insert

from atelier import registry
from atelier.errors import BadInput, WeightsError
from atelier.store import Store
from atelier.store.rows import now
from atelier.store.tables import versions
from atelier.versions import folder_of, open_version, write_card


def version(folder: Path, name: str, body: str = "weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "poet.safetensors").write_text(body)
    card = {"model": "poet", "version": name, "data": [], "command": "", "parameters": 1, "figures": []}
    write_card(folder, card)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ("a folder of a name much longer than thirty-two characters " * 2) / "versions"


def served(store: Store) -> str:
    """The name of what serves, opened and whole."""
    return open_version(folder_of("poet", store.serving("poet") or "shipped"), model="poet").name


def test_a_version_is_taken_in_and_serves_from_any_path(
    any_database_url: str, home: Path, tmp_path: Path
) -> None:
    store = Store.open(any_database_url)
    row = registry.adopt(store, "poet", version(tmp_path / "one", "one"), home)
    assert (row.status, row.origin) == ("candidate", str(home / "poet" / "one"))
    assert registry.adopt(store, "poet", tmp_path / "one", home) == row  # twice is once
    other = version(tmp_path / "other", "one", "other weights")
    with pytest.raises(BadInput) as refused:
        registry.adopt(store, "poet", other, home)
    assert refused.value.key == "version-name-taken"
    with pytest.raises(BadInput) as refused:
        registry.adopt(store, "painter", other, home)
    assert refused.value.key == "version-of-another"
    registry.promote(store, "poet", "one")
    assert served(store) == "one"
    assert registry.rollback(store, "poet").origin == "shipped"


def test_one_that_was_trained_anew_and_came_out_alike_is_the_same(
    store: Store, home: Path, tmp_path: Path
) -> None:
    def measured(folder: Path, seconds: float) -> Path:
        card = {k: v for k, v in open_version(folder).card.items() if k != "files"}
        return write_card(folder, {**card, "gate": {"passed": True, "measured": {"s": seconds}}}).folder

    row = registry.adopt(store, "poet", measured(version(tmp_path / "a", "one"), 0.1), home)
    again = registry.adopt(store, "poet", measured(version(tmp_path / "b", "one"), 0.2), home)
    assert again == row
    assert again.card["gate"]["measured"] == {"s": 0.1}  # what it was let in with
    with pytest.raises(BadInput) as refused:
        registry.adopt(store, "poet", measured(version(tmp_path / "c", "one", "others"), 0.1), home)
    assert refused.value.key == "version-name-taken"


def test_one_that_a_gate_refused_comes_in_as_rejected(store: Store, home: Path, tmp_path: Path) -> None:
    """Also from a folder that somebody hands over."""
    folder = version(tmp_path / "bad", "bad")
    card = {k: v for k, v in open_version(folder).card.items() if k != "files"}
    write_card(folder, {**card, "gate": {"passed": False, "measured": {}}})
    assert registry.adopt(store, "poet", folder, home).status == "rejected"
    with pytest.raises(BadInput) as refused:
        registry.promote(store, "poet", "bad")
    assert refused.value.key == "version-rejected"
    assert registry.promote(store, "poet", "bad", anyway=True).version == "bad"


def test_what_changed_is_refused_and_the_old_one_stays(store: Store, home: Path, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        registry.adopt(store, "poet", version(tmp_path / name, name), home)
    registry.promote(store, "poet", "one")
    file = home / "poet" / "two" / "poet.safetensors"
    file.chmod(0o644)
    file.write_text("other")
    with pytest.raises(WeightsError):  # not what its card says
        registry.promote(store, "poet", "two")
    (file.parent / "card.json").chmod(0o644)
    write_card(file.parent, {**open_version(tmp_path / "two").card, "notes": "swapped"})
    with pytest.raises(WeightsError) as changed:  # whole, but not what was measured
        registry.promote(store, "poet", "two")
    assert changed.value.key == "version-changed"
    assert served(store) == "one"
    registry.promote(store, "poet", "three")
    (home / "poet" / "one" / "poet.safetensors").unlink()
    with pytest.raises(WeightsError):
        registry.rollback(store, "poet")
    assert served(store) == "three"
    store.register_version("poet", "v0", "x", "shipped", {})
    with pytest.raises(BadInput) as refused:
        registry.promote(store, "poet", "v0")
    assert refused.value.key == "version-ships-no-more"


def test_the_database_itself_allows_one_current_version(any_database_url: str) -> None:
    store = Store.open(any_database_url)
    row = {"model": "poet", "origin": "x" * 500, "sha256": "x", "card": {}, "created_at": now()}
    for status in ("current", "previous"):
        with store._db.writing() as connection:
            connection.execute(insert(versions).values(version=f"{status} 1", status=status, **row))
        with pytest.raises(exc.IntegrityError), store._db.writing() as connection:
            connection.execute(insert(versions).values(version=f"{status} 2", status=status, **row))


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Fork; the child is killed (-9) before its ``step``-th statement, commit or change to a file."""
    child = os.fork()
    if child == 0:
        try:
            left = step

            def count(*_: Any, **__: Any) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(Engine, "before_cursor_execute", count)
            event.listen(Engine, "commit", count)
            for name in ("replace", "mkdir", "chmod"):
                plain = getattr(Path, name)
                setattr(Path, name, lambda *a, _plain=plain, **k: (count(), _plain(*a, **k))[1])
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def test_a_promote_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path, home: Path) -> None:
    url = f"sqlite:///{tmp_path / 'atelier.db'}"
    store = Store.open(url)
    registry.adopt(store, "poet", version(tmp_path / "old", "old"), home)
    registry.promote(store, "poet", "old")
    store.close()

    def promote() -> None:
        other = Store.open(url)
        registry.adopt(other, "poet", tmp_path / "new", home)
        registry.promote(other, "poet", "new")

    version(tmp_path / "new", "new")
    step, seen = 0, []
    while killed_at(step, promote):
        store = Store.open(url)
        seen.append(served(store))
        pointers = [row.status for row in store.versions("poet") if row.status in ("current", "previous")]
        assert sorted(pointers) == ["current", "previous"]
        if seen[-1] == "new":  # so that every later step of it is met too
            registry.rollback(store, "poet")
        store.close()
        step += 1
    assert step > 15
    assert "old" in seen
    store = Store.open(url)
    assert served(store) == "new"


def test_a_rollback_that_is_killed_leaves_one_of_the_two(tmp_path: Path, home: Path) -> None:
    url = f"sqlite:///{tmp_path / 'atelier.db'}"
    store = Store.open(url)
    for name in ("old", "new"):
        registry.adopt(store, "poet", version(tmp_path / name, name), home)
        registry.promote(store, "poet", name)
    store.close()
    step = 0
    while killed_at(step, lambda: registry.rollback(Store.open(url), "poet")):
        store = Store.open(url)
        assert served(store) in ("old", "new")
        if store.current("poet").version == "old":
            registry.promote(store, "poet", "new")
        store.close()
        step += 1
    assert step > 5
    assert served(Store.open(url)) == "old"
