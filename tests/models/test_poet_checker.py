"""The judge of the poet's forms: it knows right from wrong."""

from __future__ import annotations

from itertools import cycle

import pytest

from models.poet.checker import Checker
from tests.models.poet_verse import LEVEL, LEVEL_RHYMES, OBLIQUE, write_pack


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(write_pack(tmp_path_factory.mktemp("pack")))


def lines(text: str) -> list[str]:
    return text.split()


COUPLET = ["The moon upon the golden snow", "The silver river in the glow"]
QUATRAIN = ["The moon upon the golden day", "The silver river in the night", "My heart upon the golden way",
            "The silver garden in the light"]  # fmt: skip
BALLAD = [
    "The moon upon the golden snow", "The river in the night", "The silver garden in the day",
    "My winter and my light",
    "The moon upon the golden tree", "The river in the spring", "The silver garden in the bed",
    "My winter and the king",
]  # fmt: skip
MOON = ["My heart upon the golden snow", "Of silver and of golden day", "Of winter and the silver tree",
        "Night in the garden and the spring"]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "lines", "holds"),
    [
        ("haiku", ["the silver river", "in the cold winter morning", "a golden garden"], True),
        ("haiku", ["the silver river", "in the cold morning", "a golden garden"], False),
        ("haiku", ["the silver river", "in the cold zyx winter", "a golden garden"], False),
        ("couplet", COUPLET, True),
        ("couplet", [COUPLET[0], "The silver river in the snow"], False),
        ("couplet", [COUPLET[0], "The silver river in the day"], False),
        ("couplet", ["The moon upon the snow", "The river in the glow"], False),  # six syllables
        ("couplet", [COUPLET[0], "The silver river and the winter glow"], False),  # eight and ten
        ("couplet", [COUPLET[0], "The river golden in the glow"], True),
        ("couplet", [COUPLET[0], "The river in the garden glow"], True),
        ("couplet", [COUPLET[0], "The moon silver in the cold glow"], False),  # against the beat
        ("couplet", ["The silver garden of the night", "The silver river of tonight"], False),  # one word
        ("quatrain", QUATRAIN, True),
        ("quatrain", [*QUATRAIN[:3], "The silver garden in the bay"], False),
        ("quatrain", [*QUATRAIN[:3], "The silver garden and the old light"], False),
        ("quatrain", [*QUATRAIN[:3], "The moon silver in the cold light"], False),
        ("quatrain", QUATRAIN[:3], False),
        ("limerick", ["The silver river day", "The golden winter way", "In the night", "The light",
                      "The morning bay"], True),
        ("limerick", ["The day", "The way", "In the night", "The light", "A bay"], False),
        ("limerick", ["The silver river day", "The golden winter way"], False),
        ("ballad", BALLAD, True),
        ("ballad", [*BALLAD[:3], "My winter and my snow", *BALLAD[4:]], False),
        ("ballad", [*BALLAD[:3], "My winter and the night", *BALLAD[4:]], False),
        ("ballad", [*BALLAD[:2], "The silver garden in the", *BALLAD[3:]], False),
        ("ballad", [*BALLAD[:7], "My winter and the moon"], False),
        ("ballad", BALLAD[:7], False),
        ("ballad", BALLAD[:4], False),
        ("free", ["the silver river", "a star", "in the cold winter morning"], True),
        ("free", ["the silver river", "a star"], False),
        ("free", ["the silver night", "a star", "in the cold winter light"], False),  # they rhyme
        ("free", ["the silver night", "a star", "in the cold winter night"], False),
        ("free", ["the silver night", "a star", "in the winter tonight"], False),
        ("free", ["the savage", "a star", "the old savage"], False),
        ("free", ["the silver river", "a zyx", "in the cold winter morning"], False),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花年"], True),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花天"], False),
        ("五绝", ["花月山风雪", "春江夜静天", "人云秋鸟落", "水日石花光"], False),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江天 风月山人飞鸟 春雨 春雨 江月山花云海"), True),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江天 风月山人飞鸟 春雨 秋雨 江月山花云海"), False),
        ("如梦令", lines("花月山风江雪 花木春云秋柳 人色落江路 风月山人飞鸟 春雨 春雨 江月山花云海"), False),
        ("如梦令", lines("花月山风江雪 花木春云秋天 人色落江天 风月山人飞鸟 春雨 春雨 江月山花云海"), False),
        ("如梦令", lines("花江山风江雪 花木春云秋柳 人色落江天 风月山人飞鸟 春雨 春雨 江月山花云海"), False),
    ],
)  # fmt: skip
def test_the_checker_knows_right_from_wrong(
    checker: Checker, form: str, lines: list[str], holds: bool
) -> None:
    assert (not checker.reasons(form, lines)) is holds


@pytest.mark.parametrize(
    ("lines", "word", "holds"),
    [
        (MOON, "moon", True),
        (MOON, "noon", False),
        (MOON[:3], "moo", True),
        (MOON[:3], "moon", False),
        ([MOON[0], "Of silver and of golden glow", *MOON[2:]], "moon", False),  # they rhyme
        ([*MOON[:3], "Night in the garden and the snow"], "moon", False),
        ([*MOON[:3], "Night in the garden and spring"], "moon", False),  # seven syllables
        ([*MOON[:3], "Night and the moon silver garden"], "moon", False),  # against the beat
        ([*MOON[:3], "Night in the zyx garden and spring"], "moon", False),
    ],
)
def test_an_acrostic_spells_its_word_in_its_metre(
    checker: Checker, lines: list[str], word: str, holds: bool
) -> None:
    assert (not checker.reasons("acrostic", lines, word)) is holds


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("The moon upon the golden snow", True),
        ("Golden the moon upon the snow", True),  # an inverted first foot
        ("The moon silver and the old snow", False),
        ("The moon the balloon day", False),
        ("The silver moon tonight a", False),  # half a foot too many
        ("The zyx upon the golden snow", False),
    ],
)
def test_iambs_are_heard(checker: Checker, line: str, holds: bool) -> None:
    assert checker.iambic(line) is holds


def sonnet(ends: str) -> list[str]:
    return [f"The silver river in the golden {end}" for end in ends.split()]


SHAKESPEAREAN = "night day light way snow sea low tree sing red ring bed moon june"
PETRARCHAN = "night day way light bright stay gray sight snow sea sing low tree ring"


@pytest.mark.parametrize(
    ("form", "ends", "holds"),
    [
        ("shakespearean sonnet", SHAKESPEAREAN, True),
        ("shakespearean sonnet", SHAKESPEAREAN.replace("june", "bread"), False),
        ("shakespearean sonnet", SHAKESPEAREAN.replace("june", "moon"), False),  # with itself
        ("shakespearean sonnet", SHAKESPEAREAN.replace("moon june", "kite flight"), False),  # like a
        ("shakespearean sonnet", SHAKESPEAREAN.replace("day light", "light day"), False),
        ("shakespearean sonnet", SHAKESPEAREAN.replace("june", "balloon"), False),  # eleven syllables
        ("shakespearean sonnet", SHAKESPEAREAN.removesuffix(" june"), False),
        ("shakespearean sonnet", PETRARCHAN, False),
        ("petrarchan sonnet", PETRARCHAN, True),
        ("petrarchan sonnet", "night day way light bright stay gray sight snow sea low tree row free", True),
        ("petrarchan sonnet", PETRARCHAN.replace("stay gray", "gray bed"), False),
        ("petrarchan sonnet", PETRARCHAN.replace("sight", "night"), False),
        ("petrarchan sonnet", SHAKESPEAREAN, False),
    ],
)  # fmt: skip
def test_sonnets_are_told_from_what_is_none(checker: Checker, form: str, ends: str, holds: bool) -> None:
    assert (not checker.reasons(form, sonnet(ends))) is holds


def verse(tones: str, ends: str) -> list[str]:
    """Lines of 平 and 仄, each with its last character given."""
    level, oblique = cycle(LEVEL), cycle(OBLIQUE[:12])
    return [
        "".join(next(level if tone == "平" else oblique) for tone in line[:-1]) + end
        for line, end in zip(tones.split(), ends, strict=True)
    ]


LUSHI = "仄仄平平仄 平平仄仄平 平平平仄仄 仄仄仄平平 " * 2
QILU = "平平仄仄平平仄 仄仄平平仄仄平 仄仄平平平仄仄 平平仄仄仄平平 " * 2
ENDS = "古天满年远前静边"  # of one rhyme group: 天年前边


@pytest.mark.parametrize(
    ("form", "tones", "ends", "exact", "in_tones"),
    [
        ("五律", LUSHI, ENDS, True, True),
        ("七律", QILU, ENDS, True, True),
        ("五律", LUSHI, "古天满年远前静光", False, True),  # another group
        ("五律", LUSHI, "古天满年远前静天", False, True),  # a character again
        ("五律", LUSHI, "古天满年花前静边", False, True),  # level, and no rhyme
        ("五律", LUSHI[:-6], ENDS[:-1], False, True),  # seven lines
        ("七律", LUSHI, ENDS, False, True),
        ("五律", "仄仄平平仄 平平仄仄平 " * 4, ENDS, True, False),  # 失粘
        ("五律", "平平平仄仄 " + LUSHI[6:], ENDS, True, False),  # 失对
        ("五律", LUSHI.replace("平平仄仄平", "仄平仄仄平", 1), ENDS, True, False),  # 孤平
        ("七律", QILU.replace("仄仄平平仄仄平", "仄仄仄平仄仄平", 1), ENDS, True, False),  # 孤平
        ("七律", QILU.replace("平平仄仄平平仄", "平平仄仄平仄仄", 1), ENDS, True, False),  # 6 like 4
    ],
)
def test_eight_lines_are_regulated(
    checker: Checker, form: str, tones: str, ends: str, exact: bool, in_tones: bool
) -> None:
    poem = verse(tones, ends)
    assert (not checker.reasons(form, poem)) is exact
    assert (not checker.pingze(poem)) is in_tones


def test_what_is_wrong_with_the_tones_is_named(checker: Checker) -> None:
    """粘 is between couplets, 对 within them."""
    apart = checker.pingze(verse("仄仄平平仄 平平仄仄平 " * 2, "古天满年"))
    assert apart == ["lines 2 and 3: 粘"]
    assert checker.pingze(verse("平平平仄仄 平平仄仄平", "古天")) == ["lines 1 and 2: 对"]
    alone = checker.pingze(verse("仄仄平平仄 仄平仄仄平", "古天"))
    assert [reason.partition(": ")[2] for reason in alone] == ["孤平"]


def test_the_checker_hears_tones(checker: Checker) -> None:
    good = ["月落山花鸟坐静", "花山月落雪江天", "花风月落山春静", "月落山江雪月天"]
    assert checker.pingze(good) == []
    assert checker.pingze([good[0], good[3]]) != []  # no 对
    assert checker.pingze(["花山月风雪江天"]) != []  # 4 like 2


QIJUE = "平平仄仄平平仄 仄仄平平仄仄平 仄仄平平平仄仄 平平仄仄仄平平"


def test_the_heads_of_a_chinese_acrostic_are_what_was_asked(checker: Checker) -> None:
    poem = verse(QIJUE, "古天满年")
    heads = "".join(line[0] for line in poem)
    assert checker.reasons("藏头诗", poem, heads) == []
    assert checker.reasons("藏头诗", poem, heads[:3] + "海") != []
    assert checker.reasons("藏头诗", poem, heads[:3]) != []
    assert checker.reasons("藏头诗", [*poem[:3], poem[3][:6] + "光"], heads) != []  # another rhyme


@pytest.mark.parametrize(
    ("tones", "ends", "holds"),
    [
        ("平平仄仄仄平平 仄仄平平仄仄平", "天年", True),
        ("平平仄仄平平仄 仄仄平平仄仄平", "古年", False),  # one line rhymes with nothing
        ("平平仄仄平平仄 仄仄平平仄仄平 仄仄平平仄仄平", "古天年", True),
        ("平平仄仄仄平平 仄仄平平仄仄平 仄仄平平仄仄平", "天年边", True),
        ("平平仄仄平平仄 仄仄平平仄仄平 仄仄平平平仄仄", "古天满", False),  # the last breaks off
        ("平平仄仄平平仄 仄仄平平仄仄平 仄仄平平仄仄平", "古天天", False),
        (QIJUE, "古天古年", False),  # one character ends two lines
        (QIJUE + " 平平仄仄仄平平", "古天满年边", True),
        (QIJUE + " 平平仄仄平平仄", "古天满年静", False),
    ],
)
def test_a_chinese_acrostic_of_any_length_ends_in_a_rhyme(
    checker: Checker, tones: str, ends: str, holds: bool
) -> None:
    poem = verse(tones, ends)
    assert (not checker.reasons("藏头诗", poem, "".join(line[0] for line in poem))) is holds
    assert checker.pingze(poem) == []


HUANXISHA = "平仄平平仄仄平 平平仄仄仄平平 仄平平仄仄平平 仄仄平平平仄仄 平平仄仄仄平平 仄平平仄仄平平"
ZHEGUTIAN = (
    "仄仄平平仄仄平 平平仄仄仄平平 平平仄仄平平仄 仄仄平平仄仄平 "
    "平仄仄 仄平平 仄平平仄仄平平 平平仄仄平平仄 平仄平平仄仄平"
)


@pytest.mark.parametrize(
    ("form", "tones", "ends", "holds"),
    [
        ("浣溪沙", HUANXISHA, "天年前静边川", True),
        ("浣溪沙", HUANXISHA, "天年前静边光", False),  # another group
        ("浣溪沙", HUANXISHA, "天年前静边天", False),
        ("浣溪沙", HUANXISHA, "天年前烟边川", False),  # the fourth line rhymes
        ("浣溪沙", HUANXISHA.replace("仄平平仄仄平平", "仄仄平仄仄平平", 1), "天年前静边川", False),
        ("浣溪沙", HUANXISHA.replace("平平仄仄仄平平", "平平仄仄平平平", 1), "天年前静边川", False),
        ("浣溪沙", "平仄仄平平仄平" + HUANXISHA[7:], "天年前静边川", False),
        ("浣溪沙", HUANXISHA[:-8], "天年前静边", False),
        ("鹧鸪天", ZHEGUTIAN, "天年静前古边川满烟", True),
        ("鹧鸪天", ZHEGUTIAN, "天年静前古边川满光", False),
        ("鹧鸪天", ZHEGUTIAN, "天年静前古边川满天", False),
        ("鹧鸪天", ZHEGUTIAN.replace("平仄仄 仄平平", "平平仄 仄平平"), "天年静前古边川满烟", False),
        ("鹧鸪天", ZHEGUTIAN.replace("平仄仄 仄平平", "平仄仄 平平平"), "天年静前古边川满烟", False),
    ],
)
def test_tunes_keep_their_rhymes_and_tones(
    checker: Checker, form: str, tones: str, ends: str, holds: bool
) -> None:
    assert (not checker.reasons(form, verse(tones, ends))) is holds


def test_what_can_be_either_tone_or_is_not_in_the_table_is_forgiven(checker: Checker) -> None:
    assert set(LEVEL_RHYMES["一先"]) > set("天年前边川烟")
    poem = verse(HUANXISHA, "天年前静边川")
    assert checker.reasons("浣溪沙", [poem[0][0] + "龘" + poem[0][2:], *poem[1:]]) == []
