"""A snapshot: what one training learns from, written once and never changed, named by its own hash.

A folder of two files. ``works.jsonl`` has one line a work: its request, seed, result, artefacts, the
version that made it, and the votes that count (hashed voter, vote, weight, split). ``snapshot.json``
says how it came about: rules and bounds, what was left out and why, and the SHA-256 of the lines. A
person who had themselves erased, or opted out, is in no snapshot that is made after that; and the lines of
one that was made before are gone as soon as its training is over, or they are erased (:func:`shed`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from atelier.errors import BadInput
from atelier.learning.rules import Bounds, Heard, Lesson, Lessons, Split, lessons

log = logging.getLogger(__name__)

WORKS, ABOUT = "works.jsonl", "snapshot.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote of a snapshot."""

    voter: str
    liked: bool
    weight: float
    split: Split


@dataclass(frozen=True, slots=True)
class Example:
    """One work of a snapshot, with its votes."""

    work: str
    lang: str
    request: dict[str, Any]
    result: dict[str, Any]
    artefacts: tuple[dict[str, Any], ...]
    version: str
    ballots: tuple[Ballot, ...]

    @property
    def maker(self) -> str:
        """The version that made it."""
        return str(self.result.get("version") or self.version)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that was read and found whole.

    ``folders``: where the versions lie that made its works, by name, as far as somebody looked for them.
    """

    model: str
    sha256: str
    folder: Path
    about: dict[str, Any]
    examples: tuple[Example, ...]
    folders: Mapping[str, Path] = field(default_factory=dict, compare=False)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read a snapshot. Raises ``BadInput("snapshot-damaged")`` where it is not what was written."""
        try:
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            text = (folder / WORKS).read_bytes()
            if about["format"] != FORMAT or hashlib.sha256(text).hexdigest() != about["sha256"]:
                raise ValueError
            return cls(about["model"], about["sha256"], folder, about, _examples(text))
        except (OSError, ValueError, KeyError, TypeError):
            raise BadInput("snapshot-damaged", path=str(folder)) from None

    def votes(
        self, split: Split | None = None, on: Container[str] | None = None
    ) -> list[tuple[Example, Ballot]]:
        """Every vote with its work; of one split and ``on`` some works alone, if they are named."""
        works = [one for one in self.examples if on is None or one.work in on]
        return [(e, b) for e in works for b in e.ballots if split in (None, b.split)]

    @property
    def missing(self) -> dict[str, int]:
        """How many of what are missing to learn from it; empty: it is enough."""
        return dict(self.about["missing"])


def take(model: str, heard: Iterable[Heard], home: Path, bounds: Bounds | None = None) -> Snapshot:
    """Apply the rules and write the snapshot under ``home``; what is there of it already stays as it is.

    What is returned was not read again: others may shed the lines as soon as they are written. Its
    ``about`` is of these votes, where the file is of the first that gave the same lines. Raises
    ``BadInput("bad-out")`` where it cannot be written.
    """
    bounds = bounds or Bounds()
    found = lessons(heard, bounds)
    text = "".join(_line(rows) for rows in _by_work(found.lessons)).encode()
    digest = hashlib.sha256(text).hexdigest()
    folder, about = home / model / digest[:16], _about(model, digest, found, bounds)
    try:
        _write(folder, text, about)
    except OSError as fault:
        raise BadInput("bad-out", path=str(folder), why=fault.strerror or str(fault)) from None
    return Snapshot(model, digest, folder, about, _examples(text))


def shed(home: Path) -> int:
    """Take away what people wrote: the lines of every snapshot under ``home``; of how many there were some.

    What stays of each says how it came about and what its lines' hash was. Whoever trains has read them;
    whoever goes on with a training takes the snapshot anew.
    """
    gone = 0
    for lines in home.glob(f"*/*/{WORKS}*"):  # and what a killed process had half written
        try:
            lines.unlink()
        except FileNotFoundError:  # somebody else's shears
            continue
        except OSError as fault:
            log.error("a snapshot keeps what people wrote: %s", fault)
            continue
        gone += 1
    return gone


def _write(folder: Path, text: bytes, about: dict[str, Any]) -> None:
    """Each file in one step, beside its place first: several processes may write the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    if not _is(folder / WORKS, text):
        _put(folder / WORKS, text)
    try:
        known = json.loads((folder / ABOUT).read_bytes())["sha256"] == about["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        _put(folder / ABOUT, (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())


def _is(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except FileNotFoundError:
        return False


def _put(file: Path, data: bytes) -> None:
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    with suppress(FileNotFoundError):  # shed in between
        beside.write_bytes(data)
        beside.chmod(0o444)
        beside.replace(file)


def _about(model: str, digest: str, found: Lessons, bounds: Bounds) -> dict[str, Any]:
    splits = {split: sum(lesson.split == split for lesson in found.lessons) for split in ("train", "val")}
    return {
        "format": FORMAT, "model": model, "sha256": digest, **found.counts, "splits": splits,
        "weight": round(sum(lesson.weight for lesson in found.lessons), 3),
        "left_out": found.left_out, "in_step": list(found.in_step), "missing": found.missing,
        "bounds": asdict(bounds),
    }  # fmt: skip


def _by_work(found: Iterable[Lesson]) -> list[list[Lesson]]:
    works: dict[str, list[Lesson]] = {}
    for lesson in found:
        works.setdefault(lesson.heard.work, []).append(lesson)
    return [works[work] for work in sorted(works)]


def _line(rows: list[Lesson]) -> str:
    one = rows[0].heard
    row = {
        "work": one.work, "lang": one.lang, "request": one.request, "seed": one.result.get("seed"),
        "version": one.version, "result": one.result, "artefacts": list(one.artefacts),
        "votes": [
            {"voter": lesson.heard.voter, "liked": lesson.heard.liked, "weight": round(lesson.weight, 6),
             "split": lesson.split}
            for lesson in sorted(rows, key=lambda lesson: lesson.heard.voter)
        ],
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


def _examples(text: bytes) -> tuple[Example, ...]:
    return tuple(_example(json.loads(line)) for line in text.decode().splitlines())


def _example(row: dict[str, Any]) -> Example:
    ballots = tuple(Ballot(v["voter"], v["liked"], v["weight"], v["split"]) for v in row["votes"])
    return Example(
        row["work"], row["lang"], row["request"], row["result"], tuple(row["artefacts"]), row["version"],
        ballots,
    )  # fmt: skip
