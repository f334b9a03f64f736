"""The shipped composer: from a request to four faces that other programs read."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from PIL import Image

from atelier.errors import BadInput, Cancelled, Unavailable, WeightsError
from atelier.requests import MelodyRequest, parse_request
from atelier.unsaid import unsaid
from atelier.versions import shipped_folder
from atelier.works import Made, MelodyResult
from bench.loudness import lufs
from models.composer.generate import Composer
from models.composer.grid import METERS, pitch_class, to_notes, to_steps
from models.composer.instruments import COMPASS
from models.composer.loudness import CEILING, levelled, loudness
from models.composer.notation import pieces, spell
from models.composer.ogg import opus, read_tags
from models.loading import load_model


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer.load()


def ask(description: str, **options: object) -> MelodyRequest:
    request = parse_request("melody", {"description": description, "seed": 7, **options})
    assert isinstance(request, MelodyRequest)
    return request


def result(made: object) -> MelodyResult:
    assert isinstance(made, Made)
    assert isinstance(made.result, MelodyResult)
    return made.result


def face(made: object, name: str) -> bytes:
    assert isinstance(made, Made)
    return next(artefact.data for artefact in made.artefacts if artefact.name == f"melody.{name}")


@pytest.fixture(scope="module")
def waltz(composer: Composer) -> object:
    return composer.generate([ask("a slow, sad waltz in D minor", tempo=90)])[0]


def test_what_was_asked_is_what_came(waltz: object) -> None:
    made = result(waltz)
    assert (made.key, made.mode, made.meter, made.tempo, made.bars) == ("D", "minor", "3/4", 90, 8)
    assert made.rhythm == "waltz"
    assert made.notes[-1][2] % 12 == pitch_class("D")


def test_the_sound_plays_and_is_neither_too_loud_nor_silent(waltz: object) -> None:
    sound, rate = soundfile.read(io.BytesIO(face(waltz, "ogg")), dtype="float32")
    assert rate == 48_000
    assert len(sound) / rate == pytest.approx(8 * 3 * 60 / 90 + 1.66, abs=0.1)
    assert np.abs(sound).max() < 1.0
    assert lufs(sound, rate) == pytest.approx(-16, abs=1)
    tags = read_tags(face(waltz, "ogg"))
    assert tags["PROMPT"] == "a slow, sad waltz in D minor"
    assert "machine" in tags["COMMENT"]


def test_the_score_is_an_opaque_light_card_with_its_provenance(waltz: object) -> None:
    picture = Image.open(io.BytesIO(face(waltz, "png")))
    assert picture.mode == "L"
    assert picture.width == 1400
    pixels = np.asarray(picture)
    assert pixels[:8].min() == 255
    staff = (pixels < 128).mean(axis=1)
    assert (staff > 0.85).sum() >= 2 * 5  # two systems of five lines
    assert picture.info["Seed"] == "7"
    assert picture.info["Model"].startswith("composer")


def test_the_midi_file_holds_the_tune(waltz: object) -> None:
    file = mido.MidiFile(file=io.BytesIO(face(waltz, "mid")), charset="utf-8")
    head = {message.type: message for message in file.tracks[0] if message.is_meta}
    assert round(mido.tempo2bpm(head["set_tempo"].tempo)) == 90
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (3, 4)
    assert head["key_signature"].key == "Dm"
    assert any(m.type == "text" and m.text.startswith("Prompt: ") for m in file.tracks[0])
    now, starts = 0, []
    for message in file.tracks[1]:
        now += message.time
        if message.type == "note_on":
            starts.append([now // 120, message.note])
    assert starts == [[start, pitch] for start, _, pitch in result(waltz).notes]


def abc_lengths(text: str) -> list[int]:
    """Sixteenths in every bar of ABC written with L:1/16."""
    import re

    music = [line for line in text.splitlines() if not re.match(r"^(%|[A-Z]:)", line)]
    bars = re.sub(r'"[^"]*"', "", " ".join(music)).replace("]", "").split("|")
    token = re.compile(r"[_^=]*[A-Ga-gz][,']*(\d*)")
    return [sum(int(n or 1) for n in token.findall(bar)) for bar in bars if bar.strip()]


def test_the_abc_text_adds_up_bar_by_bar(waltz: object) -> None:
    text = face(waltz, "abc").decode("utf-8")
    assert "K:Dm" in text
    assert "% Prompt: a slow, sad waltz in D minor" in text
    assert abc_lengths(text) == [12] * 8


@pytest.mark.usefixtures("few_phrases")
@pytest.mark.parametrize(
    ("rhythm", "key", "tempo", "length"),
    [
        ("reel", "G major", 180, 4),
        ("jig", "F# minor", 150, 8),
        ("hymn", "Ab major", 80, 16),
        ("march", "C minor", 120, 32),
    ],
)
def test_key_mode_tempo_and_length_are_kept_and_bars_add_up(
    composer: Composer, rhythm: str, key: str, tempo: int, length: int
) -> None:
    request = ask("something", rhythm=rhythm, key=key, tempo=tempo, length=length)
    tune = composer.compose([request])[0]
    assert not isinstance(tune, BaseException)
    assert f"{tune.wished.key} {tune.wished.mode}" == key
    assert (tune.wished.tempo, tune.wished.length) == (tempo, length)
    size = METERS[tune.wished.meter]
    bars = pieces(tune.notes, tune.wished.meter, length)
    assert [sum(piece.length for piece in bar) for bar in bars] == [size] * length
    assert all(a[0] + a[1] <= b[0] for a, b in zip(tune.notes, tune.notes[1:], strict=False))
    assert tune.notes[-1][0] + tune.notes[-1][1] == length * size
    assert tune.notes[-1][2] % 12 == pitch_class(tune.wished.key)
    low, high = COMPASS
    assert all(low <= pitch <= high for _, _, pitch in tune.notes)
    third = 4 if tune.wished.mode == "major" else 3
    other = 7 - third
    degrees = [(pitch - pitch_class(tune.wished.key)) % 12 for _, _, pitch in tune.notes]
    assert other not in degrees


@pytest.mark.usefixtures("few_phrases")
def test_the_same_request_is_the_same_files_alone_and_among_others(composer: Composer) -> None:
    request = ask("雪夜的歌", length=4)
    alone = composer.generate([request])[0]
    among = composer.generate([ask("a jig", length=4), request, ask("a waltz", length=8)])[1]
    assert isinstance(alone, Made)
    assert isinstance(among, Made)
    assert alone.result == among.result
    assert [a.data for a in alone.artefacts] == [a.data for a in among.artefacts]


def test_the_words_can_be_taken_out_of_every_face(composer: Composer) -> None:
    [made] = composer.generate([MelodyRequest(description="a slow secret waltz", seed=1)])
    assert not isinstance(made, Exception)
    for file in made.artefacts:
        assert b"a slow secret waltz" in file.data, file.name
        bare = unsaid(file.data, ["a slow secret waltz"])
        assert b"secret" not in bare, file.name
        assert len(bare) == len(file.data)
        if file.name.endswith("ogg"):  # the decoder takes it: every page's sum is right
            (sound, rate), (was, _) = soundfile.read(io.BytesIO(bare)), soundfile.read(io.BytesIO(file.data))
            assert rate == 48_000
            assert (sound == was).all()


def test_other_seeds_and_other_words_are_other_tunes(composer: Composer) -> None:
    made = composer.compose(
        [ask("a jig in D major"), ask("a jig in D major", seed=8), ask("the jig in D major")]
    )
    tunes = {str(tune.notes) for tune in made if not isinstance(tune, BaseException)}
    assert len(tunes) == 3


def test_a_chinese_prompt_comes_with_a_chinese_title(composer: Composer) -> None:
    made = composer.generate([ask("欢快的进行曲", length=4)])[0]
    assert result(made).title.endswith("欢快的进行曲")
    assert read_tags(face(made, "ogg"))["TITLE"] == result(made).title
    assert "没有人类作者" in face(made, "abc").decode("utf-8")


@pytest.mark.parametrize("prompt", ["🦋", "😭😭😭", "שלום", "a" * 500, '"}{|]\\ % X:2', "歌" * 500])
def test_odd_prompts_make_whole_files(composer: Composer, prompt: str) -> None:
    made = composer.generate([ask(prompt, length=4)])[0]
    assert result(made).notes
    assert soundfile.info(io.BytesIO(face(made, "ogg"))).frames > 48_000
    assert read_tags(face(made, "ogg"))["PROMPT"] == prompt
    text = face(made, "abc").decode("utf-8")
    assert text.count("\nX:") == 1
    assert len(set(abc_lengths(text))) == 1
    mido.MidiFile(file=io.BytesIO(face(made, "mid")), charset="utf-8")


def test_a_refusal_stands_in_its_place(composer: Composer) -> None:
    made = composer.generate([ask("a tune in 5/4"), ask("a song", length=4)])
    assert isinstance(made[0], BadInput)
    assert "5/4" in made[0].text("en")
    assert isinstance(made[1], Made)


def test_a_stopped_tune_is_cancelled(composer: Composer) -> None:
    with pytest.raises(Cancelled):
        composer.generate([ask("a song")], stopped=lambda: True)


def test_without_harmony_there_is_one_part() -> None:
    made = load_model("melody", harmony=False).generate([ask("a song", length=4)])[0]
    assert len(mido.MidiFile(file=io.BytesIO(face(made, "mid"))).tracks) == 2
    music = face(made, "abc").decode("utf-8").split("\nK:")[1]
    assert '"' not in music
    assert len(music) > 20


def test_a_soundfont_that_cannot_be_played_is_said(tmp_path: Path) -> None:
    bank = tmp_path / "bank.sf2"
    bank.write_bytes(b"no bank")
    made = Composer.load(soundfont=bank).generate([ask("a song", length=4)])[0]
    assert isinstance(made, Unavailable)
    assert made.key in ("composer-bad-bank", "composer-no-player")


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "card"])
def test_damaged_weights_are_named(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "composer" / "v1"
    shutil.copytree(shipped_folder("composer"), folder)
    weights = folder / "composer.safetensors"
    data = bytearray(weights.read_bytes())
    if damage == "cut":
        weights.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        data[-1] ^= 0xFF
        weights.write_bytes(data)
    elif damage == "gone":
        weights.unlink()
    else:
        (folder / "card.json").write_text("{}", "utf-8")
    with pytest.raises(WeightsError):
        Composer.load(folder)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    import json

    from atelier.versions import write_card

    folder = tmp_path / "composer" / "v1"
    shutil.copytree(shipped_folder("composer"), folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["shape"]["width"] = 64
    write_card(folder, card)
    with pytest.raises(WeightsError):
        Composer.load(folder)


def test_shipped_weights_fit_the_budget() -> None:
    files = [path for path in shipped_folder("composer").iterdir() if not path.stem.endswith("-filter")]
    assert sum(file.stat().st_size for file in files) <= 4 * 2**20


def test_notes_and_steps_are_each_other() -> None:
    notes = [[0, 4, 62], [4, 2, 64], [8, 8, 69]]
    assert to_notes(to_steps(notes, 16, 62), 62) == notes


def test_spelling_follows_the_key() -> None:
    assert (spell(70, "D", "minor").letter, spell(70, "D", "minor").alter) == ("B", -1)
    assert (spell(73, "D", "minor").letter, spell(73, "D", "minor").alter) == ("C", 1)
    assert (
        spell(77, "F#", "major").letter,
        spell(77, "F#", "major").alter,
        spell(77, "F#", "major").octave,
    ) == ("E", 1, 5)


def test_levelling_reaches_its_target_and_never_clips() -> None:
    t = np.arange(3 * 48_000, dtype=np.float32) / 48_000
    tone = (0.02 * np.sin(2 * np.pi * 997 * t)).astype(np.float32)
    sound = np.stack([tone, tone], axis=1)
    sound[::24_000] += 0.5
    made = levelled(sound)
    assert loudness(made) == pytest.approx(-16, abs=0.3)
    assert np.abs(made).max() <= CEILING


def test_loudness_of_a_full_scale_tone_is_the_standards() -> None:
    t = np.arange(5 * 48_000) / 48_000
    tone = np.sin(2 * np.pi * 997 * t).astype(np.float32)[:, None]
    assert loudness(tone) == pytest.approx(-3.01, abs=0.1)  # BS.1770-4, annex 1, note 3


def test_encoding_twice_gives_the_same_bytes() -> None:
    rng = np.random.default_rng(0)
    sound = (0.1 * rng.standard_normal((48_000, 2))).astype(np.float32)
    assert opus(sound, {"title": "é 歌"}) == opus(sound, {"title": "é 歌"})
