"""Phrases made of words, in both languages, each beside the English that says the same.

Chinese is learnt from three sides: frames ("一只红色的X" - "a red X") filled with a dictionary's
words, captions of pictures with their subject exchanged for another word, and frames of
landscapes (:mod:`landscapes`).
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from models.painter.packs import Row
from models.text.data import Pair, same_things
from models.text.dictionary import Entry

COLOURS = {
    "red": "红色", "blue": "蓝色", "green": "绿色", "yellow": "黄色", "orange": "橙色", "purple": "紫色",
    "pink": "粉色", "black": "黑色", "white": "白色", "brown": "棕色", "golden": "金色", "silver": "银色",
    "gray": "灰色", "dark blue": "深蓝色", "light blue": "浅蓝色", "dark green": "深绿色",
}  # fmt: skip
LOOKS = {
    "big": "大", "small": "小", "old": "老", "happy": "快乐", "sad": "悲伤", "dark": "黑暗",
    "bright": "明亮", "quiet": "安静", "ancient": "古老", "funny": "有趣", "beautiful": "美丽",
    "lonely": "孤独", "wild": "狂野", "cute": "可爱", "angry": "愤怒", "broken": "破碎",
    "shining": "闪闪发光", "scary": "可怕", "sleeping": "睡觉", "flying": "飞", "running": "奔跑",
    "burning": "燃烧", "frozen": "冰冻", "golden": "金", "mysterious": "神秘",
}  # fmt: skip
COUNTS = {
    "one": "一", "two": "两", "three": "三", "four": "四", "five": "五", "six": "六", "seven": "七",
    "many": "许多", "a few": "几", "no": "没有",
}  # fmt: skip
MEASURES = "个只条朵艘座匹辆张把"
# Chinese and English; n, m: things; a, b: looks; c, d: colours; k: a count; u: a measure word.
FRAMES = (
    ("一{u}{c}的{n}", "a {c} {n}"), ("{c}的{n}", "a {c} {n}"), ("{c}{n}", "a {c} {n}"),
    ("一{u}{a}的{n}", "a {a} {n}"), ("{a}的{n}", "a {a} {n}"), ("{a}{n}", "a {a} {n}"),
    ("一{u}{n}", "a {n}"), ("{n}的照片", "a photo of a {n}"), ("一张{n}的照片", "a photo of a {n}"),
    ("画一{u}{n}", "draw a {n}"), ("请画一{u}{c}的{n}", "draw a {c} {n}"), ("帮我画{n}", "paint me a {n}"),
    ("我想要一幅{n}的画", "I want a painting of a {n}"), ("一幅{n}的油画", "an oil painting of a {n}"),
    ("{n}，{c}背景", "a {n} on a {c} background"), ("{d}背景上的{c}{n}", "a {c} {n} on a {d} background"),
    ("{c}的{n}图标，{d}背景", "a {c} {n} icon on a {d} background"), ("{n}图标", "a {n} icon"),
    ("{n}的剪影", "a silhouette of a {n}"), ("卡通风格的{n}", "a {n} in cartoon style"),
    ("卡通{n}", "a cartoon {n}"), ("水墨画风格的{n}", "an ink wash painting of a {n}"),
    ("水彩{n}", "a watercolour {n}"), ("像素风格的{n}", "a pixel art {n}"),
    ("梵高风格的{n}", "a {n} in the style of Van Gogh"), ("月光下的{n}", "a {n} in the moonlight"),
    ("夜晚的{n}", "a {n} at night"), ("雪中的{n}", "a {n} in the snow"), ("雨中的{n}", "a {n} in the rain"),
    ("海边的{n}", "a {n} by the sea"), ("{n}和{m}", "a {n} and a {m}"),
    ("{n}旁边的{m}", "a {m} beside a {n}"), ("{k}{u}{n}", "{k} {n}"), ("{k}{u}{c}的{n}", "{k} {c} {n}"),
    ("{a}的{n}和{b}的{m}", "a {a} {n} and a {b} {m}"), ("{c}的{n}和{d}的{m}", "a {c} {n} and a {d} {m}"),
    ("森林里的{n}", "a {n} in the forest"), ("天空中的{n}", "a {n} in the sky"),
    ("没有{n}的{m}", "a {m} without a {n}"),
)  # fmt: skip
# English only, for words that no caption has.
ENGLISH = (
    "a {a} {n}", "a {n}", "the {n}", "{n} and {m}", "a {n} in the style of a painting", "a photo of a {n}",
    "a {a} {n} with a {m}", "{c} {n} on a {d} background", "a {c} {n}", "draw me a {a} {c} {n}",
    "a {n} near the {m}", "{a} {n} at night", "{n} icon", "cartoon {n}", "a painting of a {n}", "{k} {n}",
)  # fmt: skip


def english_pairs(words: Sequence[str], nouns: Sequence[str], count: int, seed: int) -> list[Pair]:
    """English words beyond the captions, alone and in short phrases, so that strangers find neighbours."""
    chance = random.Random(f"english/{seed}")
    found = {Pair(w, (w,)): None for w in words}
    both = [*words, *nouns, *nouns]
    colours, looks, counts = (list(said) for said in (COLOURS, LOOKS, COUNTS))
    for _ in range(count):
        said = chance.choice(ENGLISH).format(
            n=chance.choice(both), m=chance.choice(both), a=chance.choice(looks),
            c=chance.choice(colours), d=chance.choice(colours), k=chance.choice(counts),
        )  # fmt: skip
        found[Pair(said, (said,))] = None
    return list(found)


def chinese_pairs(entries: Sequence[Entry], visible: Collection[str], count: int, seed: int) -> list[Pair]:
    """The frames, in Chinese and in English, filled with entries: two of three are ``visible`` (English)."""
    chance = random.Random(f"chinese/{seed}")
    found: dict[Pair, None] = {}
    things = [entry for entry in entries if not entry.verb]
    seen = [entry for entry in things if entry.senses[0] in visible] or things
    for said in (COLOURS, LOOKS, COUNTS):
        found.update({Pair(chinese, (english,)): None for english, chinese in said.items()})
    for _ in range(count if things else 0):
        one, two = (chance.choice(seen if chance.random() < 0.67 else things) for _ in range(2))
        (a, az), (b, bz) = chance.sample(list(LOOKS.items()), 2)
        (c, cz), (d, dz) = chance.sample(list(COLOURS.items()), 2)
        (k, kz), u = chance.choice(list(COUNTS.items())), chance.choice(MEASURES)
        chinese, english = chance.choice(FRAMES)
        u = "" if k in {"many", "no"} and "{k}" in chinese else u
        said_zh = chinese.format(n=one.chinese, m=two.chinese, a=az, b=bz, c=cz, d=dz, k=kz, u=u)
        said_en = english.format(n=one.senses[0], m=two.senses[0], a=a, b=b, c=c, d=d, k=k)
        found[Pair(said_zh, (said_en,))] = None
        if chance.random() < 0.5:
            found[Pair(said_en, (said_en,))] = None
    return list(found)


def exchanged_pairs(rows: Sequence[Row], entries: Sequence[Entry], count: int, seed: int) -> list[Pair]:
    """Captions of ``rows`` in which the subject has become another thing, in both languages alike."""
    chance = random.Random(f"exchanged/{seed}")
    things = [entry for entry in entries if not entry.verb]
    named = [
        row for row in rows if row.labels.get("subject_zh") and row.labels.get("subject") and row.zh_captions
    ]
    found: dict[Pair, None] = {}
    for _ in range(count if named and things else 0):
        row, entry = chance.choice(named), chance.choice(things)
        subject, chinese = str(row.labels["subject"]), str(row.labels["subject_zh"])
        said = [c for c in row.zh_captions if chinese in c and c != chinese]
        if not said:
            continue
        caption = chance.choice(said)
        meant = [c for c in same_things(caption, row) if f" {subject}" in c]
        if meant:
            english = chance.choice(meant).replace(subject, entry.senses[0])
            found[Pair(caption.replace(chinese, entry.chinese), (english,))] = None
    return list(found)
