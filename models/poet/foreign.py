"""Any causal language model of transformers as the poet's voice, in the same exact forms.

``ATELIER_POEM_MODEL`` names one on a hub or in a folder. Our words, their sounds and the filter of
training lines stay those of the shipped version; the model chooses among what the form allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from atelier.errors import BadInput, Cancelled
from atelier.languages import Lang
from models.hf import DynamicCache, load_causal
from models.poet.automaton import NEVER, FormAutomaton
from models.poet.draft import Draft, Plan, chance
from models.poet.forward import ForwardAutomaton, Place, restricted
from models.poet.leads import Leads
from models.poet.originality import owned
from models.poet.row import Row
from models.poet.spelling import Spelling, token_bytes
from models.poet.version import Tongue

TEMPERATURE = {"en": 1.0, "zh": 0.9}
TOP = 64  # tokens that may be drawn at a step
LEAST = 0.5  # the share of a language's words that a tokenizer must be able to write
_ASKED = {
    "en": "Write a {form} about {title}{mood}. Answer with the poem alone.",
    "zh": "请以“{title}”为题写一首{form}{mood}。只写诗句。",
}
_HEADED = {"en": "A {form}{mood}.\n\n{title}\n\n", "zh": "{form}{mood}\n\n{title}\n\n"}
_SEPARATORS = {"en": ("\n", " / ", " "), "zh": ("，\n", "\n", "，", " ")}


@dataclass
class _Voice:
    """One candidate that is being written: its place, and the tokens still to be fed."""

    place: Place
    plan: Plan
    generator: torch.Generator
    pending: list[int]
    tokens: list[list[int]] = field(default_factory=list)
    likelihood: float = 0.0
    count: int = 0

    @property
    def row(self) -> Row:
        """Where it stands."""
        return self.place.row

    def draft(self) -> Draft:
        """As the ranking and the rendering know it."""
        return Draft(
            self.place.row, self.plan, self.generator, [], 0, self.tokens, self.likelihood, self.count
        )  # fmt: skip


class ForeignModel:
    """A causal model and its tokenizer, and what they can write of each language of ``tongues``."""

    def __init__(self, name: str, model: Any, tokenizer: Any, tongues: dict[Lang, Tongue]) -> None:
        self.name, self.model, self.tokenizer = name, model, tokenizer
        self.tongues = tongues
        self.size = int(model.get_output_embeddings().weight.shape[0])
        self.room = int(getattr(model.config, "max_position_embeddings", 0) or 1 << 30)
        pieces = token_bytes(tokenizer, self.size)
        self.automata: dict[Lang, FormAutomaton] = {}
        self._forward: dict[Lang, ForwardAutomaton] = {}
        for lang, tongue in tongues.items():
            form = FormAutomaton(tongue.vocabulary, tongue.lexicon)
            capitals = tongue.lexicon.capital[tongue.vocabulary.content :]
            spelling = Spelling(pieces, form.words, form.is_word, capitals, spaces=lang == "en")
            if int(spelling.spelled.sum()) < LEAST * int(form.is_word.sum()):
                continue
            self.automata[lang] = restricted(form, spelling.spelled)
            self._forward[lang] = ForwardAutomaton(self.automata[lang], spelling)

    @classmethod
    def load(cls, name: str, tongues: dict[Lang, Tongue], device: str = "cpu") -> ForeignModel:
        """The model called ``name`` (a folder, or on a hub). Raises :class:`BadInput` where there is none."""
        try:
            model, tokenizer = load_causal(name, device)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError) as fault:
            key = "poet-foreign-folder" if Path(name).is_dir() else "poet-foreign-missing"
            raise BadInput(key, model=name) from fault
        made = cls(name, model, tokenizer, tongues)
        if not made.automata:
            raise BadInput("poet-foreign-neither", model=name)
        return made

    def check(self, lang: Lang) -> None:
        """Raises :class:`BadInput` for a language that the tokenizer cannot write."""
        if lang not in self.automata:
            raise BadInput(f"poet-foreign-{lang}", model=self.name)

    @torch.inference_mode()
    def write(
        self,
        lang: Lang,
        plans: Sequence[Plan],
        stopped: Callable[[], bool] = lambda: False,
        leads: Leads | None = None,
    ) -> list[list[Draft]]:
        """The finished candidates of each plan, all written in one batch. Raises ``Cancelled``.

        ``leads`` is shown all candidates after each step.

        Every row feeds one token a step (at first, as many as the shortest opening has), so that all rows
        of the cache are equally long and no padding is needed.
        """
        automaton = self._forward[lang]
        voices = [
            [
                _Voice(automaton.place(Row(plan.pattern)), plan, chance(plan, str(k)), [*opening])
                for k in range(plan.candidates)
            ]
            for plan, opening in ((plan, self._opening(lang, plan)) for plan in plans)
        ]  # fmt: skip
        live = [voice for group in voices for voice in group]
        cache, fed = DynamicCache(config=self.model.config), 0
        while live:
            if stopped():
                raise Cancelled
            width = min(len(voice.pending) for voice in live)
            fed += width
            if fed > self.room:  # what does not fit the model's window is given up
                for voice in live:
                    voice.place.row.dead = True
                break
            tokens = torch.tensor([voice.pending[:width] for voice in live], device=self.model.device)
            out = self.model(input_ids=tokens, past_key_values=cache, use_cache=True)
            for voice in live:
                voice.pending = voice.pending[width:]
            ready = [i for i, voice in enumerate(live) if not voice.pending]
            if ready:
                self._draw(lang, [live[i] for i in ready], out.logits[ready, -1].float().cpu())
                if leads is not None:
                    leads.look(voices)
            kept = [i for i, voice in enumerate(live) if not voice.place.row.done]
            if len(kept) < len(live):
                live = [live[i] for i in kept]
                if live:
                    cache.batch_select_indices(torch.tensor(kept, device=self.model.device))
        return [[v.draft() for v in group if not v.place.row.dead] for group in voices]

    def _opening(self, lang: Lang, plan: Plan) -> list[int]:
        """What is fed before the first line: a request to a chat model, a heading to a plain one."""
        said = {"form": plan.form, "title": plan.title, "mood": ""}
        if plan.mood:
            said["mood"] = f", {plan.mood}" if lang == "en" else f"（{plan.mood}）"
        if plan.manner:
            said["mood"] += f", in the manner of {plan.manner}" if lang == "en" else f"，仿{plan.manner}"
        if getattr(self.tokenizer, "chat_template", None):
            asked = [{"role": "user", "content": _ASKED[lang].format(**said)}]
            text = self.tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        ids = list(self.tokenizer(_HEADED[lang].format(**said))["input_ids"])
        return ids or [self.tokenizer.bos_token_id or 0]

    def _separator(self, lang: Lang) -> list[int]:
        """What stands between two lines: a line break where the tokenizer has one, else what it has."""
        for text in _SEPARATORS[lang]:
            ids = list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
            if ids and self.tokenizer.unk_token_id not in ids:
                return ids
        return []

    def _draw(self, lang: Lang, ready: list[_Voice], logits: Tensor) -> None:
        """One token for each of ``ready``, whose logits [R, V] these are."""
        automaton = self._forward[lang]
        plain = torch.log_softmax(logits, -1)
        automaton.places = [voice.place for voice in ready]
        scores, ids = torch.topk(automaton(None, logits) / TEMPERATURE[lang], min(TOP, logits.shape[1]))
        noise = torch.stack([torch.rand(scores.shape[1], generator=voice.generator) for voice in ready])
        scores = scores - torch.log(-torch.log(noise.clamp(1e-9, 1 - 1e-7)))  # Gumbel-max
        order = scores.argsort(-1, descending=True)
        for i, voice in enumerate(ready):
            token = self._choose(lang, voice, scores[i, order[i]].tolist(), ids[i, order[i]].tolist())
            if token is None:
                voice.place.row.dead = True
                continue
            voice.likelihood += float(plain[i, token])
            voice.count += 1
            self._take(lang, voice, token)

    def _choose(self, lang: Lang, voice: _Voice, scores: list[float], tokens: list[int]) -> int | None:
        """The best token that does not finish a line of somebody's; None where there is none."""
        automaton = self._forward[lang]
        for score, token in zip(scores, tokens, strict=True):
            if score == NEVER:
                return None
            words = automaton.filled(voice.place, token)
            if words is None:
                return token
            said = voice.place.row.line.said([automaton.form.words[word] for word in words])
            if voice.place.row.line.echo or (
                not owned(said, lang, self.tongues[lang].lines) and words[::-1] not in voice.place.row.lines
            ):
                return token
        return None

    def _take(self, lang: Lang, voice: _Voice, token: int) -> None:
        """Move a voice on by ``token`` and say what it feeds next."""
        automaton = self._forward[lang]
        voice.place, finished = automaton.took(voice.place, token)
        voice.pending.append(token)
        if not finished:
            return
        row = voice.place.row
        voice.tokens.append(automaton.close(voice.place))
        if row.done:
            return
        starts = {sum(row.pattern.stanzas[:n]) for n in range(len(row.pattern.stanzas))}
        between = self._separator(lang)
        if token == automaton.newline:
            voice.pending.pop()
        voice.pending += between * (2 if row.at in starts else 1)
        voice.pending = voice.pending or [token]
        voice.place = automaton.place(row)
