"""The poet's training: reading verse, a tiny run, resuming, what a version holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from atelier.cli import main as typed
from atelier.errors import BadInput, WeightsError
from atelier.learning import curve
from atelier.versions import open_version, shipped_folder, write_card
from models.poet import facts
from models.poet import train as training
from models.poet.data import IGNORED, PREFIX, batches, build, find_rows, read_poem
from models.poet.export import command
from models.poet.moods import mood_of
from models.poet.originality import LineFilter, line_key
from models.poet.train import Settings, train, train_language
from models.poet.version import load_tongue, save_tongue
from models.poet.vocabulary import read_line
from tests.models.poet_verse import write_pack

TINY = {
    "steps": 6, "minutes": 0.0, "evaluate": 0, "tokens": 512, "validate_every": 3,
    "validate_on": 8, "warmup": 2,
    "en_width": 32, "en_layers": 1,
    "en_feedforward": 48, "zh_width": 32, "zh_layers": 1, "zh_feedforward": 48,
}  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"))


def settings(pack: Path, home: Path, **changes: object) -> Settings:
    return Settings(pack, home / "v1", **{**TINY, **changes})  # type: ignore[arg-type]


def test_a_line_is_words_and_marks() -> None:
    assert read_line("O'er the blue-gray hills, To-night --") == [
        "over",
        "the",
        "blue",
        "gray",
        "hills",
        ",",
        "tonight",
        "--",
    ]
    assert read_line("\"Wander'd I?\" she ask'd.") == ["wandered", "i", "?", "she", "asked", "."]


def test_a_mood_needs_a_clear_majority() -> None:
    assert mood_of(["tears", "grave", "smile"], "en") == "sad"
    assert mood_of(["tears", "smile"], "en") is None
    assert mood_of("独坐泪沾衣", "zh") == "sad"


def test_lines_are_learnt_from_their_end(pack: Path) -> None:
    rows, home = find_rows(pack, "en")
    vocabulary, lexicon = build(rows, home, "en", 500)
    lengths = lexicon.length.tolist()
    row = {"form": "quatrain", "lines": ["The silver river,", "in the day."] * 2, "title": "", "stanzas": [4]}
    poem = read_poem(row, vocabulary, lexicon, lengths)
    assert poem is not None
    assert [vocabulary.tokens[n] for n in poem.lines[0]] == [",", "river", "silver", "the"]
    assert poem.left[0] == (5, 3, 1, 0)  # syllables left before what was just written
    slots, targets = next(batches([poem], vocabulary, lexicon, tokens=64, seed=1))
    assert (targets[:, :PREFIX] == IGNORED).all()  # tags are given, not learnt
    learnt = targets[0][targets[0] != IGNORED]
    assert len(learnt) == sum(len(line) for line in poem.lines)
    assert slots.shape[-1] == 3


def test_barred_words_and_unknown_sounds_are_no_vocabulary(pack: Path) -> None:
    rows, home = find_rows(pack, "en")
    vocabulary, _ = build(rows, home, "en", 500)
    assert "river" in vocabulary.tokens
    assert "savage" not in vocabulary.tokens


def test_a_tracker_that_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="tensorboard, wandb"):
        train(Settings(tmp_path, tmp_path / "v1", tracker="abacus"))


def test_a_folder_without_poems_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        find_rows(tmp_path, "en")
    assert "cmudict_rhyme" in refused.value.text("zh")


def test_the_filter_misses_no_line() -> None:
    keys = {line_key(read_line(f"The {n} river, and the day {n}"), "en") + str(n) for n in range(2000)}
    lines = LineFilter.of(keys, most_bytes=100_000)
    assert all(key in lines for key in keys)
    told = sum(f"other {n}" in lines for n in range(2000)) / 2000
    assert lines.false_alarms == pytest.approx(0.03, abs=0.01)
    assert told == pytest.approx(lines.false_alarms, abs=0.02)
    assert LineFilter.of(keys, most_bytes=900).false_alarms > 2 * lines.false_alarms


def test_what_the_filters_turn_away_that_ship_is_what_is_said() -> None:
    for lang, share in (("en", 0.032), ("zh", 0.054)):
        lines = load_tongue(shipped_folder("poet"), lang).lines
        assert lines.false_alarms == pytest.approx(share, abs=0.0006)


def test_training_learns_and_exports_a_card(pack: Path, tmp_path: Path) -> None:
    chosen = settings(pack, tmp_path, steps=40, tokens=1024, rate=1e-2)
    version = train(chosen)
    assert (version.model, version.name) == ("poet", "v1")
    assert {"en.safetensors", "zh.safetensors", "CMUDICT-LICENSE.txt"} <= set(version.card["files"])
    assert version.card["trained"]["en"]["val_nats"] < 4.0  # from ln 70 = 4.2
    weights = load_file(version.file("en.safetensors"))
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert (chosen.work_folder / "en" / "logs" / curve.FILE).is_file()  # beside the events, to be looked at
    assert "--set steps=40" in version.card["command"]
    assert str(tmp_path) not in version.file("card.json").read_text("utf-8")


def test_a_run_that_was_interrupted_ends_like_an_undisturbed_one(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = settings(pack, tmp_path / "whole", dropout=0.1, word_dropout=0.1)
    train_language(whole, "en")
    broken = settings(pack, tmp_path / "broken", dropout=0.1, word_dropout=0.1)
    step, calls = training.train_step, 0

    def pulled_plug(*args: object) -> float:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return step(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train_step", pulled_plug)
    with pytest.raises(KeyboardInterrupt):
        train_language(broken, "en")
    monkeypatch.undo()
    state = train_language(broken, "en")
    assert state.step == whole.steps
    one, two = (
        load_file(chosen.work_folder / "en" / "export" / "en.safetensors") for chosen in (whole, broken)
    )  # fmt: skip
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_frozen_parts_stay_and_patience_stops(pack: Path, tmp_path: Path) -> None:
    chosen = settings(pack, tmp_path, freeze=("embed_tokens",), steps=3)
    train_language(chosen, "en")
    kept = torch.load(chosen.work_folder / "en" / "last.pt", weights_only=True)["network"]
    still = settings(pack, tmp_path / "still", freeze=("embed_tokens",), steps=1, rate=0.0)
    train_language(still, "en")
    begun = torch.load(still.work_folder / "en" / "last.pt", weights_only=True)["network"]
    name = "lm.model.embed_tokens.weight"
    assert torch.equal(kept[name], begun[name])
    assert not torch.equal(kept["lm.model.norm.weight"], begun["lm.model.norm.weight"])
    tired = replace(chosen, out=tmp_path / "tired" / "v1", steps=90, rate=0.0, validate_every=1, patience=2)
    assert train_language(tired, "en").step == 3  # one that sets the mark, two without progress


def test_a_version_can_be_gone_on_from(pack: Path, tmp_path: Path) -> None:
    """With its words and weights, of which what is frozen stays as it was there."""
    first = train(settings(pack, tmp_path / "first", steps=6, en_words=60))
    made = settings(
        pack, tmp_path / "more", start=first.folder, freeze=("embed_tokens",), steps=4, rate=1e-2,
        validate_every=2, en_words=20, en_width=64,
    )  # fmt: skip
    after = train(made)
    one, two = (load_tongue(version.folder, "en") for version in (first, after))
    assert one.vocabulary == two.vocabulary
    told = [tongue.network.state_dict() for tongue in (one, two)]
    assert torch.equal(*(weights["lm.model.embed_tokens.weight"] for weights in told))
    curve = torch.load(made.work_folder / "en" / "last.pt", weights_only=True)["state"]["curve"]
    assert [step for step, _ in curve] == [0, 2, 4]  # first of all what the parent is worth
    assert curve[0][1] == pytest.approx(first.card["trained"]["en"]["val_nats"], abs=0.01)  # float16 between
    assert min(value for _, value in curve) < curve[0][1]
    moved = "lm.model.norm.weight"
    assert not torch.equal(*(weights[moved] for weights in told))
    assert after.card["parent"]["version"] == "v1"
    assert after.card["parent"]["command"] == first.card["command"]
    assert "--set start=PARENT" in after.card["command"]
    assert "--set freeze=embed_tokens" in after.card["command"]
    assert str(tmp_path) not in after.file("card.json").read_text("utf-8")


def test_what_makes_nothing_better_leaves_the_parent(pack: Path, tmp_path: Path) -> None:
    first = train(settings(pack, tmp_path / "first", languages=("en",)))
    spoilt = train(settings(pack, tmp_path / "more", languages=("en",), start=first.folder, rate=5.0))
    one, two = (load_file(version.file("en.safetensors")) for version in (first, spoilt))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_what_is_no_version_of_the_poet_is_refused_as_a_start(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        train(settings(pack, tmp_path, start=tmp_path / "nothing"))
    with pytest.raises(WeightsError):
        train(settings(pack, tmp_path, start=shipped_folder("composer")))


def test_the_card_tells_steps_whatever_the_clock_said(pack: Path, tmp_path: Path) -> None:
    begin = "atelier train poet --data DIR --out DIR --minutes 0"
    clock = Settings(pack, tmp_path, minutes=30.0)
    assert command(clock, {"en": 959, "zh": 1344}, " --set rate=0.01") == (
        f"{begin} --set languages=en --set steps=959 --set rate=0.01"
        f" && {begin} --set languages=zh --set steps=1344 --set rate=0.01"
    )
    assert command(replace(clock, minutes=0.0, steps=500), {"en": 480, "zh": 500}) == (
        f"{begin} --set steps=500"  # where patience ended, it ends again
    )
    assert command(replace(clock, minutes=0.0, steps=500), {"zh": 500}) == (
        f"{begin} --set steps=500 --set languages=zh"
    )


def test_the_command_on_the_card_is_one_that_trains(pack: Path, tmp_path: Path) -> None:
    """As a person types it, the second half after the first; in steps it ends where the first run did."""
    first = train(settings(pack, tmp_path / "first", steps=4, name="v7"))
    clocked = command(
        settings(pack, tmp_path, minutes=1.0), {"en": 4, "zh": 4},
        first.card["command"].partition("steps=4")[2] + " --set evaluate=0",
    )  # fmt: skip
    out = tmp_path / "again" / "v1"
    for half in clocked.split(" && "):
        with pytest.raises(SystemExit) as ended:
            typed(half.replace("--data DIR --out DIR", f"--data {pack} --out {out}").split()[1:])
        assert ended.value.code == 0
    for name in ("en.safetensors", "zh.safetensors"):
        one, two = load_file(first.file(name)), load_file(out / name)
        assert all(torch.equal(one[key], two[key]) for key in one), name
    assert open_version(out).name == first.name == "v7"


def test_arrays_read_again_from_the_same_tables_are_the_same(pack: Path, tmp_path: Path) -> None:
    """``python -m models.poet.facts``, on a version whose oblique rhymes were not kept yet."""
    home = tmp_path / "poet" / "v1"
    train(replace(settings(pack, tmp_path, steps=2, languages=("zh",)), out=home))
    made = load_tongue(home, "zh")
    level = made.lexicon.rhyme & (2**32 - 1)
    assert not torch.equal(level, made.lexicon.rhyme)
    about = {name: value for name, value in open_version(home).card.items() if name != "files"}
    save_tongue(home, replace(made, lexicon=replace(made.lexicon, rhyme=level)))
    write_card(home, about)
    told = CliRunner().invoke(facts.main, ["--data", str(pack), "--version", str(home)])
    assert told.exit_code == 0, told.output
    again = load_tongue(home, "zh").lexicon
    for name, value in made.lexicon.arrays().items():
        assert torch.equal(value, again.arrays()[name]), name
    assert open_version(home, model="poet").name == "v1"
