"""Steering as the generator feels it: noise from a recipe, words from several prompts, wildness.

The recipes are made by :mod:`atelier.steer`, whose request carries them; here they become tensors.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

from atelier.errors import BadInput
from atelier.requests import MAX_SEED, PaintRequest, Steer, parse_request
from atelier.steer import Origin, Terms, near, seed_of
from models.painter.latents import noise_like
from models.painter.wording import caption
from models.text.encoder import TextEncoder
from models.text.network import Encoded
from models.text.tokens import MAX_WORDS

LENGTH = 4 * MAX_WORDS  # words of the longest mixture
TRY = MAX_SEED + 1  # the draws of seed s are numbered s, s + TRY, s + 2 TRY, ...
SAFE, WILD = 0.75, 1.2  # deviation of the noise where a person asks for 0 and for 2


def number_of(seed: int, attempt: int) -> int:
    """The number of a seed's draw."""
    return seed + attempt * TRY


def recipe(request: PaintRequest, number: int, attempt: int) -> Terms:
    """The noise of attempt ``attempt`` (0, 1, ...) at picture ``number`` of a request."""
    steer = request.steer or Steer()
    fresh = number_of(seed_of(request, number), attempt)
    if steer.noise is None:
        return ((fresh, 1.0),)
    return near(steer.noise, steer.vary, fresh) if steer.vary else steer.noise


def noise_of(recipes: Sequence[Terms]) -> torch.Tensor:
    """Standard normal noise ``[B, 16, 16, 16]``, the same alone and in a batch."""
    numbers = sorted({number for terms in recipes for number, _ in terms})
    draws = dict(zip(numbers, noise_like([_seed32(n) for n in numbers]), strict=True))
    return torch.stack([
        draws[terms[0][0]] if terms[0][1] == 1.0 else sum((w * draws[n] for n, w in terms), torch.zeros(()))
        for terms in recipes
    ])  # fmt: skip


def _seed32(number: int) -> int:
    """A number as a seed: torch's CPU generator takes 32 bits, so larger ones are hashed, not cut."""
    return number if number < TRY else zlib.crc32(number.to_bytes(8, "little"))


def deviation(wild: float) -> float:
    """The noise's deviation for a wish of 0 (safe) to 2 (wild): the truncation trick.

    Brock et al. 2019, section 3.1, with scaled instead of resampled noise: nearer to the mean a
    picture is more typical, and more like the next one.
    """
    return SAFE + (1 - SAFE) * wild if wild <= 1 else 1 + (WILD - 1) * (wild - 1)


def words_of(text: TextEncoder, request: PaintRequest) -> Encoded:
    """A request's words, with those mixed in: one row of the encoder's output.

    Sentences are averaged by share. States stand side by side, each prompt's so many times (up to
    three) as its share asks: attention over a word that is there twice weighs it twice.
    """
    mix = request.steer.mix if request.steer else ()
    own = max(0.0, 1 - sum(words.share for words in mix))
    parts = [(caption(request), own)]
    parts += [(caption(PaintRequest(**words.model_dump(exclude={"share"}))), words.share) for words in mix]
    parts = [part for part in parts if part[1] > 0.05] or parts[:1]
    told = [text.encode([said]) for said, _ in parts]
    if len(told) == 1:
        return told[0]
    shares = [share for _, share in parts]
    sentences = torch.cat([share * one.sentence for share, one in zip(shares, told, strict=True)])
    sentence = F.normalize(sentences.sum(0, keepdim=True), dim=1)
    times = [max(1, min(3, round(share / min(shares)))) for share in shares]
    states = torch.cat([one.states.repeat(1, n, 1) for n, one in zip(times, told, strict=True)], 1)
    return Encoded(
        sentence,
        states[:, :LENGTH],
        torch.ones(states.shape[:2], dtype=torch.bool)[:, :LENGTH].to(states.device),
    )


def together(rows: Sequence[Encoded], length: int | None = None) -> Encoded:
    """Rows of words as one batch, padded to ``length`` words (the longest row's by default)."""
    length = length or max(row.mask.shape[1] for row in rows)
    return Encoded(
        torch.cat([row.sentence for row in rows]),
        torch.cat([F.pad(row.states, (0, 0, 0, length - row.states.shape[1])) for row in rows]),
        torch.cat([F.pad(row.mask, (0, length - row.mask.shape[1])) for row in rows]),
    )


def origin_of(path: Path) -> Origin:
    """The picture in a file, by the provenance inside it. Raises :class:`BadInput` for another file."""
    try:
        with Image.open(path) as picture:
            said: dict[str, str] = getattr(picture, "text", {})
            if not said:  # an iTXt chunk may stand behind the pixels
                picture.load()
                said = getattr(picture, "text", {})
        model, _, version = said["Model"].partition(" ")
        if model != "painter":
            raise ValueError(model)
        request = parse_request(
            "paint", {**json.loads(said["Options"]), "prompt": said["Prompt"], "seed": int(said["Seed"])}
        )
        assert isinstance(request, PaintRequest)
        told = json.loads(said.get("Noise", "null"))
        steer = Steer.model_validate({"noise": told or [[seed_of(request, 0), 1.0]]})
    except (OSError, KeyError, ValueError, TypeError, AttributeError, SyntaxError, BadInput,
            Image.DecompressionBombError):  # fmt: skip
        raise BadInput("painter-no-provenance", path=str(path)) from None
    assert steer.noise is not None
    return Origin(request, steer.noise, version)
