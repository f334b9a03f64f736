"""Landscapes in words: place, time, weather, season, moon or sun, boats, palette and style.

Each description says the same in English and in Chinese; counts, colours and styles vary apart
from one another, so that the encoder has to tell them apart.
"""

from __future__ import annotations

import random

from models.text.data import Pair

Words = tuple[tuple[str, str], ...]  # English, Chinese

PLACES: Words = (
    ("sea", "大海"), ("ocean", "海洋"), ("lake", "湖"), ("lake", "湖泊"), ("river", "河流"),
    ("river", "江"), ("mountains", "群山"), ("mountain", "山"), ("desert", "沙漠"), ("forest", "森林"),
    ("field", "田野"), ("meadow", "草地"), ("village", "村庄"), ("village", "小村"),
    ("city skyline", "城市天际线"), ("city", "城市"), ("beach", "海滩"), ("valley", "山谷"),
    ("hills", "丘陵"), ("island", "小岛"), ("waterfall", "瀑布"), ("harbour", "港口"), ("coast", "海岸"),
    ("cliffs", "悬崖"), ("canyon", "峡谷"), ("snowy peaks", "雪山"),
)  # fmt: skip
WATER = {"sea", "ocean", "lake", "river", "harbour", "coast", "island", "beach"}
CALM: Words = (
    ("calm", "平静的"), ("stormy", "波涛汹涌的"), ("wide", "辽阔的"), ("quiet", "宁静的"),
    ("misty", "雾蒙蒙的"), ("golden", "金色的"), ("blue", "蓝色的"), ("frozen", "结冰的"),
    ("lonely", "孤独的"), ("green", "绿色的"), ("peaceful", "安宁的"), ("dark", "黑暗的"),
    ("dreamy", "梦幻的"), ("mysterious", "神秘的"), ("warm", "温暖的"),
)  # fmt: skip
TIMES: Words = (
    ("at night", "夜晚"), ("at dawn", "黎明"), ("at sunrise", "日出时"), ("at sunset", "日落时"),
    ("at dusk", "黄昏"), ("at noon", "正午"), ("in the morning", "清晨"), ("in the evening", "傍晚"),
    ("in daylight", "白天"), ("at midnight", "午夜"), ("in the afternoon", "下午"),
    ("at twilight", "暮色中"),
)  # fmt: skip
WEATHERS: Words = (
    ("in the rain", "下雨"), ("in the snow", "下雪"), ("in fog", "大雾"), ("in mist", "薄雾"),
    ("in a storm", "暴风雨"), ("under a clear sky", "晴空"), ("under a cloudy sky", "多云"),
    ("with lightning", "闪电"), ("in the wind", "大风"), ("in light rain", "细雨"),
    ("in heavy snow", "大雪"), ("on a sunny day", "晴天"), ("on an overcast day", "阴天"),
)  # fmt: skip
SEASONS: Words = (
    ("in spring", "春天"), ("in summer", "夏天"), ("in autumn", "秋天"), ("in winter", "冬天"),
    ("in fall", "秋季"), ("in early spring", "早春"), ("in late autumn", "深秋"), ("in winter", "冬季"),
    ("in summer", "夏日"),
)  # fmt: skip
LIGHTS: Words = (
    ("a {c} moon", "一轮{c}月亮"), ("a {c} moon", "{c}的月亮"), ("a full {c} moon", "{c}的满月"),
    ("a crescent moon", "一弯新月"), ("a {c} sun", "{c}的太阳"), ("a {c} sun", "一轮{c}太阳"),
    ("stars", "星星"), ("a starry sky", "星空"), ("no moon", "没有月亮"), ("a bright moon", "明月"),
    ("the setting sun", "夕阳"), ("the rising sun", "朝阳"),
)  # fmt: skip
LIGHT_COLOURS: Words = (
    ("red", "红色"), ("red", "红"), ("white", "白色"), ("yellow", "黄色"), ("orange", "橙色"),
    ("golden", "金色"), ("blue", "蓝色"), ("pale", "苍白"), ("pink", "粉色"), ("green", "绿色"),
    ("purple", "紫色"), ("silver", "银色"),
)  # fmt: skip
BOATS: Words = (
    ("boat", "小船"), ("boat", "船"), ("sailboat", "帆船"), ("fishing boat", "渔船"),
    ("small boat", "小舟"), ("ship", "轮船"),
)  # fmt: skip
OTHERS: Words = (
    ("house", "房子"), ("tree", "树"), ("bird", "鸟"), ("pine tree", "松树"), ("palm tree", "棕榈树"),
    ("seagull", "海鸥"), ("cottage", "小屋"), ("cloud", "云"), ("star", "星星"), ("flower", "花"),
    ("rock", "岩石"),
)  # fmt: skip
SINGLE: Words = (
    ("a lighthouse", "一座灯塔"), ("a bridge", "一座桥"), ("a lighthouse", "灯塔"), ("a bridge", "桥"),
    ("a castle", "城堡"), ("a flock of birds", "一群鸟"), ("a rainbow", "彩虹"), ("a stone bridge", "石桥"),
    ("a windmill", "风车"), ("no boats", "没有船"), ("a cherry tree", "樱花树"), ("a temple", "寺庙"),
    ("a pagoda", "宝塔"),
)  # fmt: skip
COUNTS = {
    "a": ("一",), "one": ("一", "1"), "two": ("两", "二", "2"), "three": ("三", "3"), "four": ("四", "4"),
    "five": ("五", "5"), "many": ("许多", "很多"), "several": ("几", "数"),
}  # fmt: skip
DIGITS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
MEASURE = dict(zip("船舟房屋树鸟鸥云星花岩", "艘叶座间棵只只朵颗朵块", strict=True))
PALETTES: Words = (
    ("warm colors", "暖色调"), ("cool colors", "冷色调"), ("bright colors", "明亮的色彩"),
    ("dark tones", "暗色调"), ("vivid colors", "色彩鲜艳"), ("muted colors", "色彩柔和"),
    ("golden tones", "金色调"), ("black and white", "黑白"), ("pastel colors", "粉彩色调"),
    ("blue tones", "蓝色调"), ("red and orange tones", "红色和橙色调"), ("purple tones", "紫色调"),
)  # fmt: skip
STYLES: Words = (
    ("ink wash painting", "水墨画"), ("ink wash style", "水墨风格"), ("watercolor painting", "水彩画"),
    ("oil painting", "油画"), ("watercolour style", "水彩风格"), ("pixel art", "像素画"),
    ("pixel style", "像素风格"), ("flat poster", "扁平海报"), ("poster style", "海报风格"),
    ("neon glow style", "霓虹发光风格"), ("glowing night style", "夜光风格"),
    ("impressionist oil painting", "印象派油画"), ("Chinese ink painting", "中国画"),
    ("oil painting style", "油画风格"),
)  # fmt: skip
MOODS: Words = (
    ("calm", "平静"), ("lonely", "孤独"), ("joyful", "欢快"), ("dramatic", "壮丽"), ("melancholy", "忧郁"),
    ("peaceful", "宁静"), ("mysterious", "神秘"), ("dreamy", "梦幻"), ("gloomy", "阴沉"),
    ("romantic", "浪漫"),
)  # fmt: skip


def landscape_pairs(count: int, seed: int) -> list[Pair]:
    """``count`` descriptions, each in English and in Chinese, and every word of them alone."""
    chance = random.Random(f"landscapes/{seed}")
    found: dict[Pair, None] = {}
    for words in (
        PLACES,
        CALM,
        TIMES,
        WEATHERS,
        SEASONS,
        LIGHT_COLOURS,
        BOATS,
        OTHERS,
        SINGLE,
        PALETTES,
        STYLES,
        MOODS,
    ):
        found.update({Pair(zh.removesuffix("的"), (en,)): None for en, zh in words})
        found.update({Pair(en, (en,)): None for en, _ in words})
    for _ in range(count):
        said, chinese = _description(chance)
        found[Pair(said, (_spelled(said),))] = None
        found[Pair(chinese, (_spelled(said),))] = None
    return list(found)


def _spelled(text: str) -> str:
    """Digits as words, as the teacher knows counts best."""
    words = {digit: word for word, digit in DIGITS.items()}
    return " ".join(words.get(word, word) for word in text.split(" "))


def _description(chance: random.Random) -> tuple[str, str]:
    place, place_zh = chance.choice(PLACES)
    look, look_zh = chance.choice(CALM) if chance.random() < 0.4 else ("", "")
    here, here_zh = f"a {look} {place}".replace("  ", " "), f"{look_zh}{place_zh}"
    light, light_zh = _light(chance) if chance.random() < 0.5 else ("", "")
    things = [_things(chance, place in WATER)] if chance.random() < 0.6 else []
    if things and chance.random() < 0.25:
        things.append(chance.choice(SINGLE))
    tails = [chance.choice(w) for w in (TIMES, WEATHERS, SEASONS) if chance.random() < 0.28]
    looks = [chance.choice(w) for w in (PALETTES, STYLES) if chance.random() < 0.25]
    if chance.random() < 0.1:
        mood, mood_zh = chance.choice(MOODS)
        looks.append((f"{mood} mood", f"{mood_zh}的气氛"))
    parts = list(things)
    if light and chance.random() < 0.5:
        said, chinese = f"{light} over {here}", f"{here_zh}上的{light_zh}"
    else:
        said, chinese = here, here_zh
        parts += [(light, light_zh)] if light else []
    with_en = " and ".join(en for en, _ in parts)
    with_zh = "和".join(zh for _, zh in parts)
    said = " ".join(filter(None, [said, f"with {with_en}" if parts else "", *(en for en, _ in tails)]))
    order = chance.random() < 0.5
    times = "".join(f"{zh}的" if order else f"，{zh}" for _, zh in tails)
    chinese = f"{times}{chinese}" if order else f"{chinese}{times}"
    if parts:
        chinese += chance.choice(("，", "，有", "上有", "和")) + with_zh
    for en, zh in looks:
        said, chinese = f"{said}, {en}", f"{chinese}，{zh}"
    return said, chinese


def _light(chance: random.Random) -> tuple[str, str]:
    (light, light_zh), (colour, colour_zh) = chance.choice(LIGHTS), chance.choice(LIGHT_COLOURS)
    if chance.random() < 0.3 and "{c}" in light:
        return light.replace("{c} ", ""), light_zh.replace("{c}的", "").replace("{c}", "")
    return light.format(c=colour), light_zh.format(c=colour_zh)


def _things(chance: random.Random, water: bool) -> tuple[str, str]:
    if chance.random() < 0.2:
        return chance.choice(SINGLE)
    thing, thing_zh = chance.choice(BOATS if water or chance.random() < 0.3 else OTHERS)
    count, chinese = chance.choice(list(COUNTS.items()))
    measure = next((u for sign, u in MEASURE.items() if sign in thing_zh), "个")
    said = DIGITS[count] if count in DIGITS and chance.random() < 0.2 else count
    number = chance.choice(chinese)
    several = "" if number in {"许多", "很多"} else measure
    return f"{said} {thing}{'' if count in {'a', 'one'} else 's'}", f"{number}{several}{thing_zh}"
