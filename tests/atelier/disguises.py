"""How people hide a word from a filter: one trick, or two of different kinds at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

CYRILLIC = str.maketrans("aceopxyij", "асеорхуіј")
GREEK = str.maketrans("oivtp", "οινтρ")
LEET = str.maketrans("oieast", "013457")
SIGNS = str.maketrans("as", "@$")
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
BOLD = str.maketrans({chr(97 + n): chr(0x1D41A + n) for n in range(26)})
CIRCLED = str.maketrans({chr(97 + n): chr(0x24D0 + n) for n in range(26)})
SQUARED = str.maketrans({chr(97 + n): chr(0x1F170 + n) for n in range(26)})

TRICKS: dict[str, Callable[[str], str]] = {
    "plain": lambda w: w,
    "capitals": str.upper,
    "mixed": lambda w: "".join(c.upper() if n % 2 else c for n, c in enumerate(w)),
    "cyrillic": lambda w: w.translate(CYRILLIC),
    "greek": lambda w: w.translate(GREEK),
    "leet": lambda w: w.translate(LEET),
    "signs": lambda w: w.translate(SIGNS),
    "full width": lambda w: w.translate(WIDE),
    "mathematical": lambda w: w.translate(BOLD),
    "circled": lambda w: w.translate(CIRCLED),
    "squared": lambda w: w.translate(SQUARED),
    "zero width": "\u200b".join,
    "word joiners": "\u2060".join,
    "soft hyphens": "\u00ad".join,
    "direction marks": lambda w: "\u202e".join(w) + "\u202c",
    "variation selectors": lambda w: "".join(c + "\ufe0f" for c in w),
    "accents": lambda w: "".join(c + "\u0301" for c in w),
    "strikes": lambda w: "".join(c + "\u0336" for c in w),
    "spaces": " ".join,
    "no-break spaces": "\u00a0".join,
    "dots": ".".join,
    "hyphens": "-".join,
    "underscores": "_".join,
    "stars between": "*".join,
    "one letter apart": lambda w: w[0] + " " + w[1:],
    "one letter late": lambda w: w[:-1] + " " + w[-1],
    "drawn out": lambda w: w[:2] + w[2] * 4 + w[3:],
    "quoted": lambda w: f"“{w}”",
    "bracketed": lambda w: f"({w})",
    "code": lambda w: f"`{w}`",
    "markup": lambda w: f"**{w}**",
    "html": lambda w: f"<b>{w}</b>",
}
HAN_TRICKS: dict[str, Callable[[str], str]] = {
    "plain": lambda w: w,
    "spaces": " ".join,
    "wide spaces": "\u3000".join,
    "zero width": "\u200b".join,
    "dots": "·".join,
    "hyphens": "-".join,
    "digits": "1".join,
    "stars": "*".join,
    "newlines": "\n".join,
}

# How the letters are drawn: each letter of a word as what stands for it.
BARS = {
    "u": "|_|",
    "o": "()",
    "h": "|-|",
    "d": "|)",
    "k": "|<",
    "x": "><",
    "n": "|\\|",
    "m": "|\\/|",
    "v": "\\/",
}
DRAWN: dict[str, Callable[[str], list[str]]] = {
    **{
        name: (lambda w, trick=TRICKS[name]: [trick(c) for c in w])
        for name in ("plain", "capitals", "cyrillic", "greek", "leet", "signs", "full width", "mathematical",
                     "circled", "squared")
    },
    "v for u": lambda w: list(w.replace("u", "v")),
    "several signs": lambda w: [BARS.get(c, c) for c in w],
}  # fmt: skip
# What is put between the letters, or behind each.
BETWEEN: dict[str, Callable[[list[str]], str]] = {
    "nothing": "".join,
    "zero width": "\u200b".join,
    "word joiners": "\u2060".join,
    "soft hyphens": "\u00ad".join,
    "direction marks": lambda letters: "\u202e".join(letters) + "\u202c",
    "variation selectors": lambda letters: "".join(c + "\ufe0f" for c in letters),
    "accents": lambda letters: "".join(c + "\u0301" for c in letters),
    "strikes": lambda letters: "".join(c + "\u0336" for c in letters),
    "spaces": " ".join,
    "no-break spaces": "\u00a0".join,
    "dots": ".".join,
    "hyphens": "-".join,
    "underscores": "_".join,
    "stars": "*".join,
    "drawn out": lambda letters: "".join([*letters[:-1], letters[-1] * 4]),
}


def pairs() -> Iterator[tuple[str, str]]:
    """Every way of drawing letters with everything that is put between them."""
    yield from ((drawn, between) for drawn in DRAWN for between in BETWEEN)


def hidden(word: str, drawn: str, between: str) -> str:
    """A word, or the words of a phrase each by itself, under two tricks at once."""
    return " ".join(BETWEEN[between](DRAWN[drawn](part)) for part in word.split())
