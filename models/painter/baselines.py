"""What the painter is held against: its parent, a DCGAN, and the training picture whose caption is nearest.

Their marks are taken once, where the training pictures and the parent are, and ship with the
version as ``baselines.json``: name → ``limit`` (captions of the packs, and scenes, that were
asked), ``marks`` (:func:`models.painter.marks.mark`) and what else is to be known of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.painter.data import Pictures, all_captions
from models.painter.dcgan import BATCH, train_dcgan
from models.painter.dcgan import sampler as dcgan_sampler
from models.painter.exam import MANY, Exam, Sampler, load_exam
from models.painter.flow import GUIDANCE, sample
from models.painter.judge import Jury
from models.painter.latents import Scale, noise_like, read
from models.painter.marks import Marks, examine, mark, real_work
from models.painter.measures import copies
from models.painter.network import Decoder, Generator
from models.painter.settings import Settings
from models.painter.stage import Budget
from models.painter.understand import subjects_of
from models.ranks import count, in_turn, rank
from models.text.encoder import TextEncoder
from models.text.evaluate import embed
from models.text.network import PromptEncoder

FILE = "baselines.json"
NEAREST, DCGAN, PARENT = "nearest training picture by caption", "dcgan", "parent"
PARENT_STEPS = 24


def record_all(
    settings: Settings, train: Pictures, parent: Sampler, jury: Jury, text: TextEncoder, work: Path,
    pictures: int,
) -> None:  # fmt: skip
    """Train the DCGAN, examine the three and keep their marks in the version's folder.

    The parent, which is slow, is asked ``parent_limit`` captions and scenes only, once and in English.
    The DCGAN sees ``pictures``, as many as the painter's flow and GAN did, unless its minutes are set. A
    training that goes on from a version keeps the marks of that version's DCGAN, whose exam and judge were
    the same, if it saw as many.
    """
    settings.out.mkdir(parents=True, exist_ok=True)
    known_names = subjects_of(train.rows)
    exam = in_turn(lambda: load_exam(settings.data, known_names, work / "cache", limit=settings.asked))
    packs = [i for i, row in enumerate(train.rows) if not row.labels.get("scene")]
    known = torch.from_numpy(np.asarray(train.pixels[packs])) if packs else None

    def kept(name: str, sampler: Sampler, limit: int = settings.asked, **about: Any) -> None:
        if rank() == 0:
            record(settings.out, name, sampler, jury, text, exam, limit=limit, train=known, about=about)

    kept(NEAREST, nearest_sampler(train, text.network))
    earlier = load(settings.start) if settings.start else {}
    if earlier.get(DCGAN, {}).get("pictures", -1) >= pictures:
        if rank() == 0:
            _keep(settings.out, DCGAN, earlier[DCGAN])
    else:
        drawer, journal = train_dcgan(
            text.network, train, work, budget_for(settings, pictures), device=settings.device,
            seed=settings.seed, resume=settings.resume,
        )  # fmt: skip
        kept(
            DCGAN, dcgan_sampler(drawer, text.network, settings.device),
            steps=journal.step, pictures=journal.step * BATCH * count(),
            minutes=round(journal.seconds / 60, 1),
        )  # fmt: skip
    kept(PARENT, parent, settings.parent_limit, steps=PARENT_STEPS)


def budget_for(settings: Settings, pictures: int) -> Budget:
    """How long the DCGAN trains: until it has seen ``pictures``, unless minutes or steps are set."""
    if settings.steps is None and not settings.baselines_minutes:
        return Budget(steps=math.ceil(pictures / (BATCH * count())))
    return settings.budget("baselines")


def record(
    folder: Path, name: str, sampler: Sampler, jury: Jury, text: TextEncoder, exam: Exam, *,
    limit: int = MANY, train: torch.Tensor | None = None, about: dict[str, Any] | None = None,
) -> Marks:  # fmt: skip
    """Examine a baseline on the ``test`` split's ``exam`` and keep its marks in the version's folder.

    ``train`` uint8 ``[N, 3, 128, 128]`` are the packs' training pictures (for ``near_copies``);
    ``about`` is kept beside the marks (pictures it was trained for, steps, minutes).
    """
    exam = exam.first(limit)
    work = examine(sampler, jury, exam, whole=name != PARENT)
    marks = mark(work, real_work(jury, exam), jury, text, exam)
    if train is not None:
        packs = [i for i in range(len(exam)) if not exam.scene(i)]
        if packs:
            marks["near_copies"] = round(copies(work.pictures[packs], exam.real[packs], train), 4)
    _keep(folder, name, {"limit": limit, "marks": marks, **(about or {})})
    return marks


def _keep(folder: Path, name: str, told: dict[str, Any]) -> None:
    kept = load(folder) | {name: told}
    (folder / FILE).write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def load(folder: Path) -> dict[str, Any]:
    """What was recorded beside a version; nothing for a version without."""
    path = folder / FILE
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def parent_sampler(
    parent: Generator, decoder: Decoder, scale: Scale, text: PromptEncoder, device: str = "cpu",
    steps: int = PARENT_STEPS, guidance: float = GUIDANCE,
) -> Sampler:  # fmt: skip
    """The flow-trained parent in ``steps`` guided steps."""
    nothing = read(text, [""], device)

    @torch.inference_mode()
    def draw(captions: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        words = read(text, captions, device)
        latent = sample(parent, noise_like(seeds).to(device), words, nothing, steps, guidance)
        picture = decoder.eval()(scale.from_unit(latent.float()))
        levels = ((picture.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        pixels: NDArray[np.uint8] = levels.permute(0, 2, 3, 1).cpu().numpy()
        return pixels

    return draw


def nearest_sampler(train: Pictures, text: PromptEncoder) -> Sampler:
    """The training picture that has the caption nearest to what is asked; with another seed the next one."""
    captions = sorted({caption for row in train.rows for caption in all_captions(row)})
    place = {caption: i for i, caption in enumerate(captions)}
    owners: list[list[int]] = [[] for _ in captions]
    for number, row in enumerate(train.rows):
        for caption in all_captions(row):
            owners[place[caption]].append(number)
    vectors = embed(text, captions)

    def draw(asked: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        best = (embed(text, asked) @ vectors.T).argmax(1).tolist()
        chosen = [owners[b][seed % len(owners[b])] for b, seed in zip(best, seeds, strict=True)]
        pixels: NDArray[np.uint8] = np.asarray(train.pixels[chosen]).transpose(0, 2, 3, 1)
        return pixels

    return draw
