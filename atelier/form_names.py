"""What the forms of poems are called: every name that people write, and the one that the studio keeps."""

from __future__ import annotations

from atelier.naming import canonical
from atelier.options import FORMS, Form

_OTHERS: dict[Form, str] = {
    "haiku": "haikus, 俳句",
    "couplet": "couplets, rhyming couplet, rhyming couplets, 对句",
    "quatrain": "quatrains, 四行诗",
    "limerick": "limericks, 五行打油诗",
    "ballad": "ballads, 民谣",
    "shakespearean sonnet": (
        "sonnet, sonnets, shakespearean sonnets, shakespearian sonnet, shakespeare sonnet, english sonnet,"
        " elizabethan sonnet, 十四行诗, 莎士比亚十四行诗, 莎士比亚体十四行诗, 商籁, 商籁体"
    ),
    "petrarchan sonnet": "petrarchan sonnets, italian sonnet, 彼特拉克十四行诗, 彼特拉克体十四行诗",
    "free": "free verse, free-verse, 自由诗",
    "acrostic": "acrostics, 英文藏头诗",
    "五绝": "五言绝句",
    "七绝": "七言绝句, 绝句",
    "五律": "五言律诗",
    "七律": "七言律诗, 律诗",
}
# What people ask for by name, too, and the studio has no form of.
_UNWRITTEN = """
villanelle, sestina, tanka, senryu, rondeau, rondel, triolet, pantoum, ghazal, cinquain, clerihew, terza rima,
spenserian sonnet, rubaiyat, 排律, 满江红, 水调歌头, 念奴娇, 蝶恋花, 沁园春, 虞美人, 西江月, 菩萨蛮, 清平乐,
卜算子, 忆江南, 望江南, 江城子, 临江仙, 声声慢, 雨霖铃, 青玉案, 定风波, 点绛唇, 采桑子, 渔家傲, 破阵子,
浪淘沙, 钗头凤, 醉花阴, 苏幕遮, 一剪梅, 踏莎行, 摸鱼儿, 永遇乐, 贺新郎, 南乡子, 诉衷情, 天净沙, 十六字令,
捣练子
"""
UNWRITTEN = tuple(name.strip() for name in _UNWRITTEN.split(","))
# Every name, in small letters and the simplified script, → the form.
NAMES: dict[str, Form] = {form: form for form in FORMS} | {
    name: form for form, names in _OTHERS.items() for name in names.split(", ")
}


def canonical_form(value: object) -> object:
    """``Haiku``, ``free verse``, ``七言絕句`` → ``haiku``, ``free``, ``七绝``; anything else as it is."""
    return canonical(value, NAMES)
