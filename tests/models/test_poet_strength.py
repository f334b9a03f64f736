"""How far a poet goes with its people: all the way where nothing is lost by it, part of it, or not at all."""

from __future__ import annotations

import copy
import random
from dataclasses import replace

import pytest
import torch

from atelier.errors import Cancelled
from models import strength
from models.poet.generate import Poet
from models.poet.liked import MOST
from models.poet.strength import bearable, between
from models.poet.version import Tongue


@pytest.fixture(scope="module")
def poet() -> Poet:
    return Poet.load()


@pytest.fixture(autouse=True)
def few(short_poems: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strength, "SHARES", (1.0, 0.5))


def noisy(tongue: Tongue, much: float) -> Tongue:
    """Weights moved at random, by so much of what each tensor varies."""
    network, chance = copy.deepcopy(tongue.network), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in network.parameters():
            value += much * value.std() * torch.randn(value.shape, generator=chance)
    return replace(tongue, network=network)


def test_what_costs_nothing_is_taken_whole(poet: Poet) -> None:
    plain = poet.tongues["en"]
    found = bearable(poet, "en", replace(plain, liked={"summer": 0.01}))
    assert found is not None
    assert (found[0].liked, found[1]) == ({"summer": 0.01}, 1.0)
    assert poet.tongues["en"] is plain


def test_words_that_leave_no_room_for_what_was_asked_are_not_taken_whole(poet: Poet) -> None:
    telling = [w for n, w in enumerate(poet.automata["en"].words) if poet.automata["en"].telling[n]]
    much = dict.fromkeys(random.Random(3).sample(telling, 400), MOST)
    found = bearable(poet, "en", replace(poet.tongues["en"], liked=much))
    assert found is None or max(found[0].liked.values()) < MOST


def test_weights_that_write_noise_are_not_taken(poet: Poet) -> None:
    assert bearable(poet, "en", noisy(poet.tongues["en"], 1.0)) is None


def test_it_stops_when_it_is_not_wanted_any_more(poet: Poet) -> None:
    asked = iter([False, True])
    plain = poet.tongues["en"]
    with pytest.raises(Cancelled):
        bearable(poet, "en", noisy(plain, 1.0), stopped=lambda: next(asked))
    assert poet.tongues["en"] is plain


def test_between_two_is_a_share_of_the_way(poet: Poet) -> None:
    one = replace(poet.tongues["en"], liked={"winter": 1.0})
    other = replace(noisy(one, 0.1), liked={"summer": 2.0, "winter": 0.5})
    half = between(one, other, 0.5)
    assert half.liked == {"summer": 1.0, "winter": 0.75}
    for name, value in half.network.state_dict().items():
        mean = (one.network.state_dict()[name] + other.network.state_dict()[name]) / 2
        assert torch.allclose(value, mean, atol=1e-5), name
    assert half.head is None
    whole = between(one, other, 1.0).network.state_dict()
    assert all(
        torch.allclose(whole[name], value, atol=1e-6) for name, value in other.network.state_dict().items()
    )
