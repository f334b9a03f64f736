"""From a draft to lines that a person reads, and to the file that carries them."""

from __future__ import annotations

from atelier import provenance
from atelier.requests import PoemRequest
from atelier.works import Artefact, PoemResult
from models.poet.automaton import FormAutomaton
from models.poet.leads import Candidate

ARTEFACT = "poem.txt"
SHORTENED = frozenset(["tis", "twas", "twill"])  # which the dictionary has without their apostrophe


def lines_of(
    draft: Candidate, automaton: FormAutomaton, capitals: list[bool], first: int | None = None
) -> list[str]:
    """The lines in reading order; ``capitals`` says which words are written with a capital.

    ``first``: only so many, of a draft whose next line is being written (from its end).
    """
    if automaton.lang == "zh":
        return [
            "".join(wanted.said([automaton.words[number] for number in reversed(line)]))
            for line, wanted in zip(draft.tokens[:first], draft.plan.pattern.lines, strict=False)
        ]
    lower = draft.plan.tag == "haiku"
    lines = []
    for line in draft.tokens[:first]:
        text = ""
        for number in reversed(line):
            word = automaton.words[number]
            if automaton.length[number] == 0:
                text += f" {word}" if word == "--" else word
                continue
            if capitals[number]:
                word = word[0].upper() + word[1:]
            if not text and not lower:
                word = word[0].upper() + word[1:]
            if word.lower() in SHORTENED:
                word = f"'{word}"
            text += f" {word}" if text else word
        lines.append(text)
    return lines


def artefact(result: PoemResult, request: PoemRequest, version: str) -> Artefact:
    """``poem.txt``: title, lines with stanza breaks, a blank line, provenance."""
    said = provenance.fields("poet", version, request, result.lang)
    body, at = [], 0
    for count in result.stanzas:
        body += [*_marked(result.lines[at : at + count], result.lang), ""]
        at += count
    told = [f"{name}: {value}" for name, value in said.items()]
    text = "\n".join([result.title, "", *body, *told]) + "\n"
    return Artefact(ARTEFACT, "text/plain; charset=utf-8", text.encode())


def _marked(lines: list[str], lang: str) -> list[str]:
    """A stanza as printed: Chinese lines get their comma and full stop."""
    if lang == "en":
        return lines
    return [line + ("。" if i % 2 or i == len(lines) - 1 else "，") for i, line in enumerate(lines)]
