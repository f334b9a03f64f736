"""Jobs for the batching worker's tests: they note what they were called with, and do what they are told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from workers.batches import together
from workers.ledger import Done

calls: list[list[str]] = []  # what each call was given; the worker runs in the test's own process


def one_of(word: str) -> Done | BaseException:
    if word == "refuse":
        return ValueError("this one only")
    if word == "crash":
        raise RuntimeError("asked to crash")
    if word == "hang":
        time.sleep(30)
    return Done(f"{word}!", (lambda pipe: pipe.rpush("told", word)) if word != "quiet" else None)


def say_all(arguments: Sequence[Sequence[Any]]) -> list[Done | BaseException]:
    calls.append([str(one[0]) for one in arguments])
    return [one_of(str(one[0])) for one in arguments]


@together(say_all)
def say(word: str) -> str:
    raise AssertionError("the batching worker asks for many at once")


def whisper(word: str) -> str:
    """Knows nothing of many."""
    calls.append([word])
    return word.lower()


def called_back(job: Any, connection: Any, result: Any) -> None:
    connection.set("called back", str(result))
