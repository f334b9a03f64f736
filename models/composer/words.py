"""The words of a prompt that steer a tune, in English and Chinese, and what each is taken to mean.

These tables are the whole of what the composer understands of a prompt; a word that is in
none of them changes only the tune's chance. ``docs/composer.md`` shows them to a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from atelier.requests import Instrument, Mood, Rhythm

Named = TypeVar("Named", bound=str)

# (English: whole words, any case) and (Chinese: anywhere). The first that matches wins.
MOOD_WORDS: dict[Mood, tuple[str, str]] = {
    "joyful": (
        "joy|joyful|joyous|happy|happily|happiness|cheerful|merry|merrily|jolly|sunny|bright|glad|festive|"
        "celebrat\\w*|birthday|wedding|sunshine|laugh\\w*",
        "欢快|快乐|高兴|喜庆|愉快|欢乐|喜悦|开心|欢喜|明朗|明快|节日|生日|婚礼|阳光",
    ),
    "sad": (
        "sad|sadly|sadness|sorrow\\w*|mourn\\w*|grief|griev\\w*|lament\\w*|tears?|weep\\w*|lonely|lonesome|"
        "funeral|gloomy|melancholy|melancholic|heartbr\\w*|blue|broken|lost",
        "悲|忧伤|伤心|哀|难过|孤独|寂寞|眼泪|哭|伤感|忧郁|心碎|凄",
    ),
    "wistful": (
        "wistful\\w*|nostalg\\w*|longing|memor\\w*|remember\\w*|homesick|farewell|goodbye|bittersweet|autumn\\w*|"
        "yearning|faraway|fading|dreamy|dreams?",
        "怀念|思乡|思念|惆怅|怀旧|回忆|离别|告别|秋|乡愁|想念|梦|往事|追忆",
    ),
    "calm": (
        "calm\\w*|peace|peaceful\\w*|gentle|gently|quiet\\w*|serene|soft|softly|relax\\w*|sleepy|tender\\w*|"
        "still|soothing|tranquil|cradle|moonlight|snow\\w*",
        "平静|宁静|安静|温柔|轻柔|舒缓|安详|柔和|静|恬|月光|雪|悠扬|悠闲",
    ),
    "epic": (
        "epic|heroic|hero|heroes|grand|majestic|triumph\\w*|noble|battle|victor\\w*|glor\\w*|mighty|solemn|"
        "proud|king|queen|dragons?",
        "史诗|雄壮|英雄|壮丽|宏伟|胜利|战|庄严|雄伟|激昂|豪迈|国王|龙|凯旋",
    ),
    "tense": (
        "tense|dark|darkness|scary|storm\\w*|anxious|angry|anger|menac\\w*|myster\\w*|spooky|danger\\w*|thunder|"
        "haunted|ghost\\w*|witch\\w*|eerie|chase|halloween",
        "紧张|黑暗|可怕|暴风|恐怖|神秘|不安|愤怒|危险|雷|鬼|阴森|追逐|诡异",
    ),
    "playful": (
        "playful\\w*|funny|silly|mischie\\w*|bouncy|kittens?|pupp\\w*|circus|cute|cheeky|tickl\\w*|clown\\w*|"
        "monkeys?|children|toys?|frogs?",
        "俏皮|调皮|活泼|有趣|可爱|顽皮|小猫|小狗|滑稽|淘气|小丑|孩子|儿童|猴",
    ),
}  # fmt: skip

# The most telling names first: "a wedding song, a waltz" is a waltz.
RHYTHM_WORDS: dict[Rhythm, tuple[str, str]] = {
    "lullaby": ("lullab\\w*|cradle ?song|berceuse", "摇篮曲|催眠曲|安眠曲"),
    "waltz": ("waltz\\w*|valse", "圆舞曲|华尔兹"),
    "march": ("(?<!in )(?<!of )march(?:es|ing)?(?! (?:rain|wind|morning|day|night|hare|\\d))", "进行曲|行军"),
    "jig": ("jigs?|gigue", "吉格|基格"),
    "hornpipe": ("hornpipes?", "角笛舞|号笛舞|水手舞"),
    "reel": ("reels?", "里尔舞|利尔舞|苏格兰舞"),
    "hymn": ("hymns?|chorale|psalms?|anthem", "圣歌|赞美诗|赞美歌|颂歌|圣咏"),
    "song": ("songs?|ballads?|serenade|carol", "歌|小夜曲|民谣"),
    # An air is a tune; the air, and fresh or cold air, are not.
    "air": (
        "(?:an?|slow|old|irish|scottish|sweet|gentle|sad) airs?|aria|"
        "an? (?!(?:of|in|the|fresh|cold|hot|open|thin|warm) )[\\w-]+,? "
        "(?:(?!(?:of|in|the|fresh|cold|hot|open|thin|warm) )[\\w-]+ )?airs?(?! (?:balloon|force|raid|mail))|"
        "airs?(?= in (?-i:[A-G])(?: ?sharp| ?flat|[#♯b♭])? (?:maj|min))",
        "小曲|咏叹调|曲调",
    ),
}

# What is not there is played on its nearest kin, and the answer says on which.
INSTRUMENT_WORDS: dict[Instrument, tuple[str, str]] = {
    "piano": ("pianos?|pianoforte|pianist", "钢琴"),
    "guitar": (
        "guitars?|guitarist|ukuleles?|banjos?|lutes?|mandolins?",
        "吉他|尤克里里|班卓琴|鲁特琴|曼陀林",
    ),
    "harp": ("harps?|harpist|lyres?", "竖琴|箜篌"),
    "guzheng": ("guzheng|guqin|pipa|zithers?|kotos?", "古筝|(?<!风)筝|古琴|琵琶|中阮|月琴"),
    "dulcimer": ("dulcimers?|harpsichords?|cimbalom|yangqin", "扬琴|洋琴|羽管键琴|大键琴"),
    "music box": ("music(?:al)?[- ]?box(?:es)?|celesta|glockenspiel", "八音盒|音乐盒|钟琴|钢片琴"),
    "violin": (
        "violins?|violinist|fiddles?|fiddler|violas?|cellos?|erhu",
        "提琴|二胡|高胡|京胡|胡琴|马头琴",
    ),
    "flute": (
        "flutes?|flutist|recorders?|(?:tin|penny) ?whistles?|ocarinas?|pan ?pipes?|piccolos?|dizi",
        "(?<![汽警鸣角号])笛(?!舞)|洞箫|排箫|箫|陶笛",
    ),
    "clarinet": (
        "clarinets?|oboes?|bassoons?|saxophones?|sax",
        "单簧管|双簧管|黑管|巴松|萨克斯|唢呐|葫芦丝",
    ),
    "trumpet": (
        "trumpets?|bugles?|cornets?|trombones?|french horns?|tubas?|brass band",
        "小号|长号|圆号|大号|号角|军号",
    ),
    "organ": (
        "organs?|organist|harmoniums?|accordions?|concertinas?|harmonicas?|bagpipes?",
        "风琴|口琴|风笛",
    ),
}  # fmt: skip

NEGATION = re.compile(
    r"(?:\b(?:not|no|never|without|isn't|nothing|less)\b(?: (?:too|so|very|a|an|at all))*\s+"
    r"|(?:不|(?<!特)别|没有?)(?:要|是|能|会)?(?:太|很|那么)?)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Pace:
    """A word of tempo: what the rhythm's usual tempo is multiplied by."""

    english: str
    chinese: str
    factor: float


# 快 is in 欢快, 愉快, 快乐 (joy), which say nothing of tempo.
PACES = (
    Pace("very slow\\w*|extremely slow\\w*|largo|lento|grave", "很慢|非常慢|极慢|缓缓|广板", 0.6),
    Pace(
        "very (?:fast|quick\\w*)|extremely fast|presto|prestissimo|frantic\\w*|furious\\w*",
        "很快(?!乐)|飞快|极快|非常快(?!乐)|急板|疾",
        1.35,
    ),
    Pace("slow|slowly|slower|adagio|unhurried|leisurely", "慢|缓|柔板", 0.72),
    Pace("andante|moderate\\w*|walking", "中速|行板|中板", 0.88),
    Pace(
        "fast|faster|quick\\w*|lively|allegro|rapid\\w*|swift\\w*|brisk\\w*|upbeat|energetic|vivace",
        "(?<![欢愉痛凉爽])快(?!乐|活|意)|急|快板|热烈|奔放",
        1.2,
    ),
)

# Two numbers are a meter where somebody writes in it: 24/7, 1/2 and a date with its year are none. After
# "in", and before what ends a phrase, it is meant as one even if nobody does (in 7/5).
METER_WORDS = re.compile(
    r"(?<![a-z\d/.])"
    r"((?:[234]/2|(?:[2-7]|9|12)/4|(?:[3-9]|1[0-25])/(?:8|16))(?! of\b)"
    r"|(?<=\bin )(?:[2-9]|1\d)/\d{1,2}(?= ?(?:time\b|meter\b|metre\b|拍|[,.;:!?)，。；：！？、）]|$)))"
    r"(?![a-z\d/]|\.\d)"
    r"|([二三四六])拍子|(八六|四三|四四|四二)拍",
    re.I,
)
CHINESE_METERS = {
    "二": "2/4",
    "三": "3/4",
    "四": "4/4",
    "六": "6/8",
    "八六": "6/8",
    "四三": "3/4",
    "四四": "4/4",
    "四二": "2/4",
}
NUMBERS = {"four": 4, "eight": 8, "sixteen": 16, "thirty-two": 32, "四": 4, "八": 8, "十六": 16, "三十二": 32}
BARS = re.compile(
    r"(?<![\d.])(\d{1,6}|four|eight|sixteen|thirty-two|三十二|十六|[四八])[- ]?"
    r"(?:bars?\b|measures?\b|个?小节)",
    re.I,
)
BEATS = re.compile(
    r"(?<![\d.])(\d{1,5}) ?(?:bpm\b|beats? (?:per|a) minute|拍每分钟|拍/分)|每分钟 ?(\d{1,5}) ?拍", re.I
)
KEY_EN = re.compile(
    r"(?<![A-Za-z])([A-Ga-g])(?:[- ]?(sharp|flat)|([#♯b♭]))?[- ]?(major|minor|maj|min)(?![A-Za-z])", re.I
)
KEY_ZH = re.compile(r"([升降]?)([A-Ga-g])([#♯b♭]?) ?(大调|小调)")
MINOR = re.compile(r"(?<![A-Za-z])minor(?! (?:third|chord|problem))(?![A-Za-z])|小调", re.I)
MAJOR = re.compile(r"(?<![A-Za-z])major(?! (?:third|chord|problem))(?![A-Za-z])|大调", re.I)


def says(text: str, english: str, chinese: str) -> bool:
    """Whether ``text`` says one of the words, not denied just before (“not sad”, 不悲伤)."""
    for found in re.finditer(rf"(?<![A-Za-z])(?:{english})(?![A-Za-z])|{chinese}", text, re.I):
        if not NEGATION.search(text[: found.start()]):
            return True
    return False


@cache
def known() -> tuple[re.Pattern[str], ...]:
    """Patterns of everything that the tables know, whatever it says."""
    pairs = [*MOOD_WORDS.values(), *RHYTHM_WORDS.values(), *INSTRUMENT_WORDS.values()]
    pairs += [(pace.english, pace.chinese) for pace in PACES]
    made = [
        re.compile(rf"(?<![A-Za-z])(?:{english})(?![A-Za-z])|{chinese}", re.I) for english, chinese in pairs
    ]
    return (*made, METER_WORDS, BARS, BEATS, KEY_EN, KEY_ZH, MINOR, MAJOR)


def mood_in(text: str) -> Mood | None:
    """The mood that the words say first, None where they say none."""
    return first(text, MOOD_WORDS)


def rhythm_in(text: str) -> Rhythm | None:
    """The rhythm that the words name; the more telling one where there are two."""
    for rhythm, (english, chinese) in RHYTHM_WORDS.items():
        if says(text, english, chinese):
            return rhythm
    return None


def instrument_in(text: str) -> Instrument | None:
    """The instrument that the words name first."""
    return first(text, INSTRUMENT_WORDS)


def first(text: str, table: Mapping[Named, tuple[str, str]]) -> Named | None:
    """The entry of ``table`` whose word stands first in ``text``."""
    best: tuple[int, Named] | None = None
    for name, (english, chinese) in table.items():
        for found in re.finditer(rf"(?<![A-Za-z])(?:{english})(?![A-Za-z])|{chinese}", text, re.I):
            if not NEGATION.search(text[: found.start()]):
                if best is None or found.start() < best[0]:
                    best = (found.start(), name)
                break
    return None if best is None else best[1]


def pace_in(text: str) -> float | None:
    """The factor that words of tempo ask for, None where there are none."""
    for pace in PACES:
        if says(text, pace.english, pace.chinese):
            return pace.factor
    return None


def meter_in(text: str) -> str | None:
    """The meter that is written out (3/4, 三拍子, 八六拍); 2/2 is read as 4/4."""
    found = METER_WORDS.search(text)
    if not found:
        return None
    said = found[1] or CHINESE_METERS[found[2] or found[3]]
    return "4/4" if said == "2/2" else said


def bars_in(text: str) -> int | None:
    """The number of bars that is written out."""
    found = BARS.search(text)
    if not found:
        return None
    said = found[1].lower()
    return NUMBERS[said] if said in NUMBERS else int(said)


def beats_in(text: str) -> int | None:
    """The beats a minute that are written out."""
    found = BEATS.search(text)
    return None if not found else int(found[1] or found[2])


def key_in(text: str) -> tuple[str, str] | None:
    """The key that is written out: its tonic (``F#``) and mode."""
    found = KEY_EN.search(text)
    if found:
        # "a minor tune" is in no A minor: a small a counts only where it cannot be an article.
        if found[1] == "a" and not (found[2] or found[3]) and not re.search(r"\bin $", text[: found.start()]):
            return None
        if found[1].islower() and found[3] is None and not re.search(r"\bin $", text[: found.start()]):
            return None
        sign = {"sharp": "#", "flat": "b", "#": "#", "♯": "#", "b": "b", "♭": "b"}.get(
            (found[2] or found[3] or "").lower(), ""
        )
        return found[1].upper() + sign, "minor" if found[4].lower().startswith("min") else "major"
    found = KEY_ZH.search(text)
    if found:
        sign = {"升": "#", "降": "b"}.get(found[1]) or {"#": "#", "♯": "#", "b": "b", "♭": "b"}.get(
            found[3], ""
        )
        return found[2].upper() + sign, "minor" if found[4] == "小调" else "major"
    return None


def mode_in(text: str) -> str | None:
    """The mode that is named without a key."""
    minor, major = MINOR.search(text), MAJOR.search(text)
    if minor and (not major or minor.start() < major.start()):
        return "minor"
    return "major" if major else None
