"""A request becomes pictures: words to vectors, noise to a latent in one pass, latent to PNG."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import BadInput, Cancelled, PersonError, WeightsError
from atelier.languages import language_of
from atelier.provenance import fields
from atelier.requests import MAX_SEED, PaintRequest
from atelier.safety import words_for_model
from atelier.versions import Model, Version, open_version, shipped_folder
from atelier.works import Artefact, Made, PictureResult
from models.painter.data import SIZE
from models.painter.latents import Scale, noise_like
from models.painter.network import LATENT, Decoder, Generator, Shape
from models.painter.understand import Understanding
from models.painter.wording import caption
from models.text.encoder import FILE as TEXT_FILE
from models.text.encoder import TextEncoder
from models.text.tokens import MAX_WORDS, words

FILE, CONCEPTS = "painter.safetensors", "concepts.json"
BATCH = 16  # pictures in one pass of a GPU


@dataclass(slots=True)
class Painter:
    """The one-pass generator with everything it needs to answer a :class:`PaintRequest`."""

    model: ClassVar[Model] = "painter"
    version: str
    text: TextEncoder
    generator: Generator
    decoder: Decoder
    scale: Scale
    understanding: Understanding
    folder: Path
    device: str = "cpu"

    @classmethod
    def load(cls, folder: Path | None = None, device: str = "cpu") -> Self:
        """The version in ``folder``, by default the one that ships.

        Raises :class:`WeightsError` for files that are missing, damaged, of another shape, or
        made for another prompt encoder.
        """
        version = open_version(folder or shipped_folder("painter"), model="painter")
        text = _text_of(version, device)
        try:
            shape = Shape.from_dict(version.card["shape"])
            tensors = {key: value.float() for key, value in load_file(version.file(FILE)).items()}
            generator, decoder = Generator(shape), Decoder(shape)
            for part, network in (("generator.", generator), ("decoder.", decoder)):
                network.load_state_dict(
                    {k.removeprefix(part): v for k, v in tensors.items() if k.startswith(part)}
                )
                network.eval().requires_grad_(False).to(device)
            scale = Scale(
                *(tensors[f"scale.{k}"].view(1, LATENT, 1, 1).to(device) for k in ("mean", "deviation"))
            )
            understanding = Understanding(json.loads(version.file(CONCEPTS).read_text("utf-8")), text)
        except (RuntimeError, SafetensorError, KeyError, TypeError, ValueError, OSError):
            raise WeightsError("weights-damaged", model="painter", path=str(version.file(FILE))) from None
        return cls(version.name, text, generator, decoder, scale, understanding, version.folder, device)

    def generate(
        self, requests: Sequence[PaintRequest], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """One :class:`Made` for each request, in order; a :class:`BadInput` in the place of a bad one.

        Picture ``k`` of a request is drawn from the noise of ``seed + k``. Raises
        :class:`Cancelled` once ``stopped()`` is true.
        """
        fine = [i for i, request in enumerate(requests) if words(words_for_model(request.prompt))]
        pictures = self._draw([requests[i] for i in fine], stopped)
        answers: list[Made | PersonError] = [BadInput("painter-no-words") for _ in requests]
        for i, drawn in zip(fine, pictures, strict=True):
            answers[i] = self._made(requests[i], drawn)
        return answers

    def _draw(self, requests: Sequence[PaintRequest], stopped: Callable[[], bool]) -> list[list[Image.Image]]:
        """The pictures of each request."""
        jobs = [(i, k) for i, request in enumerate(requests) for k in range(request.count)]
        captions = [caption(request) for request in requests]
        drawn: list[list[Image.Image]] = [[] for _ in requests]
        for start in range(0, len(jobs), self.together):
            if stopped():
                raise Cancelled
            chosen = jobs[start : start + self.together]
            seeds = [(_seed(requests[i]) + k) % (MAX_SEED + 1) for i, k in chosen]
            pixels = self.paint([captions[i] for i, _ in chosen], seeds)
            for (i, _), picture in zip(chosen, pixels, strict=True):
                drawn[i].append(Image.fromarray(picture))
        return drawn

    @property
    def together(self) -> int:
        """Pictures in one pass: always the same number on a device.

        Sums are rounded differently in batches of different size, by up to one step of a colour
        in some pixels. A pass of fixed size gives the same bytes in any company: one picture on
        a CPU, which gains little from more; on a GPU a full batch, padded.
        """
        return 1 if self.device == "cpu" else BATCH

    @torch.inference_mode()
    def paint(self, captions: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        """Captions and noise seeds to pixels, uint8 ``[B, 128, 128, 3]``; B is at most ``together``."""
        spare = self.together - len(seeds)
        encoded = self.text.encode([*captions, *[""] * spare], None if self.together == 1 else MAX_WORDS)
        noise = noise_like([*seeds, *[0] * spare]).to(self.device)
        picture = self.decoder(self.scale.from_unit(self.generator.paint(noise, encoded)))
        levels = ((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        pixels: NDArray[np.uint8] = levels[: len(seeds)].permute(0, 2, 3, 1).cpu().numpy()
        return pixels

    def _made(self, request: PaintRequest, drawn: Sequence[Image.Image]) -> Made:
        lang = language_of(request.prompt)
        said = words_for_model(request.prompt)
        info = PngInfo()
        for key, value in fields(self.model, self.version, request, lang).items():
            info.add_itxt(key, value, lang=lang)
        artefacts = []
        for number, picture in enumerate(drawn, 1):
            data = io.BytesIO()
            picture.save(data, "PNG", pnginfo=info)
            artefacts.append(Artefact(f"picture-{number}.png", "image/png", data.getvalue()))
        result = PictureResult(
            seed=_seed(request),
            version=self.version,
            file=artefacts[0].name,
            files=[artefact.name for artefact in artefacts],
            width=SIZE,
            height=SIZE,
            understood=self.understanding.sentence(said, self.text.encode([said]).sentence[0], lang),
        )
        return Made(result, tuple(artefacts))


def _seed(request: PaintRequest) -> int:
    """A request's seed; 0 where a caller gave none (the studio always gives one)."""
    return request.seed or 0


def _text_of(version: Version, device: str) -> TextEncoder:
    """The prompt encoder that a painter was trained with: its own, else the one that ships."""
    if TEXT_FILE in version.card["files"]:
        return TextEncoder.from_file(version.file(TEXT_FILE), version.name, device)
    text = TextEncoder.load(device=device)
    if text.sha256 != version.card.get("text", {}).get("sha256"):
        raise WeightsError("painter-other-text", path=str(version.folder))
    return text
