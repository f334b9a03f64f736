"""With which letters or characters a line can begin.

A Chinese line's first character binds neither tone nor rhyme, and it is written last: so any character can
stand there. In the place of one that the poet's books have too seldom for its vocabulary, a word of today or
a name, another one is written and read on from, and the one that was asked for is put out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from atelier.languages import Lang
from models.poet.automaton import FormAutomaton
from models.poet.forms import Line
from models.poet.words import BARRED_ZH, barred, coarse

# Words of today, each before one that old poems have for it; for any other stands whoever it may be.
_TODAY = (
    "你君 您君 她伊 们众 咱我 妈母 爸父 姐姊 哥兄 爷翁 奶母 吗乎 呢乎 吧矣 啊兮 哦兮 嗯然 这此 那彼 啥何 喵猫"
)
STAND_INS = {pair[0]: pair[1] for pair in _TODAY.split()}
ANYBODY = "人"
SURNAMES = frozenset("胡姬狄戎羌番")  # barred from lines, where they mean peoples
_HAN = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]")


def unreachable_heads(automaton: FormAutomaton, heads: Sequence[str], line: Line) -> list[str]:
    """Those of ``heads`` with which no line of this kind can begin."""
    if automaton.lang == "zh":
        return [head for head in heads if not _HAN.match(head)]
    return [
        head for head in heads
        if not automaton.startable(Line(line.length, metre=line.metre, head=head), line.length)
    ]  # fmt: skip


def unfit(heads: str, lang: Lang) -> bool:
    """Whether ``heads`` spell what no poem is to spell."""
    return barred(heads, lang) if lang == "en" else coarse(heads) or bool({*heads} & BARRED_ZH - SURNAMES)


def stood_in(automaton: FormAutomaton, heads: str) -> str:
    """What is written in the place of each of ``heads``: itself, where the vocabulary has it."""
    if automaton.lang == "en":
        return heads

    def known(head: str) -> bool:
        return head in automaton.index and bool(automaton.is_word[automaton.index[head]])

    return "".join(
        next((one for one in (head, STAND_INS.get(head, ANYBODY), ANYBODY) if known(one)), head)
        for head in heads
    )
