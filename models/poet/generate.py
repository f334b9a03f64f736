"""From a request to a poem: the one class that the rest of Atelier uses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

from torch import Tensor

from atelier.errors import BadInput, PersonError, WeightsError
from atelier.languages import Lang
from atelier.requests import FORMS, HEADED, MOODS, Form, Mood, PoemRequest, form_language
from atelier.traditional import simplified
from atelier.versions import Model, open_version, shipped_folder
from atelier.works import Made, PoemResult
from models.poet.automaton import FormAutomaton
from models.poet.decode import write
from models.poet.draft import Draft, Plan
from models.poet.foreign import ForeignModel
from models.poet.forms import FORM_TABLE, patterns_of
from models.poet.given import begun
from models.poet.heads import stood_in, unfit, unreachable_heads
from models.poet.leads import Candidate, Leads
from models.poet.manner import Manner, find
from models.poet.moods import leaning
from models.poet.rank import COMPANY, best
from models.poet.render import artefact, lines_of
from models.poet.reward import liking
from models.poet.topic import check_language, read_topic
from models.poet.version import LANGUAGES, Tongue, load_tongue

CANDIDATES = 8  # of each part of a poem
# A request's number, and what gives the lines that one of its candidates has now.
Drafted = Callable[[int, Callable[[], list[str]]], None]
SOME = 8  # poets that a refusal names
TRIES = 4  # rounds of candidates before a request is given up


@dataclass(frozen=True)
class _Order:
    """A request that can be written: its plan, and what the result says of it."""

    request: PoemRequest
    plan: Plan
    title: str


class Poet:
    """Writes poems, many at once. Load once, keep warm."""

    model: ClassVar[Model] = "poet"
    previews: ClassVar[bool] = True  # generate() tells of lines while they are written

    def __init__(
        self, tongues: dict[Lang, Tongue], version: str, foreign: ForeignModel | None = None,
        poems: int = 1,
    ) -> None:  # fmt: skip
        self.tongues, self.version, self.foreign, self.poems = tongues, version, foreign, poems
        self.automata = {lang: FormAutomaton(t.vocabulary, t.lexicon) for lang, t in tongues.items()}
        self._moods = {
            (lang, mood): leaning(mood, lang, self.automata[lang].index) for lang in tongues for mood in MOODS
        }
        self._words = self.automata["en"].index if "en" in tongues else {}
        self.forms = tuple(form for form in FORMS if form in FORM_TABLE and self._writes(form))

    def _writes(self, form: Form) -> bool:
        lang, entry = form_language(form), FORM_TABLE[form]
        if lang not in self.tongues or entry.tag not in self.tongues[lang].vocabulary.numbers:
            return False
        return all(map(self.automata[lang].writes, entry.patterns))

    @classmethod
    def load(
        cls, folder: Path | None = None, device: str = "cpu", foreign: str | None = None, poems: int = 1
    ) -> Self:
        """The version in ``folder`` (None: what ships); ``foreign`` names a model that writes instead.

        ``poems``: written for each that is put out, where votes have taught which is liked.
        Raises :class:`WeightsError`, and :class:`BadInput` for a foreign model that cannot be used.
        """
        version = open_version(folder or shipped_folder(cls.model), model=cls.model)
        tongues = {
            lang: load_tongue(version.folder, lang, device)
            for lang in LANGUAGES
            if f"{lang}.safetensors" in version.card["files"]
        }
        if version.model != cls.model or not tongues:
            raise WeightsError("weights-damaged", model=cls.model, path=str(version.folder))
        if not foreign:
            return cls(tongues, version.name, poems=poems)
        told = f"{version.name}+{Path(foreign).name}"[:40]
        return cls(tongues, told, ForeignModel.load(foreign, tongues, device))

    def generate(
        self,
        requests: Sequence[PoemRequest],
        *,
        stopped: Callable[[], bool] = lambda: False,
        drafted: Drafted | None = None,
    ) -> list[Made | PersonError]:
        """One poem a request, in order; a request that cannot be written yields its error in its place.

        ``drafted`` is told a poem's lines so far: of our own models the couplets that are committed, which
        stay (but where a poem met a dead end and is begun anew); of a foreign one the lines of a candidate
        that may lose in the end. Raises ``Cancelled`` as soon as ``stopped`` says so.
        """
        answers: dict[int, Made | PersonError] = {}
        orders: dict[int, _Order] = {}
        for at, request in enumerate(requests):
            try:
                orders[at] = self._order(request.seeded())
            except PersonError as fault:
                answers[at] = fault
        for lang in self.tongues:
            waiting = {at: order for at, order in orders.items() if order.request.written_in == lang}
            each = self._each(lang)
            for attempt in range(TRIES):
                plans = [_again(o.plan, attempt, one) for o in waiting.values() for one in range(each)]
                if not plans:
                    break
                leads = drafted and self._leads(lang, list(waiting), each, drafted)
                drafts = self._write(lang, plans, stopped, leads or None)
                for n, (at, order) in enumerate(list(waiting.items())):
                    written = [group for group in drafts[n * each : (n + 1) * each] if group]
                    if written:
                        known = self.tongues[lang].lines
                        winners = [best(group, self.automata[lang], known) for group in written]
                        made = [self._made(order, self._lines(lang, winner)) for winner in winners]
                        answers[at] = self._liked(lang, order.request, made)
                        del waiting[at]
            for at in waiting:
                answers[at] = BadInput("poet-stuck")
        return [answers[at] for at in range(len(requests))]

    def plan(self, request: PoemRequest) -> Plan:
        """What ``request`` asks of the decoder. Raises :class:`BadInput` for what cannot be written."""
        return self._order(request.seeded()).plan

    def _write(
        self, lang: Lang, plans: Sequence[Plan], stopped: Callable[[], bool], leads: Leads | None
    ) -> list[list[Draft]]:
        if self.foreign is not None:
            return self.foreign.write(lang, plans, stopped, leads)
        return write(self.tongues[lang], self.automata[lang], plans, stopped, leads)

    def _lines(self, lang: Lang, draft: Candidate, first: int | None = None) -> list[str]:
        tongue = self.tongues[lang]
        capitals = tongue.lexicon.capital[tongue.vocabulary.content :].bool().tolist()
        return lines_of(draft, self.automata[lang], capitals, first)[draft.plan.skipped :]

    def _each(self, lang: Lang) -> int:
        """How many poems are written for each that is put out."""
        return self.poems if self.tongues[lang].head is not None and self.foreign is None else 1

    def _liked(self, lang: Lang, request: PoemRequest, made: Sequence[Made]) -> Made:
        """The one of a request's poems that people like best, by what their votes have taught."""
        head = self.tongues[lang].head
        if head is None or len(made) < 2:
            return made[0]
        poems = [(request, one.result) for one in made if isinstance(one.result, PoemResult)]
        worth = liking(self, lang, head, poems)
        return made[worth.index(max(worth))]

    def _leads(self, lang: Lang, requests: Sequence[int], each: int, drafted: Drafted) -> Leads:
        """Tells ``drafted`` of the poems of one round, by their requests' numbers; of several, the first."""

        def tell(number: int, lead: Candidate) -> None:
            if number % each == 0:
                drafted(requests[number // each], lambda: self._lines(lang, lead, len(lead.row.lines)))

        return Leads(tell)

    def _order(self, request: PoemRequest) -> _Order:
        """Raises :class:`BadInput` for what this version cannot write."""
        form = request.written_as
        if form not in self.forms:
            raise BadInput("poet-form", form=form, forms=", ".join(self.forms))
        entry = FORM_TABLE[form]
        automaton = self.automata[entry.lang]
        if self.foreign is not None:
            self.foreign.check(entry.lang)
            automaton = self.foreign.automata[entry.lang]
        if request.steer is None:  # what there is goes on in the language that it has
            check_language(request.topic, self._words)
        topic = read_topic(request.topic, automaton)
        heads = (
            self._heads(request.acrostic or topic.about, automaton)
            if form in HEADED and not request.steer
            else ""
        )
        seed = request.seed or 0
        pattern = random.Random(f"{seed} {form}").choice(patterns_of(form, stood_in(automaton, heads), heads))
        mood = request.mood or topic.mood
        manner = self._manner(topic.manner, entry.lang) if topic.manner else None
        leaning, favour = self._leaning(entry.lang, topic.numbers, manner, request.mood)
        plan = Plan(
            form, topic.title, entry.tag, pattern, topic.numbers, mood, seed, CANDIDATES,
            manner=manner.name if manner else "",
            leaning=leaning, favour=favour, parallel=self.tongues[entry.lang].parallel,
            asked="" if topic.numbers else request.topic,
        )  # fmt: skip
        if request.steer is not None:
            if self.foreign is not None:
                raise BadInput("poet-foreign-start")
            plan = begun(request.steer, plan, automaton)
        return _Order(request, plan, plan.title)

    def _leaning(
        self, lang: Lang, topics: Sequence[int], manner: Manner | None, mood: Mood | None
    ) -> tuple[Tensor | None, Tensor | None]:
        """What is added to the logits of words: by topic, manner and mood as asked, and by what is liked.

        And how much of it is a candidate's favour.
        """
        tongue = self.tongues[lang]
        told = manner.leaning(tongue.vocabulary) if manner else None
        if self.foreign is not None:
            return told, told
        near = tongue.associations.leaning(topics) if tongue.associations and topics else None
        others = (tongue.leaning, told, self._moods.get((lang, mood)) if mood else None)
        return _sum(*others, near), _sum(*others, None if near is None else COMPANY * near)

    def _manner(self, name: str, lang: Lang) -> Manner:
        """Whose manner it is. Raises :class:`BadInput` for whoever is unknown, or not of this language."""
        manners = self.tongues[lang].manners
        if found := find(name, manners):
            return found
        known = sorted(manners.values(), key=lambda one: -one.poems)
        some = ("、" if lang == "zh" else ", ").join(one.name for one in known[:SOME])
        other = next((t.manners for other, t in self.tongues.items() if other != lang), {})
        if not known:
            raise BadInput("poet-manner-nobody")
        if found := find(name, other):
            raise BadInput(f"poet-manner-other-{lang}", name=found.name, some=some)
        raise BadInput("poet-manner-unknown", name=name[:40], some=some)

    @staticmethod
    def _heads(word: str, automaton: FormAutomaton) -> str:
        """What the lines of an acrostic begin with: the word asked for, else the topic itself."""
        key = "poet-acrostic-en" if automaton.lang == "en" else "poet-acrostic-zh"
        form: Form = "acrostic" if automaton.lang == "en" else "藏头诗"
        heads = "".join(c for c in simplified(word.lower()) if c.isalnum())
        sizes = {len(pattern.lines) for pattern in patterns_of(form)}
        fits = (
            heads.isascii() and heads.isalpha()
            if automaton.lang == "en"
            else not any(c.isascii() for c in heads)
        )
        if len(heads) not in sizes or not fits:
            raise BadInput(key, low=str(min(sizes)), high=str(max(sizes)))
        if unfit(heads, automaton.lang):
            raise BadInput("poet-acrostic-barred")
        lost = unreachable_heads(automaton, heads, patterns_of(form)[0].lines[0])
        if lost:
            raise BadInput("poet-acrostic-lost", letters=", ".join(dict.fromkeys(lost)))
        return heads

    def _made(self, order: _Order, lines: list[str]) -> Made:
        request = order.request
        result = PoemResult(
            form=request.written_as, lang=request.written_in, title=order.title, lines=lines,
            stanzas=_stanzas(order.plan), seed=request.seed or 0, version=self.version,
        )  # fmt: skip
        return Made(result, (artefact(result, request, self.version),))


def _stanzas(plan: Plan) -> list[int]:
    """Lines a stanza of what is put out."""
    stanzas = list(plan.pattern.stanzas)
    return stanzas[len(stanzas) // 2 :] if plan.skipped else stanzas


def _again(plan: Plan, attempt: int, one: int = 0) -> Plan:
    """The plan with other candidates than the attempts before it, and than the request's other poems."""
    if attempt == one == 0:
        return plan
    return replace(plan, seed=plan.seed + attempt * 7_919_777 + one * 104_395_301)


def _sum(*parts: Tensor | None) -> Tensor | None:
    """Of those that there are; a single one is itself, so that poems that share it are seen to."""
    given = [part for part in parts if part is not None]
    return sum(given[1:], given[0]) if given else None
