"""A tune on the instrument that was asked for: in words or by option, in every face, inside its compass."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest

from atelier.languages import language_of
from atelier.requests import INSTRUMENTS, Instrument, MelodyRequest, parse_request
from atelier.tunes import read
from atelier.tunes.steer import given_of, vary
from atelier.works import Made, MelodyResult
from bench.loudness import lufs
from models.composer import words
from models.composer.generate import Composer
from models.composer.instruments import COMPASS, ORCHESTRA
from models.composer.loudness import CEILING
from models.composer.manners import MANNERS, NEUTRAL
from models.composer.ogg import RATE, read_tags
from models.composer.sound import render, sounded
from models.composer.wishes import chance, wishes


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def ask(description: str, **options: object) -> MelodyRequest:
    request = parse_request("melody", {"description": description, "seed": 7, "length": 4, **options})
    assert isinstance(request, MelodyRequest)
    return request


@pytest.mark.parametrize(
    ("text", "instrument"),
    [
        ("a slow waltz on a guitar", "guitar"),
        ("a violin and a piano", "violin"),
        ("an erhu by the river", "violin"),
        ("harpsichord", "dulcimer"),
        ("a music box for the baby", "music box"),
        ("Music-Box", "music box"),
        ("a sailor's hornpipe", None),
        ("the wedding organist", "organ"),
        ("an organised march", None),
        ("no piano, a flute", "flute"),
        ("用吉他弹的圆舞曲", "guitar"),
        ("一首钢琴曲", "piano"),
        ("手风琴与口琴", "organ"),
        ("苏格兰风笛", "organ"),
        ("牧童的笛声", "flute"),
        ("角笛舞曲", None),
        ("远方的汽笛", None),
        ("放风筝的孩子", None),
        ("古筝独奏", "guzheng"),
        ("潇潇雨", None),
        ("不要钢琴，要二胡", "violin"),
        ("八音盒里的摇篮曲", "music box"),
    ],
)
def test_instruments_in_words(text: str, instrument: str | None) -> None:
    assert words.instrument_in(text) == instrument


def test_every_instrument_is_known_by_its_own_names_in_both_languages() -> None:
    from bot.making import MAKING

    (option,) = (option for option in MAKING["melody"].options if option.name == "instrument")
    assert option.choices == INSTRUMENTS == tuple(ORCHESTRA) == tuple(words.INSTRUMENT_WORDS)
    for name in INSTRUMENTS:
        for lang in ("en", "zh"):
            said = option.choice(name, lang)
            assert language_of(said) == lang
            assert words.instrument_in(said) == name
            assert option.meant(said) == name


def test_an_option_beats_a_word_and_a_word_the_mood() -> None:
    def played(request: MelodyRequest) -> Instrument:
        return wishes(request, chance(request)).instrument

    assert played(ask("a sad tune on a guitar", instrument="flute")) == "flute"
    assert played(ask("a sad lullaby on a guitar")) == "guitar"
    assert played(ask("a lullaby")) == "music box"
    assert played(ask("a sad tune")) == MANNERS["sad"].instrument
    assert played(ask("a tune")) == NEUTRAL.instrument


def test_the_same_seed_on_another_instrument_is_the_same_tune(composer: Composer) -> None:
    tunes = composer.compose([ask("a jig in D major"), ask("a jig in D major", instrument="guitar")])
    one, other = tunes
    assert not isinstance(one, BaseException)
    assert not isinstance(other, BaseException)
    assert one.notes == other.notes
    assert (one.wished.instrument, other.wished.instrument) == ("piano", "guitar")


@pytest.fixture(scope="module")
def flute(composer: Composer) -> Made:
    (made,) = composer.generate([ask("a reel in Bb major", instrument="flute")])
    assert isinstance(made, Made)
    return made


def test_it_is_in_every_face(flute: Made) -> None:
    assert isinstance(flute.result, MelodyResult)
    assert flute.result.instrument == "flute"
    ogg, _, mid, abc = (artefact.data for artefact in flute.artefacts)
    assert '"instrument": "flute"' in read_tags(ogg)["OPTIONS"]
    programs = [m.program for m in mido.MidiFile(file=io.BytesIO(mid)) if m.type == "program_change"]
    assert programs == [73, 46]  # General MIDI's flute, and the harp that plays its chords
    assert "%%MIDI program 73\n" in abc.decode()
    assert read(abc, "tune.abc").notes == tuple(tuple(note) for note in flute.result.notes)


def test_a_variation_is_played_on_what_its_tune_was(flute: Made) -> None:
    assert isinstance(flute.result, MelodyResult)
    assert vary(ask("x", instrument="flute"), given_of(flute.result), "subtle").instrument == "flute"


@pytest.mark.parametrize("instrument", ["flute", "trumpet", "guzheng"])
def test_notes_stay_inside_the_instruments_compass(composer: Composer, instrument: Instrument) -> None:
    low, high = ORCHESTRA[instrument].compass
    assert (low, high) != COMPASS
    requests = [
        ask("a low dark reel", mood="tense", key=key, instrument=instrument)
        for key in ("Bb minor", "A minor")
    ]
    for tune in composer.compose(requests):
        assert not isinstance(tune, BaseException)
        assert all(low <= pitch <= high for _, _, pitch in tune.notes)


def test_a_lead_stays_inside_it_too(composer: Composer) -> None:
    (low,) = composer.compose([ask("a low reel", key="Bb minor", mood="tense")])
    assert not isinstance(low, BaseException)
    result = composer.result_of(ask("a low reel"), low)
    (made,) = composer.compose([vary(ask("x", instrument="flute"), given_of(result), "strong")])
    assert not isinstance(made, BaseException)
    assert made.wished.instrument == "flute"
    assert made.notes[-1][2] >= ORCHESTRA["flute"].compass[0]


NOTES = [[0, 4, 62], [4, 4, 66], [8, 8, 69], [16, 16, 74], [32, 8, 81], [40, 24, 74]]


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_instrument_is_heard_in_tune_and_levelled(instrument: Instrument) -> None:
    said = {"meter": "4/4", "tempo": 120, "mood": None, "bars": 4}
    sound = render(NOTES, [[0, 64, 50]], instrument=instrument, **said)  # type: ignore[arg-type]
    assert sound.shape[1] == 2
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= CEILING
    assert lufs(sound, RATE) == pytest.approx(-16, abs=0.5)
    for pitch in (62, 74, 84):
        note = sounded(instrument, pitch, RATE).astype(np.float64)
        assert 0.5 * ORCHESTRA[instrument].timbre.strength < np.abs(note).max() <= 1.001
        spectrum = np.abs(np.fft.rfft(note * np.hanning(len(note))))
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        near = slice(round(frequency * 0.97), round(frequency * 1.03))
        assert near.start + int(np.argmax(spectrum[near])) == pytest.approx(frequency, rel=0.01)
        # What is heard between the harmonics is little: it is a tone, and that tone.
        harmonics = np.zeros(len(spectrum), dtype=bool)
        for number in (0.5, *range(1, 30)):
            at = round(frequency * number)
            harmonics[max(0, at - 25) : at + 40] = True
        if instrument != "music box":  # its tines are not harmonic
            assert (spectrum[harmonics] ** 2).sum() > 0.9 * (spectrum**2).sum()


def test_no_two_instruments_sound_alike() -> None:
    """By the shares of their first eight partials, and how much is left after a second."""

    def portrait(name: Instrument) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        note = sounded(name, 69, 2 * RATE).astype(np.float64)
        spectrum = np.abs(np.fft.rfft(note[:RATE] * np.hanning(RATE)))
        parts = np.array([spectrum[440 * n - 8 : 440 * n + 9].max() for n in range(1, 9)])
        early, late = (np.sqrt(np.mean(note[at : at + RATE // 4] ** 2)) for at in (RATE // 8, RATE))
        return np.append(parts / parts.sum(), min(1.0, late / early))

    portraits = {name: portrait(name) for name in INSTRUMENTS}
    for one in INSTRUMENTS:
        for other in INSTRUMENTS:
            if one != other:
                assert np.abs(portraits[one] - portraits[other]).sum() > 0.1, (one, other)
