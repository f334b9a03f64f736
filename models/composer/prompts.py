"""The frozen prompts by which one version of the composer is compared with another.

Many prompts, each with few tunes: what is drawn again to tell luck from merit are prompts
(:mod:`models.gate`), and twenty tunes of one prompt say no more of the others than two do.
"""

from __future__ import annotations

from itertools import product

from models.composer.hearing import RHYTHMS

OPEN: tuple[str, ...] = (
    "rain on the window", "the road to the harbour", "an evening by the fire", "my grandmother's garden",
    "a letter from far away", "雨后的小巷", "远方的灯火", "湖边的早晨", "snow over the village",
    "the last train home", "two cats on a roof", "a ship that comes back", "the market on Saturday",
    "leaves on the river",
    "a lamp in the attic", "children at the well", "the clock that stopped", "a walk before sunrise",
    "山里的黄昏", "老朋友的来信", "秋天的火车站", "屋檐下的燕子", "海边的脚印", "一个人的晚餐",
)  # fmt: skip
PLACES: tuple[str, ...] = (
    "", "for the harvest", "by the sea", "at midnight", "of the old town", "for a friend",
    "on a spring morning", "of the long road",
)  # fmt: skip
KEYS = ("D major", "A minor", "G major", "E minor", "C major", "D minor", "A major", "B minor")
RULED: tuple[str, ...] = (
    "a slow, sad waltz", "a proud march", "a lullaby for the moon", "a bright waltz", "a march of the toys",
    "a lullaby for a small dog", "a waltz in an empty hall", "a march through the snow", "a lullaby at sea",
)  # fmt: skip
DENSITIES, RANGES = (0.8, 2.2, 1.1, 1.9, 1.5), (7, 18, 10, 16, 13)  # the extremes first
STEERED: tuple[str, ...] = ("a tune", "something to whistle", "something to hum")


def _asked() -> list[dict[str, object]]:
    """What is asked for by name, number or key, the kinds in turn."""
    named: list[dict[str, object]] = [
        {
            "description": f"the {rhythm} {place}".strip(),
            "rhythm": rhythm,
            "key": KEYS[(one + other) % len(KEYS)],
        }
        for (one, place), (other, rhythm) in product(enumerate(PLACES), enumerate(RHYTHMS))
    ]
    steered: list[dict[str, object]] = [
        {"description": f"{words}, {value:g} {unit}", name: value}
        for words in STEERED
        for low, high in zip(DENSITIES, RANGES, strict=True)
        for name, value, unit in (("density", low, "notes a beat"), ("range", high, "steps wide"))
    ]
    ruled: list[dict[str, object]] = [{"description": words} for words in RULED]
    each, turns = len(RHYTHMS), len(PLACES)
    some = -(-len(steered) // turns)
    kinds = [
        (named[at * each :][:each], ruled[at::turns], steered[at * some :][:some]) for at in range(turns)
    ]
    return [one for kind in kinds for some in kind for one in some]


ASKED = _asked()
