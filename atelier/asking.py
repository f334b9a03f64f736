"""How a prompt asks for a poem: “write me a haiku about the sea”, 写一首七律，关于秋天.

People say in the prompt what there is an option for. The words that ask are no part of what the poem is
about; a form that they name is the form. Only a phrase that asks is read so: “the sonnet of the sea” and
“ballad singer” are topics. Each language has patterns of its own, tried in their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atelier.form_names import NAMES, UNWRITTEN
from atelier.options import Form
from atelier.traditional import simplified

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_EDGES = " ,;:.!?–—-，。；：、！？"


@dataclass(frozen=True)
class Asking:
    """``about``: the prompt without the words that ask; ``how``: those of them that say what it is like."""

    about: str
    form: Form | None = None
    how: str = ""


def read(prompt: str) -> Asking:
    """What ``prompt`` asks for."""
    return _chinese(prompt) if _HAN.search(prompt) else _english(prompt)


def _names(*, ascii_only: bool) -> str:
    told = (name for name in NAMES if name.isascii() == ascii_only and name != "free")
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(told, key=len, reverse=True))


def _form(name: str | None) -> Form | None:
    return NAMES[" ".join(name.casefold().split())] if name else None


# English

_FORM = rf"(?P<form>{_names(ascii_only=True)})(?:\s+poems?|\s+verses?)?"
_POLITE = (
    r"\s*(?:in\s+the\s+(?:manner|style|voice)\s+of\s+[^,;:]{2,45}[,;:]\s*)?"
    r"(?:(?:please|pls|kindly|hey|hi|hello|ok|okay|just)[,!.\s]+)*"
)
_WISH = (
    r"(?:(?:can|could|would|will)\s+(?:you|u|i)|i\s+(?:want|need|would\s+(?:like|love))|i['’]?d\s+(?:like|love)"
    r"|let['’]?s|let\s+me|may\s+i)(?:\s+(?:please|kindly|you|to|have|get|read|hear|see))*\s+"
)
_VERB = (
    r"(?:write|make|give|compose|create|generate|craft|pen|draft|tell|sing|send|show|do)(?:\s+(?:me|us))?\s+"
)
_ARTICLE = r"(?:an?|the|one|some|another|my|a\s+few)\s+"
_LIKE = (
    r"(?P<how>(?:(?:very|really|short|long|brief|tiny|funny|humorous|silly|sad|happy|cheerful|joyful|playful"
    r"|little|nice|sweet|cute|lovely|beautiful|gentle|calm|quiet|peaceful|dark|tense|scary|spooky|wistful"
    r"|nostalgic|melancholy|epic|dramatic|romantic|simple|serious|rhyming|classic|traditional),?\s+"
    r"(?:and\s+|but\s+)?)*)"
)
_ANYHOW = r"(?P<how>(?:(?!(?:about|on|of|for|in|to|that|poems?|verses?)\b)[a-z][\w'’-]*,?\s+){0,4}?)"
_ABOUT = r"(?:about|on|of|for|to|regarding|concerning|describing|called|titled|entitled|inspired\s+by)\s+"
_ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_POLITE}(?:{_WISH}(?:{_VERB})?|{_VERB})(?:{_ARTICLE})?{_ANYHOW}"
        rf"(?:{_FORM}|poems?|poetry|verses?|rhymes?|lines)(?:\s+for\s+(?:me|us))?(?:[\s,]+please)?"
        rf"(?:\s+(?:by|like|in)\s+[^,;:]{{2,45}}?\s+about\s+|[\s,:;–—-]+{_ABOUT}|\s*[,:–—-]\s*|\s*[.!?]*$)",
        rf"^{_POLITE}(?:{_WISH})?(?:write|compose)(?:\s+(?:me|us))?(?:\s+(?:something|sth))?"
        rf"\s+{_LIKE}about\s+",
        rf"^{_POLITE}(?:an?\s+|another\s+|some\s+){_LIKE}{_FORM}(?:\s+by\s+[^,;:]{{2,45}}?)?"
        r"\s+(?:about|on|of|for)\s+",
        rf"^{_POLITE}{_LIKE}{_FORM}(?:\s+(?:about|on|for)\s+|\s*:\s*)",
        rf"^{_POLITE}(?:an?\s+)?{_LIKE}{_FORM}(?:[\s,]+please)?[.!]*$",
        rf"^{_POLITE}(?:an?\s+|the\s+|some\s+)?{_LIKE}(?:poem|verse)s?\s+(?:about|on|of|for)\s+",
        rf"^{_POLITE}(?:an?\s+)?{_LIKE}poem\s+by\s+[^,;:]{{2,45}}?\s+about\s+",
    )
)
_SHAPED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[,;]?\s*\b(?:written\s+)?in\s+the\s+(?:form|shape|style)\s+of\s+(?:an?\s+)?{_FORM}\b[,;:]?",
        rf"[,;]?\s*\b(?:written\s+)?as\s+an?\s+{_FORM}\s*[.!?]*$",
        rf"[,;]?\s*\b(?:written\s+)?in\s+{_FORM}\s+form\s*[.!?]*$",
        r"[,;]?\s*\b(?:written\s+)?in\s+(?P<form>free\s+verse|rhyming\s+couplets|couplets|quatrains)\s*[.!?]*$",
        rf"\s*[(]\s*(?:an?\s+)?{_FORM}\s*[)]\s*$",
        rf"\s*[,:;–—-]\s*an?\s+{_FORM}\s*[.!?]*$",
    )
)


def _english(prompt: str) -> Asking:
    form = None
    text = prompt
    for pattern in _SHAPED:
        if found := pattern.search(text):
            form = _form(found["form"])
            text = f"{text[: found.start()]} {text[found.end() :]}".strip()
            break
    for pattern in _ENGLISH:
        if found := pattern.match(text):
            told = found.groupdict()
            return Asking(
                text[found.end() :].strip(" ,;:.?"), form or _form(told.get("form")), told["how"].strip()
            )
    if form and re.fullmatch(rf"{_POLITE}(?:{_ARTICLE})?(?:poem|verse)s?", text, re.IGNORECASE):
        text = ""
    return Asking(text, form)


# Chinese

_FORM_ZH = rf"(?P<form>{_names(ascii_only=False)})"
_ASK = (
    r"(?:(?:你好|您好|请问|请|麻烦|你|您|能不能|能否|能|可不可以|可以|可否|帮我|帮忙|给我|为我|替我"
    r"|我想要|我想|我要|想要|想|要|来)[，,\s]*)"
)
_OF = r"(?:首|篇|阕|阙)"
_LIKE_ZH = r"(?:[^，,。；;：:、\s]{1,6}的)"
_HEAD = (
    rf"(?:{_ASK}*(?:创作|写作|写|作|做|来|赋|填|吟|生成)(?:[一两几]?{_OF}|(?<=[写来成])一?个|(?={_names(ascii_only=False)}))"
    rf"|{_ASK}+(?:写|创作|作)|{_ASK}+[一两几]?{_OF}|[一两几]{_OF}(?={_LIKE_ZH}?(?:{_names(ascii_only=False)}|诗)|关于|有关))"
)
_WRITE = re.compile(r"写(?=[^信字生作意真照实诗给在])")
_TOPIC_IS = r"(?:关于|有关|描写|描述|写|咏|题为|题目是|主题是|主题为|赞美|歌颂)"
_GAP = r"[，,。；;：:、·\s]"
_HEADED = re.compile(rf"^\s*{_HEAD}\s*")
_USING = re.compile(rf"^\s*用{_FORM_ZH}(?:的形式|的体裁|体)?来?写(?:[一两几]?{_OF})?(?P<about>.+)$")
_TITLED = re.compile(r"^\s*(?:请)?[以用](?P<about>.{1,20}?)为(?:题|主题|题目)(?P<rest>.*)$")
_BEHIND = re.compile(
    rf"^(?P<about>.+?){_GAP}+{_HEAD}(?P<how>{_LIKE_ZH})?(?:{_FORM_ZH}|古诗|诗歌|小诗|诗)[。！!]*$"
)
_FIRST = re.compile(
    rf"^(?P<how>{_LIKE_ZH})?{_FORM_ZH}(?:[一两几]{_OF})?(?P<gap>{_GAP}*{_TOPIC_IS}?)(?P<about>.*)$"
)
_LAST = re.compile(
    rf"^(?P<about>.+?)(?P<of>的)?(?:{_FORM_ZH}|(?P<kind>古诗|诗歌|小诗|诗|绝句|律诗|词))[。！!]*$"
)
_WITHIN = re.compile(rf"(?:写|作|来|赋|填|吟)[一两几]?{_OF}{_LIKE_ZH}?{_FORM_ZH}")
_PLEASE_ZH = re.compile(rf"{_GAP}*(?:吧|好吗|好么|可以吗|行吗|谢谢|多谢)[。！!？?]*$")
_ABOUT_ZH = re.compile(rf"^{_GAP}*(?:关于|有关|描写|描述|题为|题目是|主题是|主题为)")


def _chinese(prompt: str) -> Asking:
    text = simplified(prompt)
    if found := _USING.match(text):
        return Asking(found["about"].strip(_EDGES), _form(found["form"]))
    if found := _TITLED.match(text):
        named = re.search(_FORM_ZH, found["rest"])
        return Asking(found["about"].strip(_EDGES), _form(named["form"]) if named else None)
    if found := _BEHIND.match(text):
        about = _ABOUT_ZH.sub("", found["about"]).strip(_EDGES)
        return Asking(about, _form(found["form"]), found["how"] or "")
    headed = _HEADED.match(text)
    if headed:
        text = _PLEASE_ZH.sub("", text)
    text = text[headed.end() :] if headed else _WRITE.sub("", text, count=1) if text[:1] == "写" else text
    form, how = None, ""
    first, last = _FIRST.match(text), _LAST.match(text)
    if first and (first["about"].strip(_EDGES) or not first["how"]) and _leads(first, bool(headed)):
        text, form, how = first["about"], _form(first["form"]), first["how"] or ""
    elif last and (last["of"] or headed or (len(last["about"]) > 1 and last["kind"] not in (None, "词"))):
        text, form = last["about"], _form(last["form"])
    elif headed and text.strip(_EDGES) in ("诗", "词", "古诗", "诗歌", "小诗"):
        text = ""
    elif within := _WITHIN.search(text):  # 仿李白写一首七律，明月
        form = _form(within["form"])
    return Asking(_ABOUT_ZH.sub("", text).strip(_EDGES), form, how)


def _leads(found: re.Match[str], headed: bool) -> bool:
    """Whether a form at the beginning is one that is asked for: 七绝：春天, but not 七绝圣手."""
    return headed or (not found["how"] and (bool(found["gap"]) or not found["about"]))


# What it asks for and the studio does not write

_OTHER = "|".join(name.replace(" ", r"\s+") for name in UNWRITTEN if name.isascii())
_OTHER_ZH = "|".join(name for name in UNWRITTEN if not name.isascii())
_UNWRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_POLITE}(?:{_WISH}(?:{_VERB})?|{_VERB})?(?:{_ARTICLE})?{_LIKE}(?P<name>{_OTHER})s?(?:\s+poems?)?"
        rf"(?:\s+{_ABOUT}|\s*:|\s*[.!?]*$)",
        rf"\b(?:as|in\s+the\s+(?:form|shape|style)\s+of)\s+an?\s+(?P<name>{_OTHER})\s*[.!?]*$",
        rf"^\s*{_HEAD}\s*{_LIKE_ZH}?(?P<name>{_OTHER_ZH})(?={_GAP}|{_TOPIC_IS}|$)",
        rf"^\s*{_HEAD}.+的(?P<name>{_OTHER_ZH})[。！!]*$",
        rf"^\s*(?P<name>{_OTHER_ZH})[·•：:]",
    )
)


def unwritten(prompt: str) -> str | None:
    """The form that ``prompt`` asks for, where it is one that the studio knows by name alone."""
    text = simplified(prompt)
    found = next((found for pattern in _UNWRITTEN if (found := pattern.search(text))), None)
    return found["name"] if found else None
