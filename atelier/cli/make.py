"""``atelier paint|poem|melody``: make works in this process, with no queue and no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import click

from atelier.cli.melodies import led
from atelier.cli.poems import started
from atelier.cli.steering import steered
from atelier.errors import BadInput, PersonError, Unavailable
from atelier.languages import Written, say
from atelier.requests import (
    FORMS,
    INSTRUMENTS,
    LENGTHS,
    MAX_DENSITY,
    MAX_RANGE,
    MIN_DENSITY,
    MIN_RANGE,
    MOODS,
    PALETTES,
    RHYTHMS,
    SIZES,
    STRENGTHS,
    STYLES,
    Kind,
    Request,
    parse_request,
)  # fmt: skip
from atelier.settings import Settings
from atelier.works import Artefact, Made, MelodyResult, PictureResult, PoemResult

BATCH = 16  # requests a forward pass under --from


def _listed(values: tuple[Any, ...]) -> str:
    return ", ".join(str(value) for value in values)


def _makes(kind: Kind, prompt: str) -> Callable[[Callable[..., None]], click.Command]:
    """The options that the three commands share, around a function of the command's own options."""

    def wrap(function: Callable[..., None]) -> click.Command:
        command: Any = function
        for option in reversed(
            (
                click.argument(prompt, required=False),
                click.option("--mood", help=_listed(MOODS)),
                click.option("--seed", type=int, help="the same seed makes the same work again"),
                click.option("--out", type=Path, help="file to write (a folder with --from)"),
                click.option(
                    "--from", "source", type=Path, help="file of JSON requests, one a line; -: stdin"
                ),
                click.option("--json", "as_json", is_flag=True, help="print the result as one JSON object"),
                click.option(
                    "--version-folder", type=Path, help="another model version than the shipped one"
                ),
            )
        ):
            command = option(command)
        return click.command(kind)(command)

    return wrap


@_makes("paint", "prompt")
@click.option("--style", help=_listed(STYLES))
@click.option("--palette", help=_listed(PALETTES))
@click.option("--count", type=int, help="how many pictures, 1 to 4")
@click.option("--vary", type=Path, metavar="PICTURE", help="paint others like a picture painted before")
@click.option("--strength", help=f"how far --vary goes: {_listed(STRENGTHS)}")
@click.option("--blend", type=Path, nargs=2, metavar="PICTURE PICTURE", help="paint what is between two")
@click.option("--share", type=float, help="how much --blend takes of the second, 0 to 1")
@click.option("--again", type=Path, metavar="PICTURE", help="paint a picture again, larger with --upscale")
@click.option("--wild", type=float, help="0: the safest pictures; 1: as they come; 2: the wildest")
@click.option("--upscale", type=int, help=f"pixels: {_listed(SIZES)}")
def paint_command(**given: Any) -> None:
    """Paint PROMPT: a PNG file. Without PROMPT, --vary, --blend and --again keep the picture's words."""
    _run("paint", steered(given))


@_makes("poem", "topic")
@click.option("--form", help=_listed(FORMS))
@click.option("--lang", help=_listed(get_args(Written)))
@click.option("--acrostic", help="a word that the first letters of the lines spell")
@click.option("--vary", type=Path, metavar="POEM", help="write some lines of a poem anew")
@click.option("--strength", help=f"how far --vary goes: {_listed(STRENGTHS)}")
@click.option("--continue", type=Path, metavar="POEM", help="write a poem's next part")
def poem_command(**given: Any) -> None:
    """Write a poem about TOPIC.

    With --vary and --continue, TOPIC may be left out. POEM is a file: one that this command wrote, its
    result in JSON, or lines of text (with --form).
    """
    _run("poem", started(given))


@_makes("melody", "description")
@click.option("--rhythm", help=_listed(RHYTHMS))
@click.option("--key", help="for example: D minor")
@click.option("--tempo", type=int, help="quarter notes a minute, 40 to 240")
@click.option("--length", type=int, help=f"bars: {_listed(LENGTHS)}")
@click.option("--density", type=float, help=f"about: notes a quarter, {MIN_DENSITY:g} to {MAX_DENSITY:g}")
@click.option("--range", type=int, help=f"about: semitones of a phrase, {MIN_RANGE} to {MAX_RANGE}")
@click.option("--instrument", help=_listed(INSTRUMENTS))
@click.option("--continue", metavar="TUNE", help="go on from a few notes: a MIDI or ABC file, or ABC itself")
@click.option("--vary", metavar="TUNE", help="compose another tune like one")
@click.option("--strength", help=f"how far --vary goes: {_listed(STRENGTHS)}")
@click.option("--blend", nargs=2, metavar="TUNE TUNE", help="compose what is between two of one meter")
@click.option("--share", type=float, help="how much --blend takes of the second, 0 to 1")
def melody_command(**given: Any) -> None:
    """Compose DESCRIPTION: OGG, score (PNG), MIDI and ABC beside one another.

    With --continue, --vary and --blend, DESCRIPTION may be left out. TUNE is a MIDI file, an ABC file,
    or notes as ABC text ("M:3/4 K:D" in lines before them, or none).
    """
    _run("melody", led(given))


def _run(kind: Kind, given: dict[str, Any]) -> None:
    out, source, as_json, folder = (given.pop(k) for k in ("out", "source", "as_json", "version_folder"))
    if source is not None:
        sys.exit(_many(kind, source, out, folder))
    if not any(given.get(name) for name in ("prompt", "topic", "description")):
        # The chats' example says its options in their way, which a terminal does not read.
        example = " ".join(word for word in say(f"example-{kind}").split() if "=" not in word)
        raise BadInput("prompt-missing", command=kind, example=example)
    request = parse_request(kind, given).seeded()
    target = out or (None if kind == "poem" else Path(f"{kind}-{request.seed}{_SUFFIX[kind]}"))
    if target is not None:
        target = _writable(target / f"{kind}-{request.seed}{_SUFFIX[kind]}" if target.is_dir() else target)
    (made,) = load(kind, folder).generate([request])
    if isinstance(made, PersonError):
        raise made
    result = _keep(made, target) if target is not None else _as_dict(made)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(_readable(made, result))


_SUFFIX = {"paint": ".png", "poem": ".txt", "melody": ".ogg"}


def load(kind: Kind | Literal["upscaler"], folder: Path | None = None) -> Any:
    """The model that makes ``kind``, on the device of the settings; or what enlarges its pictures."""
    settings = Settings.load()
    try:
        from models.device import resolve
        from models.loading import load_model, load_upscaler
    except ModuleNotFoundError:
        raise Unavailable("room-missing", extra="worker") from None
    device = resolve(settings.device, settings.threads)
    if kind == "upscaler":
        return load_upscaler(folder, device)
    return load_model(
        kind, folder, device, soundfont=settings.soundfont, harmony=settings.harmony,
        candidates=settings.candidates, poem_model=settings.poem_model,
    )  # fmt: skip


def _many(kind: Kind, source: Path, out: Path | None, folder: Path | None) -> int:
    """One JSON result a line for one JSON request a line, in order; 2 if any line was bad."""
    if out is None and kind != "poem":
        raise BadInput("from-needs-out")
    try:
        text = (sys.stdin if str(source) == "-" else source.open(encoding="utf-8")).read()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput("bad-from", path=str(source), why=_why(fault)) from None
    if out is not None:
        _writable(out / "x")
    # Not splitlines(): it would also break at characters that may stand in a JSON string (U+2028).
    lines = text.removesuffix("\n").split("\n") if text else []
    model: Any = None
    bad = False
    for start in range(0, len(lines), BATCH):
        read = [_read(kind, line) for line in lines[start : start + BATCH]]
        good = [request for request in read if isinstance(request, Request)]
        if good and model is None:
            model = load(kind, folder)
        made: Iterator[Made | PersonError] = iter(model.generate(good) if good else ())
        for number, request in enumerate(read, start + 1):
            answer = next(made) if isinstance(request, Request) else request
            if isinstance(answer, PersonError):
                bad = True
                click.echo(json.dumps({"error": str(answer)}, ensure_ascii=False))
                continue
            target = None if out is None else out / f"{number:04d}{_SUFFIX[kind]}"
            result = _as_dict(answer) if target is None else _keep(answer, target)
            click.echo(json.dumps(result, ensure_ascii=False))
    return 2 if bad else 0


def _read(kind: Kind, line: str) -> Request | BadInput:
    """One line's request, or what is wrong with it."""
    try:
        options = json.loads(line)
        if not isinstance(options, dict):
            return BadInput("bad-line", why=type(options).__name__)
        return parse_request(kind, options).seeded()
    except BadInput as fault:
        return fault
    except (ValueError, RecursionError) as fault:
        return BadInput("bad-line", why=_why(fault))


def _writable(path: Path) -> Path:
    """``path``, its folder made. Raises :class:`BadInput` before anything is computed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        existed = path.exists()
        path.open("ab").close()
        if not existed:
            path.unlink()
    except (OSError, ValueError) as fault:  # ValueError: a null byte in the path
        raise BadInput("bad-out", path=str(path), why=_why(fault)) from None
    return path


def _why(fault: BaseException) -> str:
    return getattr(fault, "strerror", None) or str(fault)


def _keep(made: Made, target: Path) -> dict[str, Any]:
    """Write the artefacts beside ``target``; the result with their paths."""
    places: dict[str, str] = {}
    pictures = 0
    for artefact in made.artefacts:
        suffix = Path(artefact.name).suffix
        stem = target.stem
        if isinstance(made.result, PictureResult):
            pictures += 1
            stem += f"-{pictures}" if pictures > 1 else ""
        asked = target.suffix if suffix == _first_suffix(made) and target.suffix else suffix
        path = target.with_name(stem + asked)
        _write(path, artefact)
        places[artefact.name] = str(path)
    result = _as_dict(made)
    if isinstance(made.result, PictureResult):
        result["file"] = places[result["file"]]
        result["files"] = [places[name] for name in result["files"]]
    elif isinstance(made.result, MelodyResult):
        result["files"] = {face: places[name] for face, name in result["files"].items()}
    else:
        result["file"] = next(iter(places.values()))
    return result


def _first_suffix(made: Made) -> str:
    return Path(made.artefacts[0].name).suffix


def _write(path: Path, artefact: Artefact) -> None:
    try:
        path.write_bytes(artefact.data)
    except OSError as fault:
        raise BadInput("bad-out", path=str(path), why=_why(fault)) from None


def _as_dict(made: Made) -> dict[str, Any]:
    return made.result.model_dump(mode="json")


def _readable(made: Made, result: dict[str, Any]) -> str:
    """What a person at a terminal reads."""
    if isinstance(made.result, PoemResult):
        blocks, start = [made.result.title, ""], 0
        for size in made.result.stanzas:
            blocks += [*made.result.lines[start : start + size], ""]
            start += size
        return "\n".join(blocks).strip()
    if isinstance(made.result, PictureResult):
        return "\n".join([*result["files"], made.result.understood])
    return "\n".join(result["files"].values())
