"""A small pack of verse that the tests write themselves, in the documented format of the real one."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

RHYMES = {
    "AY.T": "night light bright sight white kite flight might tonight",
    "EY": "day way stay gray bay ray clay play away",
    "OW": "snow low flow slow grow glow blow row crow",
    "IY": "sea tree free bee key knee plea lee three",
    "IH.NG": "sing ring king spring wing thing bring string cling",
    "EH.D": "red bed head bread thread spread shed lead said",
    "OW.L.D": "cold old gold bold fold hold told rolled",
    "UW.N": "moon soon june tune noon dune spoon balloon",
}
OTHERS = {
    "garden": ("10", "AA.R.D.AH.N"), "winter": ("10", "IH.N.T.ER"), "river": ("10", "IH.V.ER"),
    "silver": ("10", "IH.L.V.ER"), "morning": ("10", "AO.R.N.IH.NG"), "golden": ("10", "OW.L.D.AH.N"),
    "beautiful": ("100", "UW.T.AH.F.AH.L"), "remember": ("010", "EH.M.B.ER"), "flower": ("10", "AW.ER"),
    "star": ("1", "AA.R"), "heart": ("1", "AA.R.T"),
    "the": ("0", "AH"), "a": ("0", "AH"), "in": ("0", "IH.N"), "of": ("1", "AH.V"), "and": ("0", "AH.N.D"),
    "my": ("1", "AY"), "with": ("1", "IH.DH"), "upon": ("01", "AA.N"), "savage": ("10", "AE.V.IH.JH"),
    "cat": ("1", "AE.T"), "butterfly": ("100", "AH.T.ER.F.L.AY"),
}  # fmt: skip
MIDDLES = (
    "the silver river in the {}", "a golden garden with a {}", "the winter morning and the {}",
    "my heart upon the {}",
    "remember my cold {}", "the beautiful moon and {}", "a star of the old {}", "the butterfly of {}",
    "the cat in the {}",
)  # fmt: skip
LEVEL_RHYMES = {"一先": "天年前边川烟船眠连泉弦田仙千怜鲜莲", "七阳": "阳光霜香长乡章墙塘凉郎裳床忙茫黄央"}
LEVEL = {
    "花": "六麻",
    "山": "十五删",
    "风": "一东",
    "秋": "十一尤",
    "春": "十一真",
    "江": "三江",
    "云": "十二文",
    "人": "十一真",
}
OBLIQUE = "月雪水柳鸟雨海路树日夜落坐客色木石竹火酒静旧古满远"


def write_pack(home: Path, poems: int = 120) -> Path:
    """A pack of both languages under ``home``; the same each time."""
    rng = random.Random(3)
    (home / "en").mkdir(parents=True)
    (home / "zh").mkdir()
    sounds = {
        word: ("01" if word in ("tonight", "away", "balloon") else "1", part)
        for part, row in RHYMES.items()
        for word in row.split()
    }
    table = "".join(
        f"{word}\t{stress} {part}\n" for word, (stress, part) in sorted({**sounds, **OTHERS}.items())
    )
    (home / "en" / "cmudict_rhyme.tsv.gz").write_bytes(gzip.compress(table.encode()))
    english = [_english(rng, at) for at in range(poems)]
    _write(home / "en" / "quatrain.jsonl.gz", english)
    tones = {c: {"tones": "P", "groups": [group]} for group, row in LEVEL_RHYMES.items() for c in row}
    tones |= {c: {"tones": "P", "groups": [group]} for c, group in LEVEL.items()}
    tones |= {c: {"tones": "Z", "groups": ["入六月"]} for c in OBLIQUE}
    (home / "zh" / "pingshui.json.gz").write_bytes(gzip.compress(json.dumps({"chars": tones}).encode()))
    _write(home / "zh" / "qijue.jsonl.gz", [_chinese(rng, at) for at in range(poems)])
    return home


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(
        gzip.compress("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    )


def _split(at: int) -> str:
    return {0: "val", 1: "test"}.get(at % 10, "train")


def _english(rng: random.Random, at: int) -> dict[str, object]:
    one, two = rng.sample(sorted(RHYMES), 2)
    ends = [rng.choice(RHYMES[part].split()) for part in (one, two, one, two)]
    lines = [
        rng.choice(MIDDLES).format(end).capitalize() + mark for end, mark in zip(ends, ",;,.", strict=True)
    ]
    lines[1] += " savage" if at % 7 == 0 else ""
    return {
        "title": f"The {ends[0]}",
        "form": "quatrain",
        "lang": "en",
        "lines": lines,
        "stanzas": [4],
        "split": _split(at),
    }


def _chinese(rng: random.Random, at: int) -> dict[str, object]:
    group = LEVEL_RHYMES[rng.choice(sorted(LEVEL_RHYMES))]
    every = "".join(LEVEL_RHYMES.values()) + "".join(LEVEL) + OBLIQUE
    size = rng.choice((5, 7))
    ends = [rng.choice(OBLIQUE), rng.choice(group), rng.choice(OBLIQUE), rng.choice(group)]
    lines = ["".join(rng.choices(every, k=size - 1)) + end for end in ends]
    form = "五绝" if size == 5 else "七绝"
    return {"title": lines[0][:2], "form": form, "lang": "zh", "lines": lines, "split": _split(at)}
