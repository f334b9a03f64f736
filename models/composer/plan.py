"""How a tune is laid out in phrases of four bars: which are new, which answer, which come again.

Four bars are one closing phrase; eight a question and its answer (which begins alike); sixteen
and thirty-two follow the rhythm's form, AABB for dances and marches, AABA for songs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.composer.grid import WINDOW


@dataclass(frozen=True, slots=True)
class Phrase:
    """Four bars to compose.

    ``before`` names the phrase that is heard before it; the first ``alike`` bars are taken from
    ``like``; ``register`` is added to the wish. Its first ``given`` bars somebody else wrote.
    """

    name: str
    role: str
    end: str
    before: str | None = None
    like: str | None = None
    alike: int = 0
    register: float = 0.0
    given: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Phrases in the order of composing, and the order of playing."""

    phrases: tuple[Phrase, ...]
    order: tuple[str, ...]

    @property
    def closing(self) -> str:
        """The phrase that ends the tune."""
        return self.order[-1]


ASK = Phrase("a", "opening", "other")
ANSWER = Phrase("a'", "closing", "tonic", before="a", like="a", alike=2)
HIGHER = Phrase("b", "middle", "dominant", before="a'", register=0.6)
HIGHER_ANSWER = Phrase("b'", "closing", "tonic", before="b", like="b", alike=2, register=0.3)
BRIDGE_END = Phrase("c", "middle", "dominant", before="b", register=0.2)

PLANS: dict[tuple[int, str], Plan] = {
    (4, "AABA"): Plan((Phrase("a", "closing", "tonic"),), ("a",)),
    (8, "AABA"): Plan((ASK, ANSWER), ("a", "a'")),
    (16, "AABA"): Plan((ASK, ANSWER, HIGHER), ("a", "a'", "b", "a'")),
    (32, "AABA"): Plan((ASK, ANSWER, HIGHER, BRIDGE_END), ("a", "a'", "a", "a'", "b", "c", "a", "a'")),
    (16, "AABB"): Plan((ASK, ANSWER, HIGHER, HIGHER_ANSWER), ("a", "a'", "b", "b'")),
    (32, "AABB"): Plan((ASK, ANSWER, HIGHER, HIGHER_ANSWER), ("a", "a'", "a", "a'", "b", "b'", "b", "b'")),
}


def plan(length: int, form: str) -> Plan:
    """The plan for ``length`` bars (4, 8, 16 or 32) in ``form`` (AABA or AABB)."""
    return PLANS.get((length, form)) or PLANS[length, "AABA"]


def continued(whole: Plan, bars: int) -> Plan:
    """``whole`` where the first ``bars`` bars are given: what comes again later comes again of them."""
    known = {phrase.name: phrase for phrase in whole.phrases}
    begun: list[Phrase] = []
    for place, name in enumerate(whole.order[: -(-bars // WINDOW)]):
        own = f"{name}+{place}" if any(phrase.name == name for phrase in begun) else name
        before = begun[-1].name if begun else None
        held = min(bars - WINDOW * place, WINDOW)
        begun.append(replace(known[name], name=own, before=before, like=None, alike=0, given=held))
    names = [phrase.name for phrase in begun]
    rest = [phrase for phrase in whole.phrases if phrase.name not in names]
    return Plan((*begun, *rest), (*names, *whole.order[len(begun) :]))
