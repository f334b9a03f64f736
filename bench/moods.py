"""A reading of poems with a mood: whether a reader hears the one that was asked for, and the word list.

``python -m bench.moods lay`` prints every third of the evaluation's poems with a mood, numbered: forty-nine a
language, nothing chosen. Whoever reads writes the numbers of those in which the mood is heard into
``bench/results/poet-moods-heard.json``; ``python -m bench.moods tell`` counts them beside the word list's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from atelier.errors import PersonError
from atelier.languages import Lang
from atelier.requests import MOODS, PoemRequest
from atelier.works import Made, PoemResult
from models.loading import load_model
from models.poet.data import words_of
from models.poet.evaluate import SHORT
from models.poet.moods import mood_of
from models.poet.prompts import PROMPTS

EVERY, AT_ONCE = 3, 16
HEARD = Path(__file__).parent / "results" / "poet-moods-heard.json"


@dataclass(frozen=True, slots=True)
class Poem:
    """One that is read. ``listed``: its mood by the word list."""

    request: PoemRequest
    lang: Lang
    lines: list[str]
    listed: str | None


def poems() -> Iterator[Poem]:
    """The poems, in the order of their numbers. Raises what a request is refused with."""
    poet = load_model("poem")
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
                yield Poem(request, lang, made.result.lines, mood_of(said, lang))


@click.group()
def main() -> None:
    """Lay out the poems, or count in how many their mood was heard."""


@main.command()
def lay() -> None:
    """Print the poems, numbered."""
    for number, poem in enumerate(poems(), 1):
        click.echo(f"{number} [{poem.request.mood}] {poem.request.topic}: {' / '.join(poem.lines)}")


@main.command()
def tell() -> None:
    """Count what was heard, by the reader and by the word list."""
    heard = set(json.loads(HEARD.read_text("utf-8"))["heard"])
    rows = [
        (poem.lang, number in heard, poem.listed == poem.request.mood)
        for number, poem in enumerate(poems(), 1)
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
