"""The judge of the poet's forms: it knows right from wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.poet.checker import Checker
from tests.models.poet_verse import write_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


def lines(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("form", "lines", "holds"),
    [
        ("haiku", ["the silver river", "in the cold winter morning", "a golden garden"], True),
        ("haiku", ["the silver river", "in the cold morning", "a golden garden"], False),
        ("haiku", ["the silver river", "in the cold zyx winter", "a golden garden"], False),
        ("couplet", ["The moon upon the snow", "The river in the glow"], True),
        ("couplet", ["The moon upon the snow", "The river in the snow"], False),
        ("quatrain", ["The day", "The night", "My way", "My light"], True),
        ("quatrain", ["The day", "The night", "My way", "My bay"], False),
        ("limerick", ["The silver river day", "The golden winter way", "In the night", "The light",
                      "The morning bay"], True),
        ("limerick", ["The day", "The way", "In the night", "The light", "A bay"], False),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花年"], True),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花天"], False),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花光"], False),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江天 风月山人飞鸟 春雨 春雨 江月山花云海"), True),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江天 风月山人飞鸟 春雨 秋雨 江月山花云海"), False),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江路 风月山人飞鸟 春雨 春雨 江月山花云海"), False),
        ("如梦令", lines("花月山风江雪 花木春云秋天 人色落江天 风月山人飞鸟 春雨 春雨 江月山花云海"), False),
    ],
)  # fmt: skip
def test_the_checker_knows_right_from_wrong(pack: Path, form: str, lines: list[str], holds: bool) -> None:
    assert (not Checker(pack).reasons(form, lines)) is holds


def test_the_checker_hears_tones(pack: Path) -> None:
    checker = Checker(pack)
    good = ["月落山空鸟坐静".replace("空", "花"), "花山月落雪江天", "花风月落山春静", "月落山江雪月天"]
    assert checker.pingze(good) == []
    assert checker.pingze([good[0], good[3]]) != []  # no 对
    assert checker.pingze(["花山月风雪江天"]) != []  # 4 like 2
