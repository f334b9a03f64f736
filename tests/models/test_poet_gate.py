"""The gate: bad candidates are rejected for the right reason, and one that is only liked more passes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from atelier.learning.verdict import FIGURES
from atelier.requests import PoemRequest
from atelier.works import PoemResult
from bench.spoilt import LEARNT, by_heart, collapsed, deafened, other, shaken
from models.gate import Gate, lower_bound
from models.poet import trial
from models.poet.forms import FORM_TABLE
from models.poet.generate import Poet
from models.poet.originality import LineFilter
from models.poet.reward import features, read
from models.poet.trial import copied, form_kept, forms_kept, judge, of_every_form, requests_for, write_all
from models.reward import Head

PROMPTS, SEEDS = 4, (2,)
pytestmark = pytest.mark.usefixtures("short_poems")


@pytest.fixture(scope="module")
def current() -> Poet:
    return Poet.load()


def keys(gate: Gate) -> set[str]:
    return {reason.key for reason in gate.reasons}


def test_the_bound_of_the_mean_difference() -> None:
    ours = [1.0, 2.0, 3.0, 4.0] * 10
    assert lower_bound(ours, [value - 1 for value in ours]) == pytest.approx(1)  # each is one higher
    chance = torch.Generator().manual_seed(0)
    apart = torch.randn(400, generator=chance).tolist()
    bound = lower_bound(apart, [0.0] * 400)
    assert bound == lower_bound(apart, [0.0] * 400)
    mean = sum(apart) / 400
    assert bound == pytest.approx(mean - 1.96 / 20, abs=0.02)  # the normal theory's, of 400 with deviation 1
    with pytest.raises(ValueError, match="3 against 2"):
        lower_bound([1, 2, 3], [1, 2])


def test_what_more_works_might_show_is_told_apart() -> None:
    noisy = [0.0, 1.0] * 20
    gate = Gate()
    gate.no_worse("topic", noisy, noisy[1:] + noisy[:1])  # the same mean, far apart in pairs
    assert keys(gate) == {"gate-worse"}
    assert gate.undecided
    assert [reason["key"] for reason in gate.as_dict()["reasons"]] == ["gate-worse"]
    gate.as_diverse("distinct", 0.5, 0.9)
    assert not gate.undecided
    assert not gate.passed
    assert [reason["key"] for reason in gate.as_dict()["reasons"]] == ["gate-alike"]  # the other is open


def test_noise_in_the_weights_is_rejected(current: Poet) -> None:
    gate = judge(other(current, shaken), current, {}, PROMPTS, SEEDS)
    (reason,) = (reason for reason in gate.reasons if reason.params.get("figure") == "fluency_en")
    assert reason.key == "gate-worse"
    assert not reason.open
    assert "gate-form" not in keys(gate)  # form is by construction, whatever the weights say


def test_a_collapsed_poet_is_rejected(current: Poet) -> None:
    """Whatever it is asked, it says the few words that it likes."""
    gate = judge(other(current, collapsed), current, {}, PROMPTS, (6,))
    assert "gate-alike" in keys(gate)


def test_a_poet_that_knows_poems_by_heart_is_rejected(current: Poet, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taught them until it says little else; the filter that ships knows their lines."""
    monkeypatch.setattr(trial, "FORMS", {"en": ("couplet",), "zh": ("七绝",)})
    lines = [line for poem in LEARNT for line in poem.split()]
    assert all(line in current.tongues["zh"].lines for line in lines)
    candidate = other(current, by_heart, "zh")
    gate = judge(candidate, current, {}, PROMPTS, (2,))
    (reason,) = (reason for reason in gate.reasons if reason.key == "gate-copies")
    assert not reason.open
    ours, theirs = gate.measured["copies_zh"]
    assert ours > 0.2 > theirs
    (written,) = write_all([candidate], requests_for("zh", range(2), PROMPTS))
    said = [line.rstrip("，。") for poem in written.poems if poem is not None for line in poem.lines]
    assert sum(line in lines for line in said) > len(said) / 5  # the very lines: no false alarm of a filter


def test_a_phrase_of_theirs_is_no_copy(current: Poet) -> None:
    """Two words are anybody's: the poet itself writes such lines, whoever wrote them before."""
    known = LineFilter.of(["o rose", "my love is like a rose"], most_bytes=64)
    tongue = replace(current.tongues["en"], lines=known)
    poem = PoemResult(
        seed=1, version="v", form="free", lang="en", title="", stanzas=[4],
        lines=["O rose,", "my love is like a rose,", "a red and early rose", "in June."],
    )  # fmt: skip
    assert copied([poem], tongue) == 0.25


def test_a_poet_that_breaks_form_is_rejected(current: Poet) -> None:
    """Its own lexicon says that other words rhyme than do, and it believes that."""
    gate = judge(other(current, deafened), current, {}, PROMPTS, SEEDS)
    assert "gate-form" in keys(gate)
    assert gate.measured["form_en"][0] < 1


def test_a_form_that_no_other_figure_is_of_counts_too(current: Poet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Couplets that do not rhyme show among haiku only because every form is looked at."""
    monkeypatch.setattr(trial, "FORMS", {"en": ("haiku",), "zh": ("五绝",)})
    candidate = other(current, deafened)
    assert "gate-form" not in keys(judge(candidate, current, {}, 1, (2,)))
    ballad = PoemRequest(topic="the sea", form="ballad", seed=1)
    monkeypatch.setattr(trial, "of_every_form", lambda _lang: [ballad])
    assert "gate-form" in keys(judge(candidate, current, {}, 1, (2,)))


def test_the_shipped_poet_keeps_every_form_there_is(current: Poet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "OF_EACH", 1)
    for lang in current.tongues:
        asked = of_every_form(lang)
        assert {r.written_as for r in asked} == {form for form, one in FORM_TABLE.items() if one.lang == lang}
        kept = forms_kept(lang, current, current)
        assert kept == [1.0] * len(asked)


def test_an_acrostic_has_its_letters_and_a_repeated_line_is_repeated(current: Poet) -> None:
    acrostic = PoemRequest(topic="秋", form="藏头诗", acrostic="春江花月", seed=3)
    (poem,) = write_all([current], [acrostic])[0].poems
    assert poem is not None
    assert form_kept(poem, current.tongues["zh"], "春江花月")
    assert not form_kept(poem, current.tongues["zh"], "春江花日")
    (tune,) = write_all([current], [PoemRequest(topic="秋", form="如梦令", seed=3)])[0].poems
    assert tune is not None
    assert form_kept(tune, current.tongues["zh"])
    broken = [*tune.lines[:5], tune.lines[4][::-1], *tune.lines[6:]]
    assert not form_kept(tune.model_copy(update={"lines": broken}), current.tongues["zh"])


def test_one_that_is_only_liked_more_passes(current: Poet) -> None:
    candidate = other(current, lambda tongue: shaken(tongue, 1e-3))
    requests = requests_for("en", range(2), PROMPTS)
    theirs, ours = write_all([current, candidate], requests)
    pairs = [
        [read(current, request, poem.model_dump(mode="json")) for poem in (mine, other) if poem is not None]
        for request, mine, other in zip(requests, ours.poems, theirs.poems, strict=True)
    ]
    apart = torch.stack(
        [features(current, "en", [mine])[0] - features(current, "en", [other])[0] for mine, other in pairs]
    )
    # The people of this test like whatever is the candidate's about its poems.
    weight = torch.linalg.lstsq(apart, apart.abs().sum(1, keepdim=True).sign()).solution[:, 0]
    head = Head(weight, 0.0, torch.zeros_like(weight), torch.ones_like(weight))
    gate = judge(candidate, current, {"en": head}, PROMPTS, SEEDS)
    shut = {reason.key for reason in gate.reasons if not reason.open}  # more poems would settle the others
    assert shut <= {"gate-slow"}  # which is this machine's affair
    assert gate.measured["reward_en"][0] > gate.measured["reward_en"][1]
    assert {name.removesuffix("_en") for name in gate.measured} <= FIGURES  # a chat names each
    assert set(gate.measured) == {
        f"{name}_en" for name in ("form", "written", "topic", "new_lines", "fluency", "distinct",
                                  "different", "copies", "seconds", "reward")
    }  # fmt: skip
    unloved = Head(-head.weight, -head.bias, head.mean, head.spread)
    worse = judge(candidate, current, {"en": unloved}, PROMPTS, SEEDS)
    assert "gate-no-better" in keys(worse)
    assert "gate-no-reward" in keys(judge(candidate, current, {}, PROMPTS, SEEDS))


def test_the_version_that_serves_is_nothing_new(current: Poet) -> None:
    assert keys(judge(Poet(dict(current.tongues), "again"), current, {}, PROMPTS, SEEDS)) == {
        "gate-nothing-new"
    }


def test_real_poems_keep_their_form_and_broken_ones_do_not(current: Poet) -> None:
    for lang in current.tongues:
        (written,) = write_all([current], requests_for(lang, range(1), PROMPTS))
        for poem in written.poems:
            assert poem is not None
            assert form_kept(poem, current.tongues[lang])
            assert not form_kept(poem.model_copy(update={"lines": poem.lines[1:]}), current.tongues[lang])
            short = [poem.lines[0].rpartition(" ")[0] or poem.lines[0][1:], *poem.lines[1:]]
            assert not form_kept(poem.model_copy(update={"lines": short}), current.tongues[lang])
