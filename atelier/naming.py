"""Other names of a choice, as people write them: in capitals, in wide letters, in the traditional script."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from atelier.traditional import simplified


def canonical(value: object, names: Mapping[str, str]) -> object:
    """What ``names`` (in small letters and the simplified script) keeps for ``value``; else as it is."""
    if not isinstance(value, str):
        return value
    plain = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return names.get(simplified(plain), value)
