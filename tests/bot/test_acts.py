"""The table of acts: what each work offers, what each press makes, and labels in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from atelier.errors import BadInput
from atelier.languages import LANGS, Lang
from atelier.requests import (
    HEADED,
    KINDS,
    Kind,
    MelodyRequest,
    PaintRequest,
    PoemRequest,
    Request,
    Steer,
    Verse,
    parse_request,
)
from atelier.store import PersonRef, Work
from atelier.works import MelodyResult, PoemResult
from bot import acts, around
from bot.acts import Press
from bot.around import goes_with
from bot.words import alt
from tests.bot import handmade

REQUESTS: dict[Kind, Request] = {
    "paint": PaintRequest(prompt="a stormy sea", style="ink", mood="calm", seed=7),
    "poem": PoemRequest(topic="first snow", form="shakespearean sonnet", seed=7),
    "melody": MelodyRequest(description="a slow waltz", key="D minor", tempo=90, seed=7),
}


def work(kind: Kind = "paint", count: int = 1, **changes: Any) -> Work:
    """A finished work."""
    made = {"paint": lambda: handmade.picture(count), "poem": handmade.poem, "melody": handmade.melody}
    result, files = made[kind]()
    refs = tuple(acts_ref(file.name, file.media_type) for file in files)
    now = datetime.now(UTC)
    request = REQUESTS[kind].model_copy(update={"count": count} if count > 1 else {})
    values: dict[str, Any] = {
        "id": "abcdefghijkl", "person": PersonRef("discord", "1"), "kind": kind, "request": request,
        "lang": "en", "place": {}, "state": "posted", "version": "v1", "result": result, "artefacts": refs,
        "failure": None, "post": {}, "asked_at": now, "started_at": now, "made_at": now, "posted_at": now,
        **changes,
    }  # fmt: skip
    return Work(**values)


def acts_ref(name: str, media_type: str) -> Any:
    from atelier.store import ArtefactRef

    return ArtefactRef(name, media_type, f"ab/{name}", 3)


@pytest.fixture(autouse=True)
def _everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "ships", lambda _model: True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_again_and_edit_and_what_concerns_any_work(kind: Kind) -> None:
    names = {press.name for press in acts.offered(work(kind))}
    assert names >= {"again", "edit", "favourite", "original", "details", "delete"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_button_has_a_short_label_and_an_id_that_fits(lang: Lang) -> None:
    for kind in KINDS:
        for count in (1, 4) if kind == "paint" else (1,):
            made = work(kind, count)
            presses = acts.offered(made)
            for press in presses:
                for one in (press, *(acts.choices(made, press) if acts.is_open(press) else ())):
                    assert 0 < len(acts.label(one, lang)) <= 30
                    assert acts.read(one.word) == one
                    assert len(f"{one.word}:{made.id}:{made.id}".encode()) <= 64
                    assert len(one.act) <= 48
            words = [press.word for press in presses]
            assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    "word", ["", "again.0", "vary", "vary-wild", "again-yes", "upscale-1024", "../x", "délete"]
)
def test_a_word_that_no_button_has_is_none(word: str) -> None:
    assert acts.read(word) is None


def test_of_several_pictures_the_person_says_which() -> None:
    press = next(press for press in acts.offered(work(count=3)) if press.word == "vary-subtle")
    assert acts.is_open(press)
    assert [choice.word for choice in acts.choices(work(count=3), press)] == [
        "vary-subtle.1", "vary-subtle.2", "vary-subtle.3",
    ]  # fmt: skip
    assert not any(acts.is_open(p) for p in acts.offered(work()) if p.name in ("vary", "upscale"))


def test_nobody_is_offered_larger_pictures_where_no_upscaler_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acts, "ships", lambda model: model != "upscaler")
    assert not [press for press in acts.offered(work()) if press.name == "upscale"]


def test_what_is_large_already_is_not_enlarged_to_that() -> None:
    result, _ = handmade.picture()
    large = work(result=result.model_copy(update={"width": 256, "height": 256}))
    assert [press.word for press in acts.offered(large) if press.name == "upscale"] == ["upscale-512.1"]


def steer_of(request: Request) -> Steer:
    assert isinstance(request, PaintRequest)
    assert request.steer is not None
    return request.steer


def test_vary_upscale_and_blend_start_from_the_picture_chosen() -> None:
    four, one = work(count=4), work(id="zyxwvutsrqpo")
    varied = acts.request_of(four, Press("vary", "strong", 3))
    assert steer_of(varied).noise == ((9, 1.0),)  # the third picture's own draw: seed 7 and two more
    assert (steer_of(varied).vary, steer_of(varied).version) == ("strong", "v1")
    assert isinstance(varied, PaintRequest)
    assert (varied.count, varied.seed, varied.style) == (1, None, "ink")
    large = acts.request_of(one, Press("upscale", "512", 1))
    assert (steer_of(large).upscale, steer_of(large).noise) == (512, ((7, 1.0),))
    mixed = acts.request_of(four, Press("blend", number=2, other=one.id), one)
    assert {number for number, _ in steer_of(mixed).noise or ()} == {8, 7}
    for other in (None, four, work("poem")):
        with pytest.raises(BadInput) as refused:
            acts.request_of(four, Press("blend", number=1), other)
        assert refused.value.key == "blend-needs-two"


def test_again_never_draws_the_very_same() -> None:
    origin = work()
    large = acts.request_of(origin, Press("upscale", "512", 1))
    again = acts.request_of(work(request=large), Press("again"))
    assert steer_of(again) == Steer()
    assert again.seed is None
    varied = acts.request_of(origin, Press("vary", "subtle", 1))
    assert steer_of(acts.request_of(work(request=varied), Press("again"))).vary == "subtle"


@pytest.mark.parametrize(
    ("made", "press", "key"),
    [
        (work("poem"), Press("blend", number=1), "act-not-here"),
        (work(result=None, state="queued"), Press("vary", "subtle", 1), "work-unfinished"),
        (work(count=2), Press("vary", "subtle", 3), "work-unknown"),
        (work(state="deleted", result=None), Press("again"), "work-unknown"),
    ],
)
def test_what_cannot_be_made_is_refused(made: Work, press: Press, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        acts.request_of(made, press)
    assert refused.value.key == key


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_that_changes_nothing_keeps_words_and_options(kind: Kind) -> None:
    made = work(kind, 3 if kind == "paint" else 1)
    typed = around.typed_options(made.request)
    press = around.edited(made, made.request.words, typed)
    same = {"seed"}
    assert press.request is not None
    assert press.request.model_dump(exclude=same) == made.request.model_dump(exclude=same)
    assert around.reworded(made, made.request.words).act == press.act  # the same edit is the same press
    other = around.edited(made, "something else", "")
    assert other.request is not None
    assert other.request.words == "something else"
    assert other.act != press.act


def test_a_reply_may_change_options_too() -> None:
    press = around.reworded(work(), "a calm sea style=photo")
    assert press.request == PaintRequest(prompt="a calm sea", style="photo", mood="calm")


def test_an_edit_asks_for_another_form_in_its_words_too() -> None:
    made = work("poem", request=parse_request("poem", {"topic": "write a haiku about the sea"}))
    assert made.request.form == "haiku"
    for words, form in (("a limerick about the sea", "limerick"), ("the sea", None)):
        for press in (
            around.reworded(made, words),
            around.edited(made, words, around.typed_options(made.request)),
        ):
            assert press.request is not None
            assert press.request.form == form
    chosen = work("poem", request=PoemRequest(topic="the sea", form="haiku"))
    assert around.reworded(chosen, "the lake").request.form == "haiku"


def test_an_edit_is_checked_like_a_request() -> None:
    for words, options, key in (
        ("", "", "bad-prompt-empty"),
        ("x", "style=cubism", "bad-choice"),
        ("x", "some words", "bad-option"),
        ("x", "seed=many", "bad-integer"),
    ):
        with pytest.raises(BadInput) as refused:
            around.edited(work(), words, options)
        assert refused.value.key == key


@pytest.mark.parametrize("lang", LANGS)
def test_a_blend_is_described_by_the_words_of_both(lang: Lang) -> None:
    one = work(lang=lang)
    moon = PaintRequest(prompt="a red moon", style="ink", seed=3)
    other = work(id="zyxwvutsrqpo", request=moon)
    blended = work(lang=lang, request=acts.request_of(one, Press("blend", number=1, other=other.id), other))
    told = alt(blended)
    assert "a stormy sea" in told
    assert "a red moon" in told
    twin = acts.request_of(one, Press("blend", number=1, other="x"), replace(one, id="x"))
    assert alt(work(lang=lang, request=twin)) == alt(one)


@pytest.mark.parametrize("lang", LANGS)
def test_details_say_who_made_it_of_what(lang: Lang) -> None:
    made = work(parent="zyxwvutsrqpo", act="vary-subtle.2")
    text = "\n".join(around.details(made, lang, str))
    for said in ("a stormy sea", "v1", "7", "abcdefghijkl", acts.label(Press("vary", "subtle"), lang)):
        assert said in text
    assert "Atelier" in text
    for act in ("blend.1+zyxwvutsrqpo", "edit#0011223344556677"):
        child = work(parent="zyxwvutsrqpo", act=act)
        assert "zyxw" not in "\n".join(around.details(child, lang, str))


def tune(meter: str = "4/4", **changes: Any) -> Work:
    """A finished melody of two bars."""
    result = MelodyResult(
        seed=1, version="v1", title="T", files={}, key="D", mode="minor", meter=meter, tempo=90, bars=2,
        rhythm=None, notes=[(0, 8, 62), (8, 8, 65)],
    )  # fmt: skip
    return work("melody", result=result, **changes)


def test_a_tune_is_varied_gone_on_from_and_blended_with_one_of_its_meter() -> None:
    one, two = tune(), tune(id="zyxwvutsrqpo")
    words = [press.word for press in acts.offered(one)]
    assert {"vary-subtle.1", "vary-strong.1", "continue", "blend.1"} <= set(words)
    for word, way in (("vary-strong.1", "vary"), ("continue", "continue"), ("blend.1", "blend")):
        press = acts.read(word)
        assert press is not None
        made = acts.request_of(one, press, two)
        assert isinstance(made, MelodyRequest)
        assert made.steer is not None
        assert (made.steer.way, made.steer.tune.notes, made.seed) == (way, ((0, 8, 62), (8, 8, 65)), None)
        assert parse_request("melody", made.model_dump(mode="json")) == made
    blend = acts.read("blend.1")
    assert blend is not None
    for other, key in ((tune("2/4", id="abc"), "melody-blend-meters"), (one, "blend-needs-two")):
        with pytest.raises(BadInput) as refused:
            acts.request_of(one, blend, other)
        assert refused.value.key == key
    assert goes_with(one, two)
    assert not goes_with(one, tune("2/4"))
    assert not goes_with(one, work())


def test_a_tune_of_32_bars_has_no_room_to_go_on() -> None:
    whole = tune()
    assert isinstance(whole.result, MelodyResult)
    full = replace(whole, result=whole.result.model_copy(update={"bars": 32}))
    assert "continue" not in [press.word for press in acts.offered(full)]


def test_a_poem_is_varied_and_has_a_next_part_of_its_own_form() -> None:
    one = work("poem")
    assert isinstance(one.result, PoemResult)
    lines = tuple(one.result.lines)
    for word, way, strength in (("vary-strong.1", "vary", "strong"), ("continue", "continue", "subtle")):
        press = acts.read(word)
        assert press in acts.offered(one)
        made = acts.request_of(one, press, None)
        assert isinstance(made, PoemRequest)
        assert made.steer == Verse(way=way, lines=lines, strength=strength)  # type: ignore[arg-type]
        assert (made.topic, made.form, made.seed) == ("first snow", one.result.form, None)
        assert parse_request("poem", made.model_dump(mode="json")) == made
    second = replace(one, request=made)
    further = acts.request_of(second, Press("continue"), None)
    assert isinstance(further, PoemRequest)
    assert further.steer is not None
    assert further.steer.part == 3
    unnamed = replace(one, request=PoemRequest(topic="雪", lang="zh", acrostic="春江", seed=1))
    asked = acts.request_of(unnamed, Press("vary", "subtle"), None)
    assert parse_request("poem", asked.model_dump(mode="json")) == asked


@pytest.mark.parametrize("form", HEADED)
def test_what_an_acrostic_spells_is_whole(form: str) -> None:
    one = work("poem")
    assert isinstance(one.result, PoemResult)
    spelled = replace(one, result=one.result.model_copy(update={"form": form}))
    words = [press.word for press in acts.offered(spelled)]
    assert "vary-subtle.1" in words
    assert "continue" not in words
