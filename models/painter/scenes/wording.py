"""Scenes in words: natural captions in English and Chinese.

They may leave things out, but never say what is not shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from atelier.languages import Lang
from models.painter.palette import WORDS as PALETTE_WORDS
from models.painter.scenes.world import Scene

Said = dict[str, dict[Lang, tuple[str, ...]]]

_PLACES: Said = {
    "sea": {"en": ("sea", "ocean", "seascape"), "zh": ("大海", "海", "海面")},
    "lake": {"en": ("lake", "mountain lake", "still lake"), "zh": ("湖", "湖泊", "湖面")},
    "river": {"en": ("river", "winding river", "stream"), "zh": ("河", "河流", "小河")},
    "mountains": {"en": ("mountains", "mountain range", "snowy peaks"), "zh": ("群山", "山脉", "雪山")},
    "desert": {"en": ("desert", "sand dunes", "sandy desert"), "zh": ("沙漠", "沙丘", "大漠")},
    "forest": {"en": ("forest", "woods", "woodland"), "zh": ("森林", "树林", "林海")},
    "field": {"en": ("field", "farmland", "fields"), "zh": ("田野", "农田", "田地")},
    "village": {"en": ("village", "small village", "hamlet"), "zh": ("村庄", "小村", "乡村")},
    "city": {"en": ("city skyline", "city", "skyline with towers"), "zh": ("城市天际线", "城市", "都市")},
}
_TIMES: Said = {
    "dawn": {"en": ("at dawn", "at sunrise", "early in the morning"), "zh": ("黎明", "日出时", "清晨")},
    "day": {"en": ("by day", "in daylight", "at noon"), "zh": ("白天", "正午", "日间")},
    "dusk": {"en": ("at dusk", "at sunset", "in the evening"), "zh": ("黄昏", "日落时", "傍晚")},
    "night": {"en": ("at night", "by night", "at midnight"), "zh": ("夜晚", "夜里", "深夜")},
}
_WEATHERS: Said = {
    "clear": {"en": ("under a clear sky", "in clear weather"), "zh": ("晴朗", "晴空")},
    "cloudy": {"en": ("under a cloudy sky", "with clouds"), "zh": ("多云", "有云")},
    "rain": {"en": ("in the rain", "on a rainy day", "with rain falling"), "zh": ("下雨", "雨中", "雨天")},
    "snow": {"en": ("in the snow", "with snow falling", "snowing"), "zh": ("下雪", "雪中", "飘雪")},
    "storm": {
        "en": ("in a storm", "in a thunderstorm", "stormy, with lightning"),
        "zh": ("暴风雨", "雷雨", "电闪雷鸣"),
    },
    "fog": {"en": ("in fog", "in the mist", "foggy"), "zh": ("大雾", "雾中", "有雾")},
}
_SEASONS: Said = {
    "spring": {"en": ("in spring", "in springtime"), "zh": ("春天", "春季")},
    "summer": {"en": ("in summer", "in summertime"), "zh": ("夏天", "夏日")},
    "autumn": {"en": ("in autumn", "in fall"), "zh": ("秋天", "秋季")},
    "winter": {"en": ("in winter", "in wintertime"), "zh": ("冬天", "冬季")},
}
_HUES: dict[str, dict[Lang, str]] = {
    "golden": {"en": "golden", "zh": "金色"}, "white": {"en": "white", "zh": "白色"},
    "red": {"en": "red", "zh": "红色"}, "orange": {"en": "orange", "zh": "橙色"},
    "silver": {"en": "silver", "zh": "银色"},
}  # fmt: skip
_SIDES: dict[str, dict[Lang, str]] = {
    "left": {"en": " on the left", "zh": "在左边"}, "right": {"en": " on the right", "zh": "在右边"},
    "centre": {"en": " in the middle", "zh": "在中间"},
}  # fmt: skip
_STYLES: Said = {
    "oil": {"en": ("oil painting", "painted in oil"), "zh": ("油画", "油画风格")},
    "watercolour": {"en": ("watercolour", "watercolor painting"), "zh": ("水彩画", "水彩风格")},
    "ink": {"en": ("ink wash painting", "Chinese ink painting"), "zh": ("水墨画", "水墨风格")},
    "poster": {"en": ("flat poster", "poster"), "zh": ("扁平海报", "海报风格")},
    "pixel": {"en": ("pixel art", "8-bit pixel art"), "zh": ("像素画", "像素风格")},
    "glow": {"en": ("neon glow", "night glow art"), "zh": ("夜光风格", "霓虹发光风格")},
}
_MOODS: dict[str, dict[Lang, str]] = {
    "joyful": {"en": "cheerful", "zh": "欢快"}, "sad": {"en": "melancholy", "zh": "忧伤"},
    "calm": {"en": "peaceful", "zh": "宁静"}, "tense": {"en": "dramatic", "zh": "紧张"},
    "wistful": {"en": "wistful", "zh": "惆怅"}, "epic": {"en": "epic", "zh": "壮阔"},
    "playful": {"en": "playful", "zh": "活泼"},
}  # fmt: skip
_NUMBERS: dict[Lang, tuple[str, ...]] = {
    "en": ("no", "one", "two", "three", "four", "five"), "zh": ("没有", "一", "两", "三", "四", "五"),
}  # fmt: skip
_CALM: dict[Lang, tuple[str, ...]] = {"en": ("calm ", "quiet ", ""), "zh": ("平静的", "宁静的", "")}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Chooses among synonyms, in one language."""

    scene: Scene
    lang: Lang
    chance: random.Random

    def one(self, table: Said, value: str) -> str:
        return self.chance.choice(table[value][self.lang])

    def place(self) -> str:
        scene, said = self.scene, self.one(_PLACES, self.scene.place)
        rough = scene.weather == "storm" or scene.place not in ("sea", "lake")
        calm = "" if rough else self.chance.choice(_CALM[self.lang])
        if self.lang == "zh":
            return calm + said
        if said.startswith("still "):
            return said
        return calm + said

    def light(self, side: bool) -> str:
        scene, hue = self.scene, _HUES[self.scene.hue][self.lang]
        where = _SIDES[scene.side][self.lang] if side else ""
        if self.lang == "zh":
            return f"一轮{hue}的{'月亮' if scene.light == 'moon' else '太阳'}{where}"
        article = "an" if hue[0] in "aeiou" else "a"
        return f"{article} {hue} {scene.light}{where}"

    def count(self, number: int, en: str, zh: str) -> str:
        said = _NUMBERS[self.lang][number]
        if self.lang == "zh":
            return f"{said}{zh}"
        return f"{self.chance.choice((said, 'a')) if number == 1 else said} {en}{'s' if number != 1 else ''}"

    def extras(self) -> list[str]:
        """What is there to be counted, one phrase a kind."""
        scene, zh = self.scene, self.lang == "zh"
        found = []
        if scene.boats:
            kind = self.chance.choice((("boat", "只小船"), ("sailboat", "艘帆船"), ("sailing boat", "条船")))
            found.append(self.count(scene.boats, *kind))
        if scene.houses and scene.place != "village":
            found.append(self.count(scene.houses, "house", "座房子"))
        if scene.trees:
            tree = ("cactus", "棵仙人掌") if scene.place == "desert" else ("tree", "棵树")
            said = self.count(scene.trees, *tree)
            found.append(said.replace("cactuss", "cacti"))
        if scene.birds:
            found.append(
                self.chance.choice(("几只飞鸟", "飞鸟") if zh else ("birds", "a few birds", "flying birds"))
            )
        if scene.lighthouse:
            found.append("一座灯塔" if zh else "a lighthouse")
        if scene.bridge:
            found.append("一座桥" if zh else "a bridge")
        if scene.stars:
            found.append("星星" if zh else "stars")
        return found


def captions(scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Three English and three Chinese captions: all attributes, about half of them, the few that matter most.

    The same for the same scene on every machine.
    """
    chance = random.Random(f"words {scene.seed}")
    made = []
    languages: tuple[tuple[Lang, Callable[[_Writer, float], str]], ...] = (("en", _english), ("zh", _chinese))
    for lang, build in languages:
        writer = _Writer(scene, lang, chance)
        made.append(tuple(dict.fromkeys(build(writer, share) for share in (1.0, 0.55, 0.25))))
    return made[0], made[1]


def tells_side(caption: str) -> bool:
    """Whether one of :func:`captions` says on which side the sun or the moon stands."""
    return any(words in caption for said in _SIDES.values() for words in said.values())


def _parts(writer: _Writer, share: float) -> dict[str, str]:
    """The phrases that this caption has; each kind by a chance of ``share``."""
    scene, chance, lang = writer.scene, writer.chance, writer.lang

    def said(more: float = 0.0) -> bool:
        return chance.random() < share + more

    parts = {}
    if scene.light != "none" and said(0.3):
        parts["light"] = writer.light(said(-0.3))
    extras = writer.extras()
    kept = [extra for extra in extras if said(0.25)]
    if kept:
        parts["extras"] = (", " if lang == "en" else "，").join(kept)
    if said(0.25):
        parts["time"] = writer.one(_TIMES, scene.time)
    if said(0.2):
        parts["weather"] = writer.one(_WEATHERS, scene.weather)
    if said() and scene.place not in ("sea", "desert", "city"):  # where it shows
        parts["season"] = writer.one(_SEASONS, scene.season)
    if scene.palette and said(0.2):
        parts["palette"] = PALETTE_WORDS[scene.palette][lang]
    if said(0.2):
        parts["style"] = writer.one(_STYLES, scene.style)
    if said(-0.4):
        parts["mood"] = _MOODS[scene.mood][lang]
    return parts


def _english(writer: _Writer, share: float) -> str:
    parts = _parts(writer, share)
    place = writer.place()
    if "mood" in parts:
        place = f"{parts['mood']} {place.removeprefix('calm ').removeprefix('quiet ')}"
    plural = place.endswith(("mountains", "dunes", "peaks", "woods", "fields"))
    said = place if plural else ("an " if place[0] in "aeiou" else "a ") + place
    if "light" in parts and writer.chance.random() < 0.6:
        over = place if plural else f"the {place}" if writer.chance.random() < 0.4 else said
        said = f"{parts.pop('light')} over {over}"
    things = [parts[key] for key in ("light", "extras") if key in parts]
    if things:
        said += " with " + _joined(", ".join(things))
    said += "".join(
        f" {parts[key]}" if key == "time" else f", {parts[key]}"
        for key in ("time", "weather", "season")
        if key in parts
    )
    if "palette" in parts:
        said += f", {parts['palette']}"
    if "style" in parts:
        style = parts["style"]
        if style.startswith("painted") or writer.chance.random() < 0.5:
            said += f", {style}"
        else:
            said = f"{style} of {said}"
    return said


def _joined(things: str) -> str:
    head, comma, last = things.rpartition(", ")
    return f"{head} and {last}" if comma else last


def _chinese(writer: _Writer, share: float) -> str:
    parts = _parts(writer, share)
    place = writer.place()
    if "mood" in parts:
        place = f"{parts['mood']}的{place.removeprefix('平静的').removeprefix('宁静的')}"
    when = "".join(
        parts[key] + "的" for key in ("season", "time") if key in parts and writer.chance.random() < 0.7
    )
    late = [parts[key] for key in ("season", "time") if key in parts and parts[key] + "的" not in when]
    said = when + place
    if "light" in parts:
        said = f"{said}上空{parts['light']}" if writer.chance.random() < 0.5 else f"{parts['light']}，{said}"
    if "extras" in parts:
        said += ("，" if writer.chance.random() < 0.6 else "，有") + parts["extras"]
    return "，".join([said, *late, *(parts[key] for key in ("weather", "palette", "style") if key in parts)])
