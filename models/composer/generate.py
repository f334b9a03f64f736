"""From a request to a tune with its four faces: the one class that a worker needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from safetensors import SafetensorError
from safetensors.torch import load_file

from atelier.errors import BadInput, Cancelled, PersonError, WeightsError
from atelier.provenance import fields
from atelier.requests import MelodyRequest
from atelier.versions import Model, open_version, shipped_folder
from atelier.works import Made, MelodyResult
from models.composer.compose import Draft, Tune, compose
from models.composer.faces import NAMES, faces
from models.composer.gait import Gait
from models.composer.leading import begun, led
from models.composer.leaning import Leaning
from models.composer.network import MelodyVAE, Shape
from models.composer.originality import Known
from models.composer.prior import LatentPrior
from models.composer.reading import Reader
from models.composer.reward import liking
from models.composer.wishes import chance, wishes
from models.crew import Crew
from models.reward import Head

WEIGHTS = "composer.safetensors"
TRIES = 3  # more, for a tune that says a training tune over again


class Composer:
    """A loaded version. ``harmony``, ``soundfont`` and ``candidates`` are the studio's, not a request's.

    ``reader``: the prompt encoder, for words that say a mood and are in no table.
    """

    model: ClassVar[Model] = "composer"

    def __init__(
        self,
        vae: MelodyVAE,
        prior: LatentPrior,
        version: str,
        *,
        card: dict[str, Any],
        folder: Path,
        device: str = "cpu",
        harmony: bool = True,
        soundfont: Path | None = None,
        candidates: int = 1,
        reader: Reader | None = None,
    ) -> None:
        # Drawn in float64 on the CPU wherever the rest runs: see compose.py on determinism.
        self.vae = vae.double().eval()
        self.prior = prior.double().eval()
        self.version, self.card, self.device, self.folder = version, card, device, folder
        self.harmony, self.soundfont, self.reader = harmony, soundfont, reader
        self.gait, self.known = Gait.load(folder), Known.load(folder)
        self.leaning, self.head = Leaning.load(folder), Head.load(folder)
        self.candidates = candidates if self.head else 1
        self.crew = Crew()

    @classmethod
    def load(
        cls,
        folder: Path | None = None,
        device: str = "cpu",
        *,
        harmony: bool = True,
        soundfont: Path | None = None,
        candidates: int = 1,
    ) -> Self:
        """The version in ``folder``, or the shipped one. ``soundfont``: an SF2 file to play on.

        ``candidates``: tunes composed for each that is put out, where votes have taught which is liked.
        Raises :class:`WeightsError` where the version is missing, damaged or does not fit.
        """
        home = folder or shipped_folder(cls.model)
        version = open_version(home, model=cls.model)
        path = version.file(WEIGHTS)
        try:
            shape = Shape(**version.card["shape"])
            tensors = load_file(path)
            vae, prior = MelodyVAE(shape), LatentPrior(shape)
            for name, module in (("vae.", vae), ("prior.", prior)):
                own = {
                    key.removeprefix(name): t.float() for key, t in tensors.items() if key.startswith(name)
                }
                module.load_state_dict(own)
        except FileNotFoundError:
            raise WeightsError("weights-missing", model=cls.model, path=str(path)) from None
        except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError):
            raise WeightsError("weights-damaged", model=cls.model, path=str(path)) from None
        return cls(
            vae,
            prior,
            version.name,
            card=version.card,
            folder=home,
            device=device,
            harmony=harmony,
            soundfont=soundfont,
            candidates=candidates,
            reader=Reader.load(),
        )

    def compose(
        self, requests: Sequence[MelodyRequest], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Tune | PersonError]:
        """The notes alone: a tune, or why there is none, for each request in order."""
        rounds = [self._composed(requests, attempt, stopped) for attempt in range(self.candidates)]
        return [self._best(tried) for tried in zip(*rounds, strict=True)]

    def _best(self, tried: Sequence[Tune | PersonError]) -> Tune | PersonError:
        """The one of a request's tunes that people like best, by what their votes have taught."""
        tunes = [tune for tune in tried if isinstance(tune, Tune)]
        if self.head is None or len(tunes) < 2:
            return tunes[0] if tunes else tried[0]
        return tunes[int(liking(self.head, self.vae, tunes).argmax())]

    def _composed(
        self, requests: Sequence[MelodyRequest], attempt: int, stopped: Callable[[], bool]
    ) -> list[Tune | PersonError]:
        drafts: list[Draft | Tune | PersonError] = []
        for request in requests:
            rng = chance(request, attempt)
            try:
                wished = wishes(request, rng, self.leaning, self.reader)
            except BadInput as refusal:
                drafts.append(refusal)
                continue
            if stopped():
                raise Cancelled
            if request.steer is None:
                drafts.append(Draft(wished, rng))
            elif request.steer.way == "continue":
                drafts.append(begun(self.vae, wished, rng, request.steer.tune))
            else:
                drafts.append(led(self.vae, self.prior, wished, rng, request.steer))
        ready = [draft for draft in drafts if isinstance(draft, Draft)]
        tunes = iter(self._original(ready, stopped))
        return [next(tunes) if isinstance(draft, Draft) else draft for draft in drafts]

    def _original(self, drafts: Sequence[Draft], stopped: Callable[[], bool]) -> list[Tune]:
        """A tune for each draft. One that says a training tune over again is composed again, a few times."""
        made = self.composed(drafts, stopped)
        copied = [self._copied(draft, tune) for draft, tune in zip(drafts, made, strict=True)]
        for _ in range(TRIES):
            again = [at for at, runs in enumerate(copied) if runs]
            if not again:
                break
            anew = [drafts[at].anew() for at in again]
            for at, tune in zip(again, self.composed(anew, stopped), strict=True):
                runs = self._copied(drafts[at], tune)
                if runs < copied[at]:
                    made[at], copied[at] = tune, runs
        return made

    def composed(self, drafts: Sequence[Draft], stopped: Callable[[], bool] = lambda: False) -> list[Tune]:
        """A tune for each draft, whatever training tune it may be like. Raises :class:`Cancelled`."""
        return compose(self.vae, self.prior, drafts, stopped, self.gait, self.crew)

    def _copied(self, draft: Draft, tune: Tune) -> int:
        """How many runs of ``tune`` a training tune has; what its person gave does not count."""
        given = sum(phrase.given for phrase in draft.plan.phrases) * draft.wished.steps_a_bar
        return self.known.copied(tune.notes, given)

    def generate(
        self, requests: Sequence[MelodyRequest], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        """A melody with its four faces for each request, in order; a refusal stands in its own place.

        Raises :class:`Cancelled` as soon as ``stopped`` says so.
        """
        seeded = [request.seeded() for request in requests]
        made: list[Made | PersonError] = []
        for request, tune in zip(seeded, self.compose(seeded, stopped=stopped), strict=True):
            if isinstance(tune, PersonError):
                made.append(tune)
                continue
            if stopped():
                raise Cancelled
            try:
                made.append(self.finished(request, tune))
            except PersonError as refusal:
                made.append(refusal)
        return made

    def finished(self, request: MelodyRequest, tune: Tune) -> Made:
        """The result and artefacts of one tune."""
        inside = fields(self.model, self.version, request, tune.wished.lang)
        artefacts = faces(tune, inside, harmony=self.harmony, soundfont=self.soundfont)
        return Made(self.result_of(request, tune), artefacts)

    def result_of(self, request: MelodyRequest, tune: Tune) -> MelodyResult:
        """What is said of one tune."""
        wished = tune.wished
        return MelodyResult(
            seed=request.seed or 0,
            version=self.version,
            title=wished.title,
            files=dict(NAMES),
            key=wished.key,
            mode=wished.mode,
            meter=wished.meter,
            tempo=wished.tempo,
            bars=wished.length,
            rhythm=wished.rhythm,
            notes=tune.notes,
            instrument=wished.instrument,
            understood={wished.read.word: wished.read.mood} if wished.read else {},
        )
