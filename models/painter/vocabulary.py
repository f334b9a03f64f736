"""The words of landscapes, with their synonyms: what a prompt says of place, time, weather, light and things.

A table, read by :mod:`understand` and :mod:`contradictions`. Values are those of the scenes'
labels; the first English and Chinese word of a value is what a person is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atelier.languages import Lang
from atelier.requests import Palette


@dataclass(frozen=True, slots=True)
class Name:
    """One value of one kind, and the words for it."""

    kind: str
    value: str
    en: tuple[str, ...]
    zh: tuple[str, ...]

    def told(self, lang: Lang) -> str:
        """What a person is told."""
        return (self.zh if lang == "zh" else self.en)[0]


_TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "place": {
        "sea": ("sea, ocean, seascape, seaside, bay, coast", "大海, 海, 海洋, 海面, 海边, 海岸, 海湾"),
        "lake": ("lake, pond, lakeside", "湖, 湖泊, 湖面, 湖水, 湖边, 池塘"),
        "river": ("river, stream, riverside", "河, 河流, 江, 小河, 江河, 溪流, 大江, 河边, 江边"),
        "mountains": ("mountains, peak, mountain range", "群山, 山, 山脉, 高山, 大山, 山峰, 雪山"),
        "desert": ("desert, dunes, sand dune", "沙漠, 沙丘, 荒漠"),
        "forest": ("forest, woods, woodland", "森林, 树林, 林子"),
        "field": ("field, meadow, farmland, prairie, countryside", "田野, 草地, 草原, 原野, 田地, 麦田"),
        "village": ("village, hamlet", "村庄, 村子, 小村, 村落, 乡村"),
        "city": ("city, skyline, city skyline, town", "城市, 都市, 城市天际线, 天际线"),
    },
    "time": {
        "dawn": ("dawn, sunrise, daybreak, early morning, morning", "黎明, 日出, 清晨, 拂晓, 早晨, 破晓"),
        "day": ("daytime, by day, noon, midday, afternoon, daylight", "白天, 正午, 中午, 下午, 午后"),
        "dusk": ("dusk, sunset, twilight, evening, nightfall, sundown", "黄昏, 日落, 傍晚, 暮色, 夕阳"),
        "night": ("night, midnight, nighttime", "夜晚, 夜, 夜里, 午夜, 深夜, 晚上, 月夜, 星夜, 夜色"),
    },
    "weather": {
        "clear": ("clear sky, cloudless", "晴空, 晴朗, 万里无云"),
        "sunny": ("sunny, sunshine, sunlit", "晴天, 阳光明媚, 阳光灿烂"),
        "cloudy": ("cloudy, overcast, clouds", "多云, 阴天, 云, 云朵, 乌云"),
        "rain": ("rain, rainy, raining, drizzle, downpour", "下雨, 雨, 细雨, 大雨, 雨天, 雨中"),
        "snow": ("snow, snowy, snowing, snowfall", "下雪, 雪, 大雪, 雪天, 雪景, 飘雪, 雪中"),
        "storm": ("storm, stormy, thunderstorm, tempest, lightning", "暴风雨, 风暴, 雷雨, 暴雨, 雷电, 闪电"),
        "fog": ("fog, foggy, mist, misty, haze, hazy", "雾, 大雾, 薄雾, 有雾, 雾气, 雾中"),
    },
    "season": {
        "spring": ("spring, springtime", "春天, 春季, 春日"),
        "summer": ("summer, summertime", "夏天, 夏季, 夏日"),
        "autumn": ("autumn, in fall, in the fall", "秋天, 秋季, 秋日"),
        "winter": ("winter, wintertime", "冬天, 冬季, 冬日"),
    },
    "light": {
        "sun": ("sun, sunlight, midnight sun", "太阳, 阳光, 烈日, 朝阳"),
        "moon": ("moon, moonlight, moonlit, full moon, crescent moon", "月亮, 月, 明月, 月光, 满月"),
        "stars": ("stars, starry, starry sky", "星星, 星空, 繁星, 星"),
    },
    "thing": {
        "boat": ("boat, sailboat, ship, fishing boat, sailing boat", "船, 小船, 帆船, 渔船, 轮船, 小舟"),
        "house": ("house, cottage, hut, cabin", "房子, 房屋, 小屋, 木屋"),
        "tree": ("tree, pine, palm tree", "树, 大树, 树木, 松树"),
        "bird": ("bird, seagull, gull", "鸟, 小鸟, 飞鸟, 海鸥"),
        "lighthouse": ("lighthouse", "灯塔"),
        "bridge": ("bridge", "桥, 石桥, 小桥"),
    },
}  # fmt: skip
KINDS = tuple(_TABLE)
NAMES: tuple[Name, ...] = tuple(
    Name(kind, value, tuple(en.split(", ")), tuple(zh.split(", ")))
    for kind, values in _TABLE.items()
    for value, (en, zh) in values.items()
)
# A label of a scene's row that is a number or a yes, and the thing that it is about.
THINGS = {
    "boats": "boat", "houses": "house", "trees": "tree", "birds": "bird", "lighthouse": "lighthouse",
    "bridge": "bridge",
}  # fmt: skip
NUMBERS: dict[str, int] = {
    word: number
    for number, said in enumerate((
        "no zero without 零 无 没", "a an one single 一", "two 二 两", "three 三", "four 四", "five 五",
        "six 六", "seven 七", "eight 八", "nine 九", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ))
    for word in said.split()
} | {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_TIMES = {"十": 10, "dozen": 12, "百": 100, "hundred": 100, "千": 1000, "thousand": 1000}
NUMBERS |= _TIMES
LONGEST = 3  # digits: what is longer is a year


def number_at(said: Sequence[str], at: int) -> int | None:
    """The number that ends with word ``at``: 12, twenty two, two hundred, 十二; None where it is none."""
    if said[at].isdecimal():
        return int(said[at]) if len(said[at]) <= LONGEST else None
    if said[at] not in NUMBERS:
        return None
    begin = at
    while begin and said[begin - 1] in NUMBERS:
        begin -= 1
    total = last = 0
    for word in said[begin : at + 1]:
        if word in _TIMES:
            total, last = total + (last or 1) * _TIMES[word], 0
        elif NUMBERS[word] >= 20:
            total, last = total + NUMBERS[word], 0
        else:
            last = NUMBERS[word]
    return total + last


# How people say a palette in a prompt. Words that may be about one thing ("a bright star") are not here.
COLOURING: dict[Palette, str] = {
    "monochrome": "black and white, monochrome, grayscale, greyscale, 黑白, 单色, 灰度",
    "vivid": "vivid colors, colorful, vibrant colors, 色彩鲜艳, 鲜艳, 五彩缤纷, 五颜六色, 彩色",
    "muted": "muted colors, pale colors, 色彩柔和, 淡雅",
    "warm": "warm colors, warm tones, 暖色",
    "cool": "cool colors, cool tones, cold colors, 冷色",
    "bright": "bright colors, bright tones, 明亮的色彩, 亮色",
    "dark": "dark colors, dark tones, 暗色",
}
