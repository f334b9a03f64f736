"""Chinese in the traditional script, read as the simplified one in which poems are written.

``traditional.txt`` has a simplified character and then the traditional ones that are written so, as OpenCC's
TSCharacters.txt knows them (Apache-2.0, see NOTICE): the common ones, single characters only. A character
that simplified Chinese writes too (乾坤) stays itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _table() -> dict[int, str]:
    groups = Path(__file__).with_suffix(".txt").read_text("utf-8").split()
    return {ord(character): group[0] for group in groups for character in group[1:]}


def simplified(text: str) -> str:
    """``text`` with its traditional characters in the simplified script; all else as it is."""
    return text.translate(_table())
