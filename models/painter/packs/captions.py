"""Packs with a list of captions: ``captions.jsonl``, or ``captions.csv``; pictures loose or in tars."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from atelier.errors import BadInput
from models.painter.packs.rows import CAPTIONS, Row, split_of

TABLE = "captions.csv"
_KNOWN = {"file", "caption", "zh_caption", "tar", "concept", "split", "source", "license"}


def read_jsonl(pack: Path) -> list[Row]:
    """One JSON object a line. Raises :class:`BadInput` that names the line which is no row."""
    rows, path = [], pack / CAPTIONS
    for number, line in enumerate(_text(path).splitlines(), 1):
        try:
            said = json.loads(line)
            if isinstance(said["captions"], str):
                raise TypeError
            rows.append(_row(pack, said, said["captions"], said.get("zh_captions") or ()))
            if not rows[-1].captions + rows[-1].zh_captions:
                raise ValueError("captions")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadInput("painter-bad-row", path=str(path), line=str(number)) from None
    return rows


def read_csv(pack: Path) -> list[Row]:
    """``file``, ``caption`` and perhaps ``zh_caption``, ``split``, ...; other columns are labels.

    Lines of one file are one row with several captions; all else is taken from the first of them.
    Raises :class:`BadInput` that names the line without a file or a caption.
    """
    path = pack / TABLE
    found: dict[str, tuple[dict[str, Any], dict[str, None], dict[str, None]]] = {}
    reader = csv.DictReader(_text(path).splitlines(), skipinitialspace=True)
    try:
        for said in reader:
            english, chinese = said.get("caption"), said.get("zh_caption")
            if not said.get("file") or not (english or chinese) or None in said:
                raise BadInput("painter-bad-csv", path=str(path), line=str(reader.line_num))
            _, captions, others = found.setdefault(said["file"], (said, {}, {}))
            captions.update({english: None} if english else {})
            others.update({chinese: None} if chinese else {})
    except csv.Error:
        raise BadInput("painter-bad-csv", path=str(path), line=str(reader.line_num)) from None
    rows = []
    for said, captions, others in found.values():
        labels = {key: value for key, value in said.items() if key not in _KNOWN and value}
        rows.append(_row(pack, {**said, "labels": labels}, captions, others))
    return rows


def _row(pack: Path, said: dict[str, Any], captions: Any, chinese: Any) -> Row:
    file = str(said["file"])
    concept = str(said.get("concept") or file)
    return Row(
        pack, file, tuple(str(c) for c in captions), said.get("tar") or None,
        tuple(str(c) for c in chinese), dict(said.get("labels") or {}), concept,
        str(said.get("split") or split_of(concept)), str(said.get("license") or ""),
    )  # fmt: skip


def _text(path: Path) -> str:
    """A file's text, with or without a byte-order mark (spreadsheets write one)."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("painter-not-utf8", path=str(path)) from None
