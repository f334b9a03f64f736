"""Whether a prompt tells that somebody is under eighteen: in figures or words, in English or Chinese.

This refuses nothing by itself (a 12 year old whisky, a school of 300): only what is sexual is
refused together with it. So what can be read either way is read as an age.
"""

from __future__ import annotations

import re
from itertools import pairwise

_ADULT = 18
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
          "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MANY = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 24}
_SMALL = {word: n for n, word in enumerate((*_ONES, *_TEENS), 1)}
_WRITTEN = re.compile(
    rf"(?<![a-z])(?:(?P<tens>{'|'.join(_TENS)})(?:[\s-]?(?P<ones>{'|'.join(_ONES)}))?"
    rf"|(?P<small>{'|'.join(sorted(_SMALL, key=len, reverse=True))})|(?P<many>{'|'.join(_MANY)})s?)(?![a-z])"
)
_SIGNS = str.maketrans("01345789!|", "oieastbgii")  # th1rteen
_MIXED = re.compile(r"\b(?=\w*\d)(?=\w*[a-z])[a-z\d]+\b")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
)  # fmt: skip
_HAN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_NUMBER = re.compile(r"[零〇一二两兩三四五六七八九十百千]+[几幾多来來]?|[十百][几幾多来來]")

# A number that may be an age under eighteen: no part of 1.5, 16:9, 2015 or 3/4.
_N = r"(?<!\d)(?<!\d[.,:/])0?(?:[1-9]|1[0-7])(?!\d|[.,:/]\d)"
_END = r"(?=\s*(?:$|[,;.)\]!?，。；、）！？]|(?:on|in|at|with|and|by|from|is|who|\w+ing)\b))"
_SOMEBODY = (
    "woman|female|lady|girl|gal|boy|guy|male|man|kid|model|person|she|he|her|him|daughter|son|sister|brother"
    "|niece|nephew|cousin|student|pupil|nude|naked|topless|virgin|maiden|cheerleader|nurse|teacher|asian"
)
_YEARS = r"(?:years?|yrs?|yr\.s)"
_SUI = "[岁歳歲]"
_TOLD = [
    re.compile(pattern)
    for pattern in (
        rf"{_N}[\W_]*y[\W_]{{0,3}}o(?![a-z])",  # 12yo, 12 y.o., 12-y/o
        rf"{_N}[\W_]*(?:{_YEARS}|y)[\W_]*(?:olds?|young|of[\W_]*age)",
        rf"{_N}[\W_]*(?:jahr|(?:ans|anos|anni)(?![a-z])|才)",  # as others say it in prompts of English words
        rf"(?<!for )(?<!after )(?<!in )(?<!over )(?<!last )(?<!past )(?<!next )(?<!since ){_N}[\W_]*"
        rf"(?:{_YEARS}|y)(?![a-z])(?!\s*(?:later|ago|after|before|of|in|together|long|apart))",
        rf"{_N}\s*(?:-|–|to|or|and)\s*\d{{1,2}}[\W_]*(?:{_YEARS}|y[\W_]{{0,2}}o)(?![a-z])",
        rf"(?<![a-z])(?:aged?|ages|turn(?:s|ed|ing)?)[\W_]*"
        rf"(?:(?:at|of|is|was|about|only|just|around|barely|between|from)\s+)*{_N}",
        r"(?:under|below|less than|younger than|not yet|not even|<)[\W_]*(?:the )?(?:age of )?18(?!\d)",
        rf"(?:under|below|younger than)[\W_]*(?:the )?(?:age of )?{_N}{_END}",
        r"\bu[\W_]?1[0-8]\b",
        rf"{_N}(?:st|nd|rd|th)[\W_]*(?:grade|grader|form|birthday|bday)",
        r"\d[\W_]*(?:months?|mos?|weeks?|wks?|days?)[\W_]*olds?(?![a-z])",
        rf"(?:[,;(，；（、]|\s[-–—])\s*(?:age:?\s*)?{_N}{_END}",  # a girl, 13
        rf"(?<![a-z])(?:{_SOMEBODY})[\W_]{{0,3}}"
        rf"(?:(?:is|was|of|only|just|about|around|who|she|he)\s+)*{_N}{_END}",
        rf"(?<!\d)(?<!\d[.,:/])1[0-7][\W_]*(?:(?:nude|naked|sexy|horny|cute)\s+)*(?:{_SOMEBODY})(?![a-z])",
        r"(?<!\d)(?<![\d/.]/)(?<!\d\.)1[0-7]\s?/?\s?f(?![\w/.])|(?<!\d)1[0-7]\s?/\s?m(?![\w/.])",  # 14f, 14/m
        rf"{_N}[几幾多来來]?(?:个|個)?半?(?:多)?(?:周|週)?{_SUI}",
        rf"[几幾数數](?:周|週)?{_SUI}(?![月末暮首])",
        rf"(?:未满|未滿|不满|不滿|不足|不到|未到|没到|沒到|没满|沒滿|小于|小於|低于|低於)(?:1\d|20|\d)(?:周|週)?{_SUI}",
        rf"(?:年龄|年齡|芳龄|芳齡|年方|年仅|年僅|年纪|年紀|今年|刚满|剛滿|年满|年滿)"
        rf"(?:是|为|為|：|:|约|約|只有|才|刚|剛|\s)*{_N}",
        rf"[女男她他孩体體子生人模照][\W_]{{0,2}}{_N}(?=\s*(?:$|[,;.)，。；、）]))",
    )
]
# "years old" of whom no number says that they are grown up.
_OLD = re.compile(rf"(?<![a-z]){_YEARS}[\W_]*olds?(?![a-z])")
_GROWN = re.compile(r"(\d[\d,.]*)(?:\s+of)?[\W_]*$")
_LONELY = re.compile(r"(?<![a-z\d])[a-z\d](?:[\W_]+[a-z\d](?![a-z\d]))+")
_LIKE_ONE, _LIKE_NIL = re.compile(r"(?<![a-z])[il|](?=\d)"), re.compile(r"(?<=\d)o(?!\w*[a-z]{3})(?=\s|y)")


def tells_a_minor(plain: str) -> bool:
    """``plain``: a reading of a prompt (:func:`atelier.moderation.text.plain`)."""
    spaced = _LONELY.sub(lambda found: re.sub(r"[\W_]+", "", found[0]), plain)
    compact = re.sub(r"[\W_]+", "", plain)
    texts = {_in_figures(text) for text in (plain, spaced, *([compact] if _has_han(compact) else []))}
    return any(found.search(text) for text in texts for found in _TOLD) or any(map(_old, texts))


def _has_han(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def _old(text: str) -> bool:
    for found in _OLD.finditer(text):
        grown = _GROWN.search(text[: found.start()])
        if not grown or float(re.sub(r"[,.]+", "", grown[1]) or 0) < _ADULT:
            return True
    return False


def _in_figures(text: str) -> str:
    """Every number in figures: thirteen, th1rteen, l3 and 十三 are 13."""
    text = _MIXED.sub(_unmixed, text)
    text = _LIKE_NIL.sub("0", _LIKE_ONE.sub("1", text))
    text = _WRITTEN.sub(_figures, text)
    for n, name in enumerate(_ORDINALS, 1):
        text = re.sub(rf"(?<![a-z]){name}(?=[\W_]+(?:grade|form|birthday|bday))", f"{n}th", text)
    return _HAN_NUMBER.sub(lambda found: str(_han_figures(found[0])), text)


def _unmixed(found: re.Match[str]) -> str:
    word = found[0].translate(_SIGNS)
    return word if word in _SMALL or word in _TENS else found[0]


def _figures(found: re.Match[str]) -> str:
    if found["tens"]:
        ones = _ONES.index(found["ones"]) + 1 if found["ones"] else 0
        return str(10 * (_TENS.index(found["tens"]) + 2) + ones)
    if found["many"]:
        return str(_MANY[found["many"]])
    return str(_SMALL[found["small"]])


def _han_figures(number: str) -> int:
    """十三 → 13, 二十 → 20, 一三 → 13, 十几 → 15, 七八 → 7."""
    if number[-1] in "几幾多来來":
        return _han_figures(number[:-1]) + 5 if number[:-1] else 5
    if not set(number) & set("十百千"):
        if len(number) == 2 and 0 < _HAN[number[0]] == _HAN[number[1]] - 1:
            return _HAN[number[0]]  # 七八岁: seven or eight
        return int("".join(str(_HAN[c]) for c in number))
    total, before = 0, 0
    for c, after in pairwise(f"{number} "):
        if c in "十百千":
            total += (before or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            before = 0
        else:
            before = _HAN[c]
        if after == " ":
            total += before
    return total
