"""What an emoji shows, in the words of somebody who types it: Unicode names describe how it is drawn.

Unicode's BLACK and WHITE mean filled and outlined in the old symbols (❤ is a HEAVY BLACK HEART), colours in
the later ones (🖤). The names of the most used ones are our own.
"""

from __future__ import annotations

import re
import unicodedata

_OWN = """
❤♥♡❣ heart|♠ spade|♣ club|♦ diamond|☀🌞 sun|🌤🌥⛅ sun behind cloud|🌦 sun and rain|⭐★☆⋆ star|☁ cloud
☔🌧 rain|⛈ thunderstorm|🌨 snow|🌩⚡ lightning|🌬 wind|☃⛄ snowman|☕ coffee|🍵 tea|✈ aeroplane|🍕 pizza
🍺🍻 beer|🍷 wine|🥂 champagne|😂🤣 laughter|😍🥰 face in love|😭😢 crying face|😊☺ smiling face
😡🤬 angry face|😴💤 sleep|🙏 prayer|🎉🎊 party|🎂 birthday cake|🎵🎶♪♫ music|☎ telephone|📱 phone
🏠🏡 house|🚗 car|🏆 trophy|💃🕺 dance|🕊 dove|🌍🌎🌏 earth|🌛🌜🌚 moon|🏰🏯 castle|🐱 cat face
🐶 dog face|💎 gem|💋 kiss|👍 thumbs up|👎 thumbs down|👏 applause|👇👆👈👉☝ pointing hand|✌ peace
☮ peace|⚫ black circle|⚪ white circle|⬛ black square|⬜ white square|♻ recycling|🏳 white flag
🏴 black flag|✅✔ check mark|❌✖ cross|🚂 train|🎃 jack-o'-lantern|⛵ sailing boat|💧 drop of water
"""
_NAMED = {
    sign: name
    for entry in _OWN.replace("\n", "|").split("|")
    for signs, _, name in [entry.partition(" ")]
    for sign in signs
}
_DRAWN = re.compile(r"\b(?:black|white|heavy|medium|suit)\b")
_SIGN = re.compile(r"\b(?:symbol|sign)\b")
_FLAG = re.compile(r"[\U0001F1E6-\U0001F1FF]{2}")
_LETTER = re.compile(r"[\U0001F1E6-\U0001F1FF]")


def spoken(text: str) -> str:
    """``text`` with its emoji and symbols as words; a country's flag is a flag."""
    text = _LETTER.sub(" ", _FLAG.sub(" flag ", text))
    return "".join(f" {_name(c)} " if unicodedata.category(c) == "So" else c for c in text)


def _name(sign: str) -> str:
    if sign in _NAMED:
        return _NAMED[sign]
    name = unicodedata.name(sign, "").lower()
    bare = _SIGN.sub("", name if ord(sign) > 0xFFFF else _DRAWN.sub("", name))
    return bare if bare.strip() else name
