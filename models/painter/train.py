"""Training the painter, stage by stage; each is resumable and can be run alone (``stages``).

::

    text (prompt encoder) → autoencoder → sharpen (decoder) → search (only when asked for)
    → judge → flow (the parent) → reader → bank → gan → ranker → baselines → export
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from atelier.errors import BadInput
from atelier.versions import Version, write_card
from models import ranks, tracking
from models.painter import copies
from models.painter.autoencoder import Coder, psnr, sharpen, train_coder
from models.painter.bank import fill_bank
from models.painter.baselines import parent_sampler, record_all
from models.painter.coupling import Coupling, find_coupling
from models.painter.data import Pictures, all_captions, load_split
from models.painter.flow import train_flow
from models.painter.gan import train_gan
from models.painter.going_on import FILE as PAINTER
from models.painter.going_on import card_of, has_part, part_of
from models.painter.judge import Jury
from models.painter.judge_training import train_judge
from models.painter.latents import Latents, Scale, encode
from models.painter.network import Generator, Shape
from models.painter.packs import credit
from models.painter.rank import Ranker, train_ranker
from models.painter.reader import train_reader
from models.painter.search import search
from models.painter.settings import STAGES, Settings
from models.painter.sheets import Sheets
from models.painter.stage import Journal
from models.painter.understand import concepts_of
from models.strength import between
from models.text import train as text_training
from models.text.encoder import FILE as TEXT_FILE
from models.text.encoder import TextEncoder
from models.text.network import PromptEncoder

NEEDING_CODES = ("search", "flow", "gan")
# How much of a batch each stage takes, a step.
OF_A_BATCH = {
    "autoencoder": 0.5, "sharpen": 0.125, "judge": 2, "flow": 1, "reader": 3, "bank": 0.25, "gan": 0.5,
    "ranker": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """What a training made and a version carries."""

    generator: Generator
    coder: Coder
    scale: Scale
    ranker: Ranker
    jury: Jury


def train(settings: Settings) -> Version | None:
    """Run the stages asked for; returns the version that ``export`` (or ``text``, alone) wrote.

    Raises :class:`BadInput` for a setting, pack or checkpoint that does not fit,
    :class:`Unavailable` where the prompt encoder's teacher is needed and not installed.
    """
    unknown = set(settings.stages.split(",")) - set(STAGES)
    if unknown:
        raise BadInput("painter-bad-setting", name="stages", value=", ".join(sorted(unknown)))
    work, shape = settings.work_folder, settings.shape()
    ranks.join(settings.device)
    if ranks.rank() == 0:
        tracking.start(settings.tracker, "painter", work, asdict(settings))
    if settings.runs("text"):
        version = _train_text(settings)
        if settings.stages == "text":
            return version
        settings = replace(settings, text=version.folder)
    learnt, held = ranks.in_turn(
        lambda: [load_split(settings.data, s, settings.scenes, work / "cache") for s in ("train", "val")]
    )
    if not len(learnt):
        raise BadInput("painter-no-rows", path=str(settings.data))
    held = held if len(held) else learnt
    journals = {stage: Journal() for stage in OF_A_BATCH}
    coder, journals["autoencoder"] = train_coder(settings, shape, learnt, held, work)
    coder, journals["sharpen"] = sharpen(settings, coder, learnt, held, work)
    if not settings.goes_on_after("sharpen"):
        return None
    text = TextEncoder.load(settings.text, settings.device).network
    ours, theirs = ranks.in_turn(lambda: _latents(settings, coder, learnt, held, work))
    coupling = _coupling(settings, text, ours, work) if any(map(settings.runs, NEEDING_CODES)) else None
    if settings.runs("search"):
        settings = search(settings, text, coupling, ours, theirs, work)
    jury, journals["judge"] = train_judge(settings, text, learnt, held, work)
    if not settings.goes_on_after("judge"):
        return None
    sheets = Sheets(
        work / "sheets", coder.decoder, ours.scale, text, _shown(held, settings.val_pictures), settings.device
    )
    parent, journals["flow"] = train_flow(settings, shape, text, coupling, ours, theirs, work, sheets.parent)
    if not settings.goes_on_after("flow"):
        return None
    reader, labels, journals["reader"] = train_reader(settings, text, ours, theirs, work)
    lesson = (reader, labels) if journals["reader"].step and settings.reading else None
    bank = None
    if settings.following:
        bank, journals["bank"] = fill_bank(settings, parent, text, ours, work)
    generator, journals["gan"] = train_gan(
        settings, shape, parent, coder.decoder, coupling, bank, lesson, text, ours, theirs, work, sheets.child
    )
    generator = _averaged(settings, generator)
    ranker, journals["ranker"] = train_ranker(settings, text, ours, theirs, work)
    if settings.start and not journals["ranker"].step and has_part(settings.start, "ranker"):
        ranker.load_state_dict(part_of(settings.start, "ranker"))
    if settings.runs("baselines"):
        heard = settings.parent_text and TextEncoder.load(settings.parent_text, settings.device).network
        drawn = parent_sampler(parent, coder.decoder, ours.scale, heard or text, settings.device)
        encoder = TextEncoder.load(settings.text, settings.device)
        seen = sum(_pictures(settings, stage, journals[stage]) for stage in ("flow", "gan"))
        record_all(settings, learnt, drawn, jury, encoder, work, seen)
    if not settings.runs("export") or ranks.rank() > 0:
        return None
    parts = Parts(generator, coder, ours.scale, ranker, jury)
    return export(settings, shape, parts, held, learnt, journals)


def _pictures(settings: Settings, stage: str, journal: Journal) -> int:
    """How many pictures a stage has seen, each as often as it was drawn."""
    return int(journal.step * settings.batch * OF_A_BATCH[stage] * ranks.count())


def _averaged(settings: Settings, generator: Generator) -> Generator:
    """Some of the way back to the generator of ``start``, in weights (``kept``).

    The GAN obeys words better the longer it trains, and its pictures of one prompt grow alike; between the
    two networks lie some that have most of either (Wortsman et al. 2022, :mod:`models.strength`).
    """
    if not (settings.start and settings.kept):
        return generator
    before = copy.deepcopy(generator)
    before.load_state_dict(part_of(settings.start, "generator"), strict=False)
    return between(before, generator, 1 - settings.kept)


def export(
    settings: Settings, shape: Shape, made: Parts, held: Pictures, pictures: Pictures,
    journals: dict[str, Journal],
) -> Version:  # fmt: skip
    """Write the version: float16 weights, what it knows by name, the copy filter, the judge, the card.

    Parts that were not trained (no ``ranker``, no ``judge`` among the stages) are left out.
    """
    settings.out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, nn.Module] = {"generator": made.generator, "decoder": made.coder.decoder}
    if journals["ranker"].step or (settings.start and has_part(settings.start, "ranker")):
        parts["ranker"] = made.ranker
    tensors = {
        f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()
    }
    tensors |= {"scale.mean": made.scale.mean, "scale.deviation": made.scale.deviation}
    save_file(
        {key: value.half().cpu().contiguous() for key, value in tensors.items()},
        settings.out / "painter.safetensors",
    )
    concepts = json.dumps(concepts_of(pictures.rows), ensure_ascii=False, separators=(",", ":"))
    (settings.out / "concepts.json").write_text(concepts + "\n", "utf-8")
    if journals["judge"].step or settings.start:
        made.jury.save(settings.out)
    if known := copies.build(pictures, held):
        known.save(settings.out)
    text = TextEncoder.load(settings.text)
    if settings.text:  # not the one that ships: the version brings its own
        shutil.copyfile(settings.text / TEXT_FILE, settings.out / TEXT_FILE)
    return write_card(
        settings.out,
        {
            "model": "painter",
            "version": settings.out.name,
            "parameters": {name: sum(p.numel() for p in part.parameters()) for name, part in parts.items()},
            "shape": shape.as_dict(),
            "text": {"version": text.version, "sha256": text.sha256},
            **({"start": _origin(settings.start)} if settings.start else {}),
            "data": credit(pictures.rows),
            "command": _command(settings, [name for name, journal in journals.items() if journal.step]),
            "trained": {
                name: {
                    "steps": journal.step,
                    "pictures": _pictures(settings, name, journal),
                    "minutes": round(journal.seconds / 60, 1), "val": round(journal.best, 5),
                }
                for name, journal in journals.items()
                if journal.step
            } | {"hardware": settings.hardware},
            "autoencoder_psnr_val": round(psnr(made.coder, held, settings.device), 2),
            "figures": [],
        },
    )  # fmt: skip


def _shown(held: Pictures, limit: int) -> list[str]:
    """Captions for the sample sheets, spread over the validation pictures."""
    many = min(32, limit, len(held))
    rows = [held.rows[i * len(held) // many] for i in range(many)]
    return [all_captions(row)[i % 2 * (len(all_captions(row)) - 1)] for i, row in enumerate(rows)]


def _origin(folder: Path) -> dict[str, str]:
    """Which version a training went on from."""
    card = card_of(folder)
    return {"version": card["version"], "sha256": card["files"][PAINTER], "command": card["command"]}


def _command(settings: Settings, trained: Sequence[str]) -> str:
    """The command line that trains this version again, given the same packs.

    Stages are run in several calls, so they are not told: unless the others' parts are the start's own.
    """
    default = asdict(Settings(Path(), Path()))
    skipped = {"data", "out", "work", "text", "device", "resume", "stages", "hardware", "tracker"}
    changed = {k: v for k, v in asdict(settings).items() if k not in skipped and v != default[k]}
    for key in ("start", "parent_text"):  # a path of this machine: the name says which version
        if key in changed:
            changed[key] = changed[key].name
    if settings.start:
        changed["stages"] = ",".join((*trained, "export"))
    said = "".join(f" --set {key}={value}" for key, value in changed.items())
    data = "" if settings.data is None else " --data DIR"
    return f"atelier train painter{data} --out DIR{said}"


def _latents(
    settings: Settings, coder: Coder, train_set: Pictures, val_set: Pictures, work: Path
) -> tuple[Latents, Latents]:
    """Both splits encoded, the training one's latents kept in the work folder."""
    weights, kept = settings.pack_weights(), work / "latents"
    if not any(weights.get(row.pack, 1.0) for row in train_set.rows):
        raise BadInput("painter-bad-setting", name="weights", value=settings.weights)
    # A generator that goes on expects the scale that it was trained with.
    scale = Scale(**part_of(settings.start, "scale")) if settings.start else None
    encoded = encode(coder.encoder, train_set, weights, scale, settings.device, kept / "train")
    seen = weights if any(weights.get(row.pack, 1.0) for row in val_set.rows) else {}
    held = encode(coder.encoder, val_set, seen, encoded.scale, settings.device, kept / "val")
    return encoded, held


def _coupling(settings: Settings, text: PromptEncoder, learnt: Latents, work: Path) -> Coupling | None:
    if not settings.axes:
        return None
    find = partial(find_coupling, learnt, text, settings.axes, settings.caption_dropout, settings.seed, work)
    return ranks.in_turn(find)


def _train_text(settings: Settings) -> Version:
    """A prompt encoder of one's own, beside the version (``<out>-text``), or at ``text`` if named."""
    if settings.data is None:
        raise BadInput("painter-text-needs-data")
    out = settings.text or settings.out.with_name(f"{settings.out.name}-text")
    budget = settings.budget("text")
    return text_training.train(
        text_training.Settings(
            settings.data, out, settings.work_folder, budget.minutes, budget.steps,
            seed=settings.seed, resume=settings.resume,
        )
    )  # fmt: skip
