"""The command line: the contract of ``--json`` and ``--from``, with the shipped models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from atelier.cli import main
from atelier.requests import FORMS, HEADED

Run = Callable[..., "Done"]


class Done:
    """How one command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("ATELIER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        captured = capfd.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 1, captured.out, captured.err)

    return run


def test_paint_writes_the_picture_and_says_what_it_understood(run: Run, tmp_path: Path) -> None:
    done = run("paint", "a stormy sea", "--seed", "7", "--out", str(tmp_path / "sea.png"), "--json")
    assert (done.code, done.err) == (0, "")
    result = done.json
    assert {"file", "width", "height", "understood", "seed", "version"} <= set(result)
    with Image.open(result["file"]) as picture:
        assert picture.size == (result["width"], result["height"])
        assert min(picture.size) >= 64
        assert "Made by a machine with Atelier; no human author." in picture.info["Comment"]
        assert picture.info["Seed"] == "7"
    assert result["seed"] == 7


def test_the_same_seed_makes_the_same_picture(run: Run, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        assert run("paint", "一只猫", "--seed", "3", "--out", str(tmp_path / name)).code == 0
    assert run("paint", "一只猫", "--seed", "4", "--out", str(tmp_path / "c.png")).code == 0
    a, b, c = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png", "c.png"))
    assert a == b != c


def test_several_pictures(run: Run, tmp_path: Path) -> None:
    result = run("paint", "a red rose", "--count", "3", "--out", str(tmp_path / "rose.png"), "--json").json
    assert len(set(result["files"])) == 3
    assert len({Path(file).read_bytes() for file in result["files"]}) == 3


@pytest.mark.parametrize(
    ("topic", "form", "lines", "lang"), [("first snow", "haiku", 3, "en"), ("初雪", "七绝", 4, "zh")]
)
def test_poem(run: Run, topic: str, form: str, lines: int, lang: str) -> None:
    result = run("poem", topic, "--form", form, "--seed", "1", "--json").json
    assert {"form", "lang", "title", "lines", "seed", "version"} <= set(result)
    assert (result["form"], result["lang"], len(result["lines"]), result["seed"]) == (form, lang, lines, 1)
    plain = run("poem", topic, "--form", form, "--seed", "1").out
    assert all(line in plain for line in result["lines"])


def test_melody_writes_four_faces(run: Run, tmp_path: Path) -> None:
    result = run("melody", "a slow sad waltz", "--out", str(tmp_path / "waltz.ogg"), "--json").json
    assert {"files", "key", "mode", "meter", "tempo", "notes", "seed", "version"} <= set(result)
    assert set(result["files"]) == {"ogg", "png", "mid", "abc"}
    for face, file in result["files"].items():
        assert Path(file) == tmp_path / f"waltz.{face}"
        assert Path(file).stat().st_size > 100
    assert result["meter"] == "3/4"
    assert all(len(note) == 3 for note in result["notes"])
    file = result["files"]["mid"]
    more = run(
        "melody", "--continue", file, "--out", str(tmp_path / "more.ogg"), "--seed", "2", "--json"
    ).json
    assert more["bars"] == 16
    known = result["notes"][:16]  # of eight bars, which may have no more
    assert more["notes"][: len(known)] == known


def test_many_at_once_keep_their_order_and_their_faults(run: Run, tmp_path: Path) -> None:
    asked = [
        '{"topic": "snow", "form": "haiku", "seed": 1}',
        '{"topic": ""}',
        "not json",
        '["a list"]',
        '{"topic": "雪", "form": "五绝", "seed": 2}',
        '{"topic": "sea", "flavour": "salt"}',
        '{"topic": "rain\u2028\u0085", "form": "haiku", "seed": 3}',
    ]
    source = tmp_path / "asked.jsonl"
    source.write_text("\n".join(asked) + "\n", "utf-8")
    done = run("poem", "--from", str(source), "--out", str(tmp_path / "poems"), "--json")
    assert done.code == 2
    assert [("error" in line) for line in done.lines] == [
        False, True, True, True, False, True, False,
    ]  # fmt: skip
    assert [line.get("form") for line in done.lines] == [
        "haiku", None, None, None, "五绝", None, "haiku",
    ]  # fmt: skip
    alone = run("poem", "snow", "--form", "haiku", "--seed", "1", "--json").json
    assert alone["lines"] == done.lines[0]["lines"]
    assert (tmp_path / "poems" / "0001.txt").read_text("utf-8").count("\n") >= 3


def test_pictures_from_a_file(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "asked.jsonl"
    source.write_text('{"prompt": "a sea", "seed": 1}\n{"prompt": "🦋", "seed": 2, "count": 2}\n', "utf-8")
    done = run("paint", "--from", str(source), "--out", str(tmp_path / "out"), "--json")
    assert done.code == 0
    files = [file for line in done.lines for file in line["files"]]
    assert len(files) == 3
    assert all(Path(file).is_file() for file in files)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("paint",), "Say what to make"),
        (("paint", ""), "Say what to make"),
        (("paint", "x" * 501), "at most 500"),
        (("paint", "\x00\u200b"), "say in words"),
        (("paint", "a sea", "--style", "cubist"), "photo"),
        (("paint", "a sea", "--seed", "soon"), "soon"),
        (("paint", "a sea", "--count", "9"), "1 to 4"),
        (("poem", "snow", "--form", "epic"), "haiku"),
        (("poem", "sea", "--acrostic", "abcdefghijklmno"), "at most 14"),
        (("poem", "sea", "--acrostic", "xylem"), "begins with x"),
        (("poem", "sea", "--form", "haiku", "--acrostic", "sea"), "haiku"),
        (("poem", "大海", "--acrostic", "春"), "2 to 8 Chinese characters"),
        (("poem", "привет", "--form", "haiku"), "English and Chinese"),
        (("poem", "the sea in the manner of Bob Dylan"), "Walter Scott"),
        (("poem", "仿徐志摩，明月"), "陆游"),
        (("poem", "仿李白，明月", "--form", "haiku"), "a Chinese form too"),
        (("melody", "a tune", "--length", "200"), "4, 8, 16, 32"),
        (("melody", "a tune", "--density", "9"), "0.4 to 3"),
        (("melody", "--continue", "no-such-file.mid"), "no-such-file.mid"),
        (("melody", "--vary", "[CEG]2"), "one melody line"),
        (("melody", "--continue", "CDEF", "--vary", "CDEF"), "one of --continue"),
        (("melody", "--blend", "CDEF", "M:3/4\nK:C\nC"), "one meter"),
        (("melody", "--share", "0.5"), "--blend"),
        (("paint", "a sea", "--out", "/proc/nowhere/sea.png"), "/proc/nowhere"),
        (("paint", "a sea", "--out", "/dev/null/sea.png"), "/dev/null"),
        (("paint", "--from", "no-such-file", "--out", "x"), "no-such-file"),
        (("paint", "--from", "no-such-file"), "--out DIR"),
        (("frobnicate",), "frobnicate"),
        (("bench", "nothing"), "nothing"),
        (("bench", "capacity"), "faults, flops, journey, learning, painter, queue"),
        (("bench", "faults", "--set", "request=5"), "requests=1, seed=1, times=1, rate=1"),
        (("models", "show", "poet", "v999"), "v999"),
        (("train", "poet", "--data", "no-such-folder", "--out", "x"), "no-such-folder"),
        (("worker", "--kinds", "dance"), "dance"),
        (("bot", "discord"), "ATELIER_DISCORD_TOKEN"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(run: Run, args: tuple[str, ...], says: str) -> None:
    done = run(*args)
    assert done.code == 2, done.err
    assert done.out == ""
    assert says in done.err
    assert done.err.count("\n") == 1


def test_damaged_and_missing_weights_are_named_with_the_mending_command(run: Run, tmp_path: Path) -> None:
    import shutil

    from atelier.versions import shipped_folder

    folder = tmp_path / "painter" / "v1"
    shutil.copytree(shipped_folder("painter"), folder)
    weights = next(folder.glob("*.safetensors"))
    whole = weights.read_bytes()
    for damaged in (whole[:-10], whole[:100] + b"x" + whole[101:]):
        weights.write_bytes(damaged)
        done = run("paint", "a sea", "--version-folder", str(folder))
        assert done.code == 1
        assert weights.name in done.err
        assert "atelier models restore painter" in done.err
    weights.unlink()
    done = run("paint", "a sea", "--version-folder", str(folder))
    assert (done.code, "missing" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "99999"),
        ("LOG_LEVEL", "verbose"),
        ("REDIS_URL", "localhost:6379"),
        ("DATABASE_URL", "atelier.db"),
        ("ARTEFACTS_URL", "works"),
        ("TELEGRAM_API_BASE", "api.telegram.org"),
        ("JOB_TIMEOUT", "0"),
    ],
)
def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ATELIER_{name}", value)
    done = run("doctor")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"ATELIER_{name}" in done.err


def test_an_unknown_device_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_DEVICE", "cuda:77")
    done = run("paint", "a sea")
    assert (done.code, "cuda:77" in done.err) == (2, True)


def test_sentences_come_in_the_terminals_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "请" in run("paint", "a sea", "--count", "9").err


def test_doctor_explains_every_setting_and_no_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM_TOKEN", "1234567:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp")
    monkeypatch.setenv("ATELIER_TELEGRAM_API_BASE", "http://127.0.0.1:9")  # nobody listens there
    done = run("doctor", "--json")
    report = done.json
    assert "AAbbCC" not in done.out + done.err
    names = {row["name"] for row in report["settings"]}
    assert {"ATELIER_HOME", "ATELIER_REDIS_URL", "ATELIER_DISCORD_TOKEN", "ATELIER_DEVICE"} <= names
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert states["painter weights"] == states["database"] == states["redis"] == "ok"
    assert (states["discord"], states["telegram"]) == ("off", "warn")
    assert "broken" not in states.values()


def test_feedback_stats_of_an_empty_studio(run: Run) -> None:
    stats = run("feedback", "stats", "--json").json
    assert (stats["works"], stats["liked"], stats["disliked"]) == (0, 0, 0)


def test_a_trained_version_is_promoted_and_taken_back(run: Run, tmp_path: Path) -> None:
    import shutil

    from atelier.versions import CARD, shipped_folder, write_card

    folder = tmp_path / "mine"
    shutil.copytree(shipped_folder("composer"), folder)
    card = json.loads((folder / CARD).read_text("utf-8"))
    write_card(folder, {**card, "version": "mine"})
    assert run("models", "promote", "composer", str(folder), "--json").json == {
        "model": "composer", "version": "mine", "status": "current",
    }  # fmt: skip
    assert run("models", "show", "composer", "--json").json["version"] == "mine"
    shutil.rmtree(folder)  # the studio has its own copy, deeper than any column of 32 characters
    rows = [row for row in run("models", "list", "--json").json["versions"] if row["model"] == "composer"]
    assert rows[0]["origin"] == str(tmp_path / "home" / "learning" / "versions" / "composer" / "mine")
    status = {row["version"]: row["status"] for row in rows}
    shipped = shipped_folder("composer").name
    assert status == {"mine": "current", shipped: "previous"}
    assert run("models", "promote", "poet", rows[0]["origin"]).code == 2
    assert run("models", "rollback", "composer", "--json").json["version"] == shipped
    assert run("models", "rollback", "composer").code == 2


def test_the_prompt_encoder_is_restored_like_a_model(run: Run) -> None:
    assert run("models", "restore", "text", "--json").json == {"model": "text", "restored": False}


def test_models_list_show_and_restore(run: Run) -> None:
    rows = run("models", "list", "--json").json["versions"]
    assert {row["model"] for row in rows} == {"painter", "poet", "composer"}
    card = json.loads(run("models", "show", "poet").out)
    assert {"data", "command", "figures", "parameters", "files"} <= set(card)
    assert "whole" in run("models", "restore", "painter").out


def test_help_loads_every_command_and_no_torch() -> None:
    code = (
        "import sys, atelier.cli\n"
        "try: atelier.cli.main(['--help'])\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    env = {**os.environ, "LC_ALL": "en_GB.UTF-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines()[-1] == "False"


def test_every_form_is_written_or_refused_by_name(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "forms.jsonl"
    asked = [{"topic": "moon 月", "form": form, "seed": 1} for form in FORMS]
    source.write_text("\n".join(json.dumps(request) for request in asked), "utf-8")
    answers = run("poem", "--from", str(source), "--json").lines
    for form, answer in zip(FORMS, answers, strict=True):
        # Those that spell a word need one: the language of "moon 月" has none to offer.
        assert answer.get("form") == form or (form in HEADED and form in answer["error"]), answer
