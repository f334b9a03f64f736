"""Stage (a): 128 px pictures to 16x16x16 latents and back, then a decoder sharpened by a critic.

First L1 and multi-scale gradients on crops; then the encoder is frozen, so latents stay what
they are, and the decoder learns against a patch discriminator (Isola et al. 2017, section 3.2) and
the distance of ImageNet features (the latent-diffusion recipe of Rombach et al. 2022, section 3.1).
It learns from whole pictures then: group norms measure what they are shown, so a decoder that met
crops alone was 1 dB worse on whole pictures than on crops.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from models.device import mixed
from models.painter.critic import open_eyes
from models.painter.data import SIZE, Pictures, rng_of
from models.painter.going_on import part_of
from models.painter.network import Decoder, Encoder, Shape
from models.painter.settings import Settings
from models.painter.stage import Average, Journal, cosine, laid, placed, run_stage, set_rate
from models.ranks import share_gradients

CROP = 64
SEEN = 0.3  # weight of the distance of features, where there are eyes to see them with
NOISE = 0.1  # added to latents in training: the decoder forgives a generator's small errors


@dataclass(frozen=True, slots=True)
class Coder:
    """A trained encoder and decoder, averaged weights."""

    encoder: Encoder
    decoder: Decoder


class Patches(nn.Module):
    """Is this 16 px neighbourhood real? [B, 3, H, W] → logits [B, 1, H/8, W/8]; spectral norm throughout."""

    def __init__(self) -> None:
        super().__init__()
        sn = nn.utils.parametrizations.spectral_norm
        self.stack = nn.Sequential(
            nn.PixelUnshuffle(2), sn(nn.Conv2d(12, 48, 3, padding=1)), nn.LeakyReLU(0.2),
            sn(nn.Conv2d(48, 64, 4, stride=2, padding=1)), nn.LeakyReLU(0.2),
            sn(nn.Conv2d(64, 96, 4, stride=2, padding=1)), nn.LeakyReLU(0.2),
            sn(nn.Conv2d(96, 1, 3, padding=1)),
        )  # fmt: skip

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Logits."""
        logits: torch.Tensor = self.stack(picture)
        return logits


def likeness(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """L1 of the pixels, plus L1 of their differences to the right and below at three scales."""
    loss = F.l1_loss(made, real)
    for _ in range(3):
        for axis in (2, 3):
            loss = loss + 0.5 * F.l1_loss(made.diff(dim=axis), real.diff(dim=axis))
        made, real = F.avg_pool2d(made, 2), F.avg_pool2d(real, 2)
    return loss


def _some_of(
    pictures: Pictures, settings: Settings, stage: str, step: int, batch: int, side: int
) -> torch.Tensor:
    """A batch of crops ``side`` pixels wide, at one place, mirrored or not."""
    chance, _ = rng_of(settings.seed, stage, step)
    chosen = [chance.randrange(len(pictures)) for _ in range(batch)]
    spare = pictures.pixels.shape[2] - side
    x = pictures.batch(chosen)
    top, left = chance.randint(0, spare), chance.randint(0, spare)
    x = x[:, :, top : top + side, left : left + side]
    x = x.flip(3) if chance.random() < 0.5 else x
    return laid(x, settings.device)


@torch.no_grad()
def psnr(coder: Coder, pictures: Pictures, device: str = "cpu") -> float:
    """Mean peak signal-to-noise ratio of reconstructions, dB."""
    total, count = 0.0, len(pictures)
    for start in range(0, count, 32):
        real = pictures.batch(range(start, min(start + 32, count))).to(device)
        with mixed(device):
            made = coder.decoder(coder.encoder(real)).float().clamp(-1, 1)
        error = ((made - real) / 2).square().mean((1, 2, 3)).clamp(min=1e-8)
        total += float((-10 * error.log10()).sum())
    return total / max(1, count)


def train_coder(
    settings: Settings, shape: Shape, train: Pictures, val: Pictures, work: Path
) -> tuple[Coder, Journal]:
    """Encoder and decoder on crops. Returns averaged weights.

    With a version to start from, its decoder stays as it is, and an encoder is found for it: so the
    generator that was trained with that decoder can go on.
    """
    torch.manual_seed(settings.seed)
    pair = nn.ModuleDict({"encoder": Encoder(shape), "decoder": Decoder(shape)})
    if settings.start:
        pair["decoder"].load_state_dict(part_of(settings.start, "decoder"))
        pair["decoder"].requires_grad_(False)
    pair = placed(pair, settings.device)
    average = Average(pair)
    learning = [p for p in pair.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=1e-3, betas=(0.9, 0.98), weight_decay=1e-4)
    few = _some(val, settings.val_pictures)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-3, hold=0.3))
        x = _some_of(train, settings, "autoencoder", number, settings.batch // 2, CROP)
        _, draw = rng_of(settings.seed, "autoencoder-noise", number)
        with mixed(settings.device):
            z = pair["encoder"](x)
            noise = torch.randn(z.shape, generator=draw).to(z.device)
            made = pair["decoder"](z + NOISE * noise)
        flat = z.float().transpose(0, 1).flatten(1)
        # Unit variance and no offset a channel: latents then meet noise of the same size.
        loose = flat.mean(1).square().mean() + (flat.square().mean(1) - 1).square().mean()
        loss = likeness(made.float(), x) + 0.01 * loose
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        share_gradients(learning)
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        average.update(pair, number)
        return {"likeness": loss.item()}

    coder = Coder(average.module["encoder"], average.module["decoder"])  # type: ignore[index]
    journal = run_stage(
        "autoencoder", work, settings.budget("autoencoder"),
        {"pair": pair, "average": average, "optimiser": optimiser}, step,
        validate=lambda: -psnr(coder, few, settings.device), resume=settings.resume,
    )  # fmt: skip
    return coder, journal


def sharpen(
    settings: Settings, coder: Coder, train: Pictures, val: Pictures, work: Path
) -> tuple[Coder, Journal]:
    """The decoder on whole pictures, the encoder frozen: likeness, features, patches (hinge loss)."""
    torch.manual_seed(settings.seed)
    decoder, critic = coder.decoder.requires_grad_(True).train(), Patches()
    looks = settings.looked_at and settings.runs("sharpen")
    critic, eyes = placed(critic, settings.device), open_eyes() if looks else None
    eyes = eyes and placed(eyes, settings.device)
    average = Average(decoder)
    optimiser = torch.optim.Adam(decoder.parameters(), lr=2e-4, betas=(0.5, 0.98))
    judge = torch.optim.Adam(critic.parameters(), lr=4e-4, betas=(0.5, 0.98))
    sharp = Coder(coder.encoder, average.module)  # type: ignore[arg-type]
    few = _some(val, settings.val_pictures)

    def step(number: int, share: float) -> dict[str, float]:
        set_rate(optimiser, cosine(share, 2e-4))
        x = _some_of(train, settings, "sharpen", number, max(1, settings.batch // 8), SIZE)
        _, draw = rng_of(settings.seed, "sharpen-noise", number)
        with mixed(settings.device):
            with torch.no_grad():
                z = coder.encoder(x)
                z = z + NOISE * torch.randn(z.shape, generator=draw).to(z.device)
            made = decoder(z)
            critic_loss = F.relu(1 - critic(x)).mean() + F.relu(1 + critic(made.detach())).mean()
        judge.zero_grad(set_to_none=True)
        critic_loss.backward()  # type: ignore[no-untyped-call]
        share_gradients(critic.parameters())
        judge.step()
        with mixed(settings.device):
            fooled = -critic(made).mean()
        loss = likeness(made.float(), x) + 0.03 * min(1.0, 5 * share) * fooled.float()
        if eyes is not None:
            with torch.no_grad(), mixed(settings.device):
                wanted = eyes(x)
            with mixed(settings.device):
                seen = eyes(made)
            pairs = zip(seen, wanted, strict=True)
            loss = loss + SEEN * torch.stack([F.l1_loss(a.float(), b.float()) for a, b in pairs]).sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        share_gradients(decoder.parameters())
        optimiser.step()
        average.update(decoder, number)
        return {"likeness": loss.item(), "critic": critic_loss.item()}

    # Sharper is further from the mean, so PSNR falls: it is watched, and never stops this stage.
    journal = run_stage(
        "sharpen", work, settings.budget("sharpen"),
        {"decoder": decoder, "critic": critic, "average": average, "optimiser": optimiser, "judge": judge},
        step, validate=lambda: -psnr(sharp, few, settings.device), patience=10**6, resume=settings.resume,
    )  # fmt: skip
    return sharp, journal


def _some(pictures: Pictures, limit: int) -> Pictures:
    """A fixed part spread over the packs."""
    chosen = list(range(0, len(pictures), max(1, -(-len(pictures) // limit))))
    return Pictures(
        [pictures.rows[i] for i in chosen], pictures.pixels[chosen], [pictures.palettes[i] for i in chosen]
    )
