"""A reading of poems with a mood: whether a reader hears the one that was asked for, and the word list.

``python -m bench.moods lay`` writes every third of the evaluation's poems with a mood to
``bench/results/poet-moods.json`` and prints them, numbered: forty-nine a language, nothing chosen. Whoever
has read them says in which the mood is heard: ``python -m bench.moods hear --reader WHO 2 3 5 ...``.
``python -m bench.moods tell`` counts that beside the word list's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from atelier.errors import PersonError
from atelier.requests import MOODS, PoemRequest
from atelier.works import Made, PoemResult
from models.loading import load_model
from models.poet.data import words_of
from models.poet.evaluate import SHORT
from models.poet.moods import mood_of
from models.poet.prompts import PROMPTS

EVERY, AT_ONCE = 3, 16
READ = Path(__file__).parent / "results" / "poet-moods.json"


def poems(poet: Any) -> Iterator[dict[str, Any]]:
    """The poems, in the order of their numbers. Raises what a request is refused with.

    ``listed``: a poem's mood by the word list.
    """
    for lang, prompts in PROMPTS.items():
        requests = [
            PoemRequest(topic=prompt, form=SHORT[lang], mood=mood, seed=seed)
            for mood in MOODS
            for seed, prompt in enumerate(prompts)
            if seed % EVERY == 0
        ]
        for at in range(0, len(requests), AT_ONCE):
            some = requests[at : at + AT_ONCE]
            for request, made in zip(some, poet.generate(some), strict=True):
                if isinstance(made, PersonError):
                    raise made
                assert isinstance(made, Made)
                assert isinstance(made.result, PoemResult)
                said = [word for line in made.result.lines for word in words_of(line.lower(), lang)]
                yield {
                    "lang": lang, "asked": request.mood, "topic": request.topic,
                    "lines": " / ".join(made.result.lines), "listed": mood_of(said, lang),
                }  # fmt: skip


def _read() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(READ.read_text("utf-8"))
    return said


def _write(said: dict[str, Any]) -> None:
    """A poem a line."""
    rows = ",\n".join(f"  {json.dumps(poem, ensure_ascii=False)}" for poem in said["poems"])
    rest = {key: value for key, value in said.items() if key != "poems"}
    head = json.dumps(rest, ensure_ascii=False)[:-1]
    READ.write_text(f'{head}, "poems": [\n{rows}\n]}}\n', "utf-8")


@click.group()
def main() -> None:
    """Lay out the poems, say in which their mood is heard, count."""


@main.command()
def lay() -> None:
    """Write the poems, and print them with their numbers."""
    poet = load_model("poem")
    made = list(poems(poet))
    _write({"version": poet.version, "reader": "", "heard": [], "poems": made})
    for number, poem in enumerate(made, 1):
        click.echo(f"{number} [{poem['asked']}] {poem['topic']}: {poem['lines']}")


@main.command()
@click.option("--reader", required=True, help="Who has read them.")
@click.argument("numbers", nargs=-1, type=int)
def hear(reader: str, numbers: tuple[int, ...]) -> None:
    """Keep the numbers of those in which the mood is heard."""
    _write({**_read(), "reader": reader, "heard": sorted(set(numbers))})


@main.command()
def tell() -> None:
    """Count what was heard, by the reader and by the word list."""
    said = _read()
    rows = [
        (poem["lang"], number in said["heard"], poem["listed"] == poem["asked"])
        for number, poem in enumerate(said["poems"], 1)
    ]
    for lang in PROMPTS:
        its = [(by_reader, by_list) for one, by_reader, by_list in rows if one == lang]
        both = [sum(one) for one in zip(*its, strict=True)]
        alike = sum(by_reader == by_list for by_reader, by_list in its)
        click.echo(
            f"{lang}: of {len(its)}, {both[0]} by the reader, {both[1]} by the list; one mind in {alike}"
        )


if __name__ == "__main__":
    main()
