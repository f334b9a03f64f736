"""A request becomes pictures: words to vectors, noise to a latent in one pass, latent to PNG."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import BadInput, PersonError, WeightsError
from atelier.languages import language_of, say
from atelier.provenance import fields
from atelier.requests import PaintRequest, Palette, Steer
from atelier.safety import words_for_model
from atelier.versions import Model, Version, open_version, shipped_folder
from atelier.works import Artefact, Made, PictureResult
from models.crew import Crew
from models.painter.contradictions import check_colours, settle
from models.painter.copies import Copies
from models.painter.draw import Brush, Drawn, Sketch
from models.painter.enlarge import enlarged
from models.painter.grading import stated
from models.painter.latents import Scale
from models.painter.lexicon import legible
from models.painter.network import LATENT, Decoder, Generator, Shape
from models.painter.rank import PART, Ranker
from models.painter.sight import Taste
from models.painter.steer import number_of, recipe, words_of
from models.painter.understand import Understanding, joined
from models.text.encoder import FILE as TEXT_FILE
from models.text.encoder import TextEncoder
from models.text.network import Encoded
from models.text.tokens import words

FILE, CONCEPTS = "painter.safetensors", "concepts.json"
CANDIDATES = 1  # drawn for each picture, where something can tell which is best; that one is posted

T = TypeVar("T")


class Read(NamedTuple):
    """A request as it was read."""

    words: Encoded
    understood: str


class File(NamedTuple):
    """A picture's PNG, and its size in pixels."""

    artefact: Artefact
    width: int
    height: int


@dataclass(slots=True)
class Painter:
    """The one-pass generator with everything it needs to answer a :class:`PaintRequest`."""

    model: ClassVar[Model] = "painter"
    version: str
    text: TextEncoder
    brush: Brush
    understanding: Understanding
    folder: Path
    device: str = "cpu"

    @classmethod
    def load(cls, folder: Path | None = None, device: str = "cpu", candidates: int = CANDIDATES) -> Self:
        """The version in ``folder``, by default the one that ships.

        Raises :class:`WeightsError` for files that are missing, damaged, of another shape, or
        made for another prompt encoder.
        """
        version = open_version(folder or shipped_folder("painter"), model="painter")
        text = _text_of(version, device)
        try:
            brush = _brush_of(version, device, candidates)
            understanding = Understanding(json.loads(version.file(CONCEPTS).read_text("utf-8")), text)
        except (RuntimeError, SafetensorError, KeyError, TypeError, ValueError, OSError):
            raise WeightsError("weights-damaged", model="painter", path=str(version.file(FILE))) from None
        return cls(version.name, text, brush, understanding, version.folder, device)

    def generate(
        self, requests: Sequence[PaintRequest], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """One :class:`Made` for each request, in order; a :class:`PersonError` in the place of a bad one.

        Picture ``k`` of a request is the best of the noises that ``seed + k`` gives. Raises
        :class:`Cancelled` once ``stopped()`` is true.
        """
        answers: list[Made | PersonError | None] = [self._refusal(request) for request in requests]
        fine = [i for i, refusal in enumerate(answers) if refusal is None]
        read = dict(
            zip(fine, self._each([partial(self._read, requests[i]) for i in fine], stopped), strict=True)
        )
        jobs = [(i, k) for i in fine for k in range(requests[i].count)]
        sketches = [_sketch(requests[i], k, read[i].words) for i, k in jobs]
        drawn: dict[tuple[int, int], Drawn] = {}
        files: dict[tuple[int, int], Callable[[], File]] = {}

        def keep(number: int, picture: Drawn) -> None:
            """Its file is written while others are still drawn."""
            i, k = jobs[number]
            drawn[i, k] = picture
            try:
                pixels = self._sized(requests[i], picture)
            except PersonError as fault:  # no upscaler, say
                answers[i] = fault
            else:
                files[i, k] = self._start(partial(self._file, requests[i], k, picture, pixels))

        self.brush.draw(sketches, stopped, keep)
        for i in fine:
            if answers[i] is None:
                its = [(i, k) for k in range(requests[i].count)]
                answers[i] = self._made(
                    requests[i],
                    read[i].understood,
                    [drawn[one] for one in its],
                    [files[one]() for one in its],
                )
        return cast("list[Made | PersonError]", answers)

    def paint(self, captions: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        """Captions and seeds to pixels, uint8 ``[B, 128, 128, 3]``: as :meth:`generate` draws them."""
        tasks = [partial(self.sketches, [said], [seed]) for said, seed in zip(captions, seeds, strict=True)]
        sketches = [sketch for one in self._each(tasks, lambda: False) for sketch in one]
        return np.stack([drawn.pixels for drawn in self.brush.draw(sketches)])

    def sketches(self, captions: Sequence[str], seeds: Sequence[int]) -> list[Sketch]:
        """What :meth:`paint` draws."""
        return [
            Sketch(
                self.text.encode([said]),
                lambda attempt, seed=seed: ((number_of(seed, attempt), 1.0),),  # type: ignore[misc]
                palettes=stated(said),
            )
            for said, seed in zip(captions, seeds, strict=True)
        ]

    @property
    def generator(self) -> Generator:
        """The network that draws latents."""
        return self.brush.generator

    @property
    def decoder(self) -> Decoder:
        """The network that makes pictures of them."""
        return self.brush.decoder

    @property
    def scale(self) -> Scale:
        """What the latents are scaled by between the two."""
        return self.brush.scale

    def _refusal(self, request: PaintRequest) -> PersonError | None:
        """What is wrong with a request, if anything."""
        lang, said, steer = language_of(request.prompt), words_for_model(request.prompt), request.steer
        if not words(said):
            return BadInput("painter-no-words")
        if not legible(said):
            return BadInput("painter-no-known-words")
        if steer and steer.noise and not steer.vary and steer.version not in (None, self.version):
            return BadInput("painter-not-again", version=str(steer.version), now=self.version)
        try:
            check_colours(said, request.palette, lang)
        except BadInput as fault:
            return fault
        return None

    def _each(self, tasks: Sequence[Callable[[], T]], stopped: Callable[[], bool]) -> list[T]:
        """What each task gives: on a CPU each core does tasks of its own, as it draws pictures of its own."""
        if self.brush.crew:
            return list(self.brush.crew.run(tasks, stopped))
        return [task() for task in tasks]

    def _start(self, task: Callable[[], T]) -> Callable[[], T]:
        """Begin a task beside what else is done, where a crew can; what it gives is asked for later."""
        if self.brush.crew:
            return self.brush.crew.start(task).result
        result = task()
        return lambda: result

    def _read(self, request: PaintRequest) -> Read:
        return Read(words_of(self.text, request), self._understood(request))

    def _sized(self, request: PaintRequest, picture: Drawn) -> NDArray[np.uint8]:
        """The picture at the size that was asked for. Raises :class:`PersonError` without an upscaler."""
        if request.steer and request.steer.upscale:
            return enlarged([picture.pixels], request.steer.upscale, self.device)[0]
        return picture.pixels

    def _file(self, request: PaintRequest, number: int, picture: Drawn, pixels: NDArray[np.uint8]) -> File:
        lang = language_of(request.prompt)
        info = PngInfo()
        told = {**fields(self.model, self.version, request, lang), "Noise": json.dumps(picture.noise)}
        for key, value in told.items():
            info.add_itxt(key, value, lang=lang)
        data = io.BytesIO()
        image = Image.fromarray(pixels)
        image.save(data, "PNG", pnginfo=info)
        return File(Artefact(f"picture-{number + 1}.png", "image/png", data.getvalue()), *image.size)

    def _made(
        self, request: PaintRequest, understood: str, drawn: Sequence[Drawn], files: Sequence[File]
    ) -> Made:
        result = PictureResult(
            seed=request.seed or 0,
            version=self.version,
            file=files[0].artefact.name,
            files=[file.artefact.name for file in files],
            width=files[0].width,
            height=files[0].height,
            understood=understood,
            noise=[picture.noise for picture in drawn],
        )
        return Made(result, tuple(file.artefact for file in files))

    def _understood(self, request: PaintRequest) -> str:
        """What was found in the words, what was left out, and what else a person should know."""
        lang, steer = language_of(request.prompt), request.steer or Steer()
        settled = settle(words_for_model(request.prompt), lang)
        vector = self.text.encode([settled.prompt]).sentence[0]
        options = {"style": request.style, "palette": request.palette, "mood": request.mood}
        chosen = [say(f"choice-{option}-{name}", lang) for option, name in options.items() if name]
        told = [self.understanding.sentence(settled.prompt, vector, lang, chosen), *settled.notes]
        if steer.mix:
            others = ("、" if lang == "zh" else "; ").join(words.prompt for words in steer.mix)
            told.append(say("painter-mixed-with", lang, words=others))
        if steer.noise and steer.version not in (None, self.version):
            told.append(say("painter-other-version", lang, version=str(steer.version)))
        return joined(told, lang)


def _sketch(request: PaintRequest, number: int, told: Encoded) -> Sketch:
    steer = request.steer or Steer()
    return Sketch(
        told,
        lambda attempt: recipe(request, number, attempt),
        steer.wild,
        _palettes(request),
        fixed=steer.noise is not None and steer.vary is None,
    )


def _palettes(request: PaintRequest) -> tuple[Palette, ...]:
    """What the picture is held to: not a mood's, which are words for the network alone."""
    asked = (request.palette,) if request.palette else ()
    return tuple(dict.fromkeys((*asked, *stated(words_for_model(request.prompt)))))


def _brush_of(version: Version, device: str, candidates: int) -> Brush:
    """The networks of a version; what is wrong with its files is raised as it comes."""
    shape = Shape.from_dict(version.card["shape"])
    tensors = {key: value.float() for key, value in load_file(version.file(FILE)).items()}
    generator, decoder, ranker = Generator(shape), Decoder(shape), Ranker()
    ranks = any(key.startswith(PART) for key in tensors)
    parts = {"generator.": generator, "decoder.": decoder, **({PART: ranker} if ranks else {})}
    for part, network in parts.items():
        network.load_state_dict({k.removeprefix(part): v for k, v in tensors.items() if k.startswith(part)})
        network.eval().requires_grad_(False).to(device)
    scale = Scale(*(tensors[f"scale.{k}"].view(1, LATENT, 1, 1).to(device) for k in ("mean", "deviation")))
    copies = Copies.load(version.folder)
    crew, judge = Crew() if device == "cpu" else None, ranker if ranks else None
    taste = Taste.load(version.folder, judge, device)
    several = max(1, candidates) if ranks or taste else 1
    return Brush(generator, decoder, scale, judge, copies, several, device, crew, taste)


def _text_of(version: Version, device: str) -> TextEncoder:
    """The prompt encoder that a painter was trained with: its own, else the one that ships."""
    if TEXT_FILE in version.card["files"]:
        return TextEncoder.from_file(version.file(TEXT_FILE), version.name, device)
    text = TextEncoder.load(device=device)
    if text.sha256 != version.card.get("text", {}).get("sha256"):
        raise WeightsError("painter-other-text", path=str(version.folder))
    return text
