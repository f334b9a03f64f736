"""What every gate measures with: intervals by prompts, looks that share an error, copies, time."""

from __future__ import annotations

import time

import pytest
import torch

from models import device
from models.gate import ALPHA, Gate, lower_bound


def keys(gate: Gate) -> set[str]:
    return {reason.key for reason in gate.reasons}


def test_works_of_one_prompt_are_drawn_together() -> None:
    chance = torch.Generator().manual_seed(0)
    each = torch.randn(20, generator=chance)
    ours = each.repeat_interleave(16).tolist()  # sixteen works of a prompt say what one would
    of = [f"prompt {at // 16}" for at in range(320)]
    means, none = each.tolist(), [0.0] * 320
    assert lower_bound(ours, none, of) == pytest.approx(lower_bound(means, [0.0] * 20), abs=0.02)
    assert lower_bound(ours, none, of) < lower_bound(ours, none) - 0.2  # as if there were 320 prompts
    shuffled = torch.randperm(320, generator=chance).tolist()
    mixed = lower_bound([ours[at] for at in shuffled], none, [of[at] for at in shuffled])
    assert mixed == pytest.approx(lower_bound(ours, none, of), abs=0.02)
    assert lower_bound(ours, none, ["one"] * 320) == lower_bound(ours, none)  # tells of no other prompt
    assert lower_bound(ours, none, range(320)) == lower_bound(ours, none)


def test_a_prompt_that_all_its_works_are_worse_for_does_not_hide_among_works() -> None:
    """Two of ten prompts lost what was asked, in all their works; as works it would look sure."""
    theirs, ours = [1.0] * 400, [0.9 if at < 80 else 1.0 for at in range(400)]
    of = [at // 40 for at in range(400)]
    plain, gate = Gate(), Gate()
    plain.no_worse("topic", ours, theirs, 0.03)
    gate.no_worse("topic", ours, theirs, 0.03, of)
    assert plain.passed
    assert keys(gate) == {"gate-worse"}
    for name in ("better", "as_original"):  # the other two go by prompts as well
        ahead, behind = ([0.0] * 400, [0.1 if at < 80 else -0.005 for at in range(400)])
        sure, unsure = Gate(), Gate()
        getattr(sure, name)("figure", behind, ahead)
        getattr(unsure, name)("figure", behind, ahead, of)
        assert (sure.passed, sure.undecided) != (unsure.passed, unsure.undecided)


def test_the_looks_share_one_error() -> None:
    seen: list[tuple[range, float]] = []

    def compare(seeds: range, alpha: float) -> Gate:
        seen.append((seeds, alpha))
        gate = Gate(alpha=alpha)
        gate.better("reward", [1.0, 0.0, 0.5], [0.0, 1.0, 0.4])  # never decided
        return gate

    gate = Gate.by_rounds((8, 8, 16), compare)
    assert not gate.passed
    assert [seeds for seeds, _ in seen] == [range(8), range(8, 16), range(16, 32)]
    assert [alpha / ALPHA for _, alpha in seen] == [0.25, 0.25, 0.5]
    assert sum(alpha for _, alpha in seen) == pytest.approx(ALPHA)


def test_a_look_that_may_err_seldom_wants_more() -> None:
    noise = torch.randn(400, generator=torch.Generator().manual_seed(1))
    apart = ((noise - noise.mean()) / noise.std() + 2.2 / 20).tolist()  # 2.2 standard errors above 0
    none, alone, early = [0.0] * 400, Gate(), Gate(alpha=ALPHA / 4)
    alone.better("reward", apart, none)
    early.better("reward", apart, none)
    assert alone.passed
    assert keys(early) == {"gate-no-better"}
    assert early.undecided

    def far(shift: float, alpha: float) -> Gate:
        gate, rows = Gate(alpha=alpha), noise - noise.mean()
        gate.no_farther("distance", 400, lambda at: (1 + float(rows[at].mean()) + shift, 1.0), 0.1)
        return gate

    assert far(0.1 - 2.2 / 20, ALPHA).passed
    assert keys(far(0.1 - 2.2 / 20, ALPHA / 4)) == {"gate-worse"}


def test_more_copies_are_refused_as_soon_as_they_are_sure() -> None:
    none = [0.0] * 1000
    gate = Gate()
    gate.as_original("copied", [1.0] * 12 + none[12:], none)  # 1.2 points more, surely: not two, all the same
    assert keys(gate) == {"gate-copies"}
    assert not gate.undecided
    for more in (0, 1):  # one in a thousand is what chance brings
        gate = Gate()
        gate.as_original("copied", [1.0] * more + none[more:], none)
        assert gate.passed
    few = Gate()
    few.as_original("copied", [1.0, 0.0] * 10, [0.0, 1.0] * 10)  # the same share; of too few works
    assert keys(few) == {"gate-copies"}
    assert few.undecided


def test_a_gpu_is_timed_by_the_wall_once_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[object] = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    monkeypatch.setattr(time, "perf_counter", lambda: 7.0)
    monkeypatch.setattr(time, "process_time", lambda: 3.0)
    assert device.clock("cuda:0") == 7.0
    assert waited == ["cuda:0"]
    assert device.clock("cpu") == device.clock(torch.device("cpu")) == 3.0
    assert waited == ["cuda:0"]
