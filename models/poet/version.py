"""A poet's version folder: two small models, their words and how the words sound.

``<lang>.safetensors`` float16 weights, ``<lang>.json`` settings, control and content tokens
(older versions do not say their control tokens),
``<lang>-lexicon.safetensors`` arrays, ``<lang>-lines.safetensors`` the filter of training lines,
``<lang>-associations.safetensors`` which words keep company (older versions have none),
``zh-parallel.safetensors`` which characters answer each other in a couplet (older versions have none),
``<lang>-manners.json`` the words of poets in whose manner it writes (older versions have none),
``<lang>-reward.safetensors`` and ``<lang>-liked.json`` what people like, of poems and of words (versions
that were trained from votes).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from atelier.errors import WeightsError
from atelier.languages import Lang
from models.poet.associations import Associations
from models.poet.lexicon import Lexicon
from models.poet.manner import Manner
from models.poet.network import VerseModel
from models.poet.originality import LineFilter
from models.poet.parallel import Parallel
from models.poet.vocabulary import Vocabulary, control_once
from models.reward import Head

LANGUAGES: tuple[Lang, ...] = ("en", "zh")
CMUDICT_NOTICE = """\
The arrays of en-lexicon.safetensors (syllables, stresses, rhyme classes) are made from
the CMU Pronouncing Dictionary, whose licence asks for this notice:

Copyright (C) 1993-2015 Carnegie Mellon University. All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions
are met:

1. Redistributions of source code must retain the above copyright
   notice, this list of conditions and the following disclaimer.
   The contents of this file are deemed to be source code.

2. Redistributions in binary form must reproduce the above copyright
   notice, this list of conditions and the following disclaimer in
   the documentation and/or other materials provided with the
   distribution.

This work was supported in part by funding from the Defense Advanced
Research Projects Agency, the Office of Naval Research and the National
Science Foundation of the United States of America, and by member
companies of the Carnegie Mellon Sphinx Speech Consortium. We acknowledge
the contributions of many volunteers to the expansion and improvement of
this dictionary.

THIS SOFTWARE IS PROVIDED BY CARNEGIE MELLON UNIVERSITY ``AS IS'' AND
ANY EXPRESSED OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO,
THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
PURPOSE ARE DISCLAIMED.  IN NO EVENT SHALL CARNEGIE MELLON UNIVERSITY
NOR ITS EMPLOYEES BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT
LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY
THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


@dataclass(frozen=True)
class Tongue:
    """Everything one language needs to write."""

    vocabulary: Vocabulary
    lexicon: Lexicon
    network: VerseModel
    lines: LineFilter
    manners: dict[str, Manner] = field(default_factory=dict)
    head: Head | None = None  # goes by this very network's features
    liked: dict[str, float] = field(default_factory=dict)  # nats that people's liking adds to a word
    parallel: Parallel | None = None
    associations: Associations | None = None

    @cached_property
    def leaning(self) -> Tensor | None:
        """What that adds to the logits of content tokens [W]; None where nobody's votes are known."""
        if not self.liked:
            return None
        added = torch.zeros(len(self.vocabulary) - self.vocabulary.content)
        for word, nats in self.liked.items():
            added[self.vocabulary.numbers[word] - self.vocabulary.content] = nats
        return added

    @property
    def emphasis(self) -> float:
        """Nats by which a word that was asked for weighs more here: as much as the most liked word does.

        Else a word that people like takes the places of those that somebody asks for.
        """
        return max([0.0, *self.liked.values()])


def save_tongue(folder: Path, tongue: Tongue) -> None:
    """Write one language's files into ``folder`` (weights as float16)."""
    lang = tongue.vocabulary.lang
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: value.detach().to(torch.float16).contiguous()
        for name, value in tongue.network.state_dict().items()
        if name != "lm.lm_head.weight"  # the embedding again: tied
    }
    save_file(weights, folder / f"{lang}.safetensors")
    save_file(tongue.lexicon.arrays(), folder / f"{lang}-lexicon.safetensors")
    save_file({"bits": tongue.lines.bits}, folder / f"{lang}-lines.safetensors")
    about = {
        "settings": tongue.network.settings,
        "control": tongue.vocabulary.control,
        "tokens": tongue.vocabulary.tokens[tongue.vocabulary.content :],
    }
    (folder / f"{lang}.json").write_text(json.dumps(about, ensure_ascii=False) + "\n", "utf-8")
    save_manners(folder, tongue)
    save_parallel(folder, tongue)
    save_associations(folder, tongue)
    for path in folder.glob(f"{lang}*.safetensors"):
        path.chmod(0o644)  # safetensors writes for the owner alone
    if lang == "en":
        (folder / "CMUDICT-LICENSE.txt").write_text(CMUDICT_NOTICE, "utf-8")


def save_head(folder: Path, lang: Lang, head: Head | None) -> None:
    """Write what people like of one language's poems; None: take away what was known by another network."""
    (folder / _head_file(lang)).unlink(missing_ok=True)
    if head is not None:
        head.save(folder, _head_file(lang))
        (folder / _head_file(lang)).chmod(0o644)


def save_liked(folder: Path, lang: Lang, liked: dict[str, float]) -> None:
    """Write which of one language's words people like, if any."""
    if liked:
        (folder / f"{lang}-liked.json").write_text(json.dumps(liked, ensure_ascii=False) + "\n", "utf-8")


def _liked(path: Path, vocabulary: Vocabulary) -> dict[str, float]:
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {word: float(nats) for word, nats in told.items()
            if vocabulary.numbers.get(word, 0) >= vocabulary.content}  # fmt: skip


def _associations_file(lang: Lang) -> str:
    return f"{lang}-associations.safetensors"


def save_associations(folder: Path, tongue: Tongue) -> None:
    """Write which words keep company, where that is known."""
    if tongue.associations is not None:
        path = folder / _associations_file(tongue.vocabulary.lang)
        save_file(tongue.associations.arrays(), path)
        path.chmod(0o644)


def _associations(path: Path, vocabulary: Vocabulary) -> Associations | None:
    size = len(vocabulary) - vocabulary.content
    return Associations.of(load_file(path), size) if path.exists() else None


def _head_file(lang: Lang) -> str:
    return f"{lang}-reward.safetensors"


def save_manners(folder: Path, tongue: Tongue) -> None:
    """Write the one file of the manners, where there are any: a poet a line."""
    told = [
        json.dumps({"name": one.name, "poems": one.poems, "words": one.words}, ensure_ascii=False)
        for one in tongue.manners.values()
    ]
    if told:
        path = folder / f"{tongue.vocabulary.lang}-manners.json"
        path.write_text("[\n" + ",\n".join(told) + "\n]\n", "utf-8")


def save_parallel(folder: Path, tongue: Tongue) -> None:
    """Write which tokens answer each other, where that is known."""
    if tongue.parallel is not None:
        path = folder / f"{tongue.vocabulary.lang}-parallel.safetensors"
        save_file(tongue.parallel.arrays(), path)
        path.chmod(0o644)


def _parallel(path: Path, vocabulary: Vocabulary) -> Parallel | None:
    size = len(vocabulary) - vocabulary.content
    return Parallel.of(load_file(path), size) if path.exists() else None


def _manners(path: Path) -> dict[str, Manner]:
    told = json.loads(path.read_text("utf-8")) if path.exists() else []
    return {one["name"]: Manner(one["name"], one["poems"], one["words"]) for one in told}


def load_tongue(folder: Path, lang: Lang, device: str = "cpu") -> Tongue:
    """One language from ``folder``. Raises :class:`WeightsError` where files do not fit each other."""
    path = folder / f"{lang}.safetensors"
    try:
        about = json.loads((folder / f"{lang}.json").read_text("utf-8"))
        vocabulary = Vocabulary.of(lang, about["tokens"], about.get("control") or control_once(lang))
        lexicon = Lexicon.of(load_file(folder / f"{lang}-lexicon.safetensors"), len(vocabulary))
        lines = LineFilter(load_file(folder / f"{lang}-lines.safetensors")["bits"])
        manners = _manners(folder / f"{lang}-manners.json")
        head = Head.load(folder, _head_file(lang))
        liked = _liked(folder / f"{lang}-liked.json", vocabulary)
        parallel = _parallel(folder / f"{lang}-parallel.safetensors", vocabulary)
        associations = _associations(folder / _associations_file(lang), vocabulary)
        if about["settings"]["vocab_size"] != len(vocabulary):
            raise ValueError("vocabulary")
        network = VerseModel(about["settings"], vocabulary.content)
        weights = {name: value.float() for name, value in load_file(path).items()}
        missing, surplus = network.load_state_dict(weights, strict=False)
        if surplus or set(missing) - {"lm.lm_head.weight"}:
            raise ValueError("names")
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as fault:
        raise WeightsError("weights-damaged", model="poet", path=str(path)) from fault
    except Exception as fault:  # safetensors raises its own error, which derives from Exception only
        if type(fault).__name__ != "SafetensorError":
            raise
        raise WeightsError("weights-damaged", model="poet", path=str(path)) from fault
    network = network.to(device).eval()
    return Tongue(vocabulary, lexicon, network, lines, manners, head, liked, parallel, associations)
