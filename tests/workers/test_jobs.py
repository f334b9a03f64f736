"""The job in one process: what it does to the row, the shelf and the stream, also when it runs twice."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from rq.exceptions import StopRequested
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import OperationalError

from atelier import disk
from atelier.artefacts import Shelf
from atelier.errors import BadInput, PersonError, Unavailable, WeightsError
from atelier.queue import Road
from atelier.requests import Kind, parse_request
from atelier.results import stream
from atelier.settings import Settings
from atelier.store import PersonRef, Store, Work
from atelier.works import Artefact, Made
from tests.workers.conftest import CountingPoet
from workers import faults, jobs, workshop
from workers.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))
from demo_worker import DemoPoet

ADA = PersonRef("web", "1")


def ask(store: Store, topic: str, kind: Kind = "poem") -> Work:
    words = {"paint": "prompt", "poem": "topic", "melody": "description"}[kind]
    work, _ = store.accept(
        person=ADA, kind=kind, request=parse_request(kind, {words: topic, "seed": 1}), lang="en", place={},
        source=topic,
    )  # fmt: skip
    return work


def events(road: Road) -> list[tuple[str, str]]:
    entries = road.redis.xrange(stream("web"))
    return [(fields[b"work"].decode(), fields[b"what"].decode()) for _, fields in entries]  # type: ignore[union-attr]


def test_a_work_is_made(place: Workshop, store: Store, road: Road, shelf: Shelf) -> None:
    work = ask(store, "hello")
    jobs.make(work.id)
    made = store.get(work.id)
    assert made is not None
    assert (made.state, made.version) == ("made", "demo")
    assert shelf.read(made.artefacts[0]) == b"hello"
    assert events(road) == [(work.id, "started"), (work.id, "made")]


def test_made_again_it_is_only_told_again(
    place: Workshop, store: Store, road: Road, poet: CountingPoet
) -> None:
    work = ask(store, "hello")
    jobs.make(work.id)
    first = store.get(work.id)
    jobs.make(work.id)
    assert store.get(work.id) == first
    assert poet.calls == [1]
    assert events(road)[2:] == [(work.id, "made")]


def test_one_call_makes_many_and_one_refusal_spoils_none(
    place: Workshop, store: Store, poet: CountingPoet
) -> None:
    works = [ask(store, topic) for topic in ("one", "refuse", "three")]
    ends = jobs.make_many([(work.id,) for work in works])
    assert poet.calls == [3]
    assert [end.value for end in ends] == ["made", "failed", "made"]
    now = [store.get(work.id) for work in works]
    assert [work.state for work in now if work] == ["made", "failed", "made"]
    assert now[1] is not None
    assert now[1].failure is not None
    assert now[1].failure.key == "bad-acrostic-long"


class CrampedPoet(CountingPoet):
    """A device with room for ``fits`` requests at a time."""

    fits = 2

    def generate(
        self, requests: Sequence[Any], *, stopped: Callable[[], bool] = lambda: False
    ) -> list[Made | PersonError]:
        made = super().generate(requests, stopped=stopped)
        if len(requests) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return made


def test_out_of_memory_halves_the_pass_and_it_grows_again(
    place: Workshop, store: Store, poet: CountingPoet, monkeypatch: pytest.MonkeyPatch
) -> None:
    cramped = CrampedPoet()
    monkeypatch.setattr(place.models, "_loader", lambda _kind, _folder: cramped)
    place.room.most = 8
    works = [ask(store, f"topic {n}") for n in range(8)]
    ends = jobs.make_many([(work.id,) for work in works])
    assert [end.value for end in ends] == ["made"] * 8
    assert cramped.calls == [8, 4, 2, 2, 4, 2, 2]
    assert place.room.of("poem") < 8
    assert place.room.of("melody") == 8  # the others' passes are no smaller
    cramped.fits = 8
    for n in range(8):  # each full pass that fits gives one back
        jobs.make_many([(ask(store, f"later {n} {k}").id,) for k in range(place.room.of("poem"))])
    assert place.room.of("poem") == 8


def test_one_that_never_fits_is_its_own_fault(place: Workshop, store: Store, monkeypatch: Any) -> None:
    cramped = CrampedPoet()
    cramped.fits = 0
    monkeypatch.setattr(place.models, "_loader", lambda _kind, _folder: cramped)
    with pytest.raises(torch.OutOfMemoryError):
        jobs.make(ask(store, "huge").id)


def test_sizes_are_made_apart(place: Workshop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    class Painter(DemoPoet):
        def generate(self, requests: Sequence[Any], **_: Any) -> list[Made | PersonError]:
            seen.append([request.prompt for request in requests])
            return [BadInput("painter-no-words")] * len(requests)

    monkeypatch.setattr(place.models, "_loader", lambda _kind, _folder: Painter())
    works = []
    for prompt, size in (("a", None), ("b", 256), ("c", None), ("d", 512), ("e", 256)):
        options = {"prompt": prompt, "seed": 1, "steer": {"upscale": size} if size else None}
        request = parse_request("paint", options)
        works.append(
            store.accept(person=ADA, kind="paint", request=request, lang="en", place={}, source=prompt)[0]
        )
    ends = jobs.make_many([(work.id,) for work in works])
    assert [end.value for end in ends] == ["failed"] * 5
    assert seen == [["a", "c"], ["b", "e"], ["d"]]


def test_kinds_are_made_apart(place: Workshop, store: Store, poet: CountingPoet) -> None:
    works = [ask(store, "one"), ask(store, "two")]
    paint, _ = store.accept(
        person=ADA, kind="melody", request=parse_request("melody", {"description": "x"}), lang="en", place={},
        source="melody",
    )  # fmt: skip
    with pytest.raises(AttributeError):  # the demo poet cannot read a melody's request: the call was its own
        jobs.make_many([(work.id,) for work in (*works, paint)])
    assert poet.calls == [2, 1]


def test_the_unknown_and_the_cancelled_are_left_alone(
    place: Workshop, store: Store, road: Road, poet: CountingPoet
) -> None:
    work = ask(store, "hello")
    store.cancelled(work.id)
    assert [end.value for end in jobs.make_many([(work.id,), ("nowhere",)])] == ["cancelled", "unknown"]
    assert poet.calls == []
    assert events(road) == []


def test_a_work_erased_while_it_is_made_leaves_no_file(
    place: Workshop, store: Store, poet: CountingPoet, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ask(store, "my secret")
    generate = poet.generate

    def meanwhile(*args: Any, **kwargs: Any) -> list[Made | PersonError]:
        store.erase(ADA)
        return generate(*args, **kwargs)

    monkeypatch.setattr(poet, "generate", meanwhile)
    jobs.make(work.id)
    erased = store.get(work.id)
    assert erased is not None
    assert (erased.state, erased.result) == ("cancelled", None)
    assert not [file for file in Path(place.shelf._root).rglob("*") if file.is_file()]


def test_damaged_weights_fail_the_request_and_are_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, store: Store, road: Road, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = False

    def load(_kind: Kind) -> DemoPoet:
        if not whole:
            raise WeightsError("weights-damaged", model="poet", path="poet.safetensors")
        return DemoPoet()

    place = Workshop.open(settings, load)
    monkeypatch.setattr(workshop, "_current", place)
    assert not place.warm("poem")  # and no exception: the worker stays up
    first, second = ask(store, "one"), ask(store, "two")
    jobs.make(first.id)
    failed = store.get(first.id)
    assert failed is not None
    assert failed.state == "failed"
    assert failed.failure is not None
    sentence = PersonError(failed.failure.key, **failed.failure.params).text("en")
    assert "atelier models restore poet" in sentence
    assert "safetensors" not in sentence  # no path of the machine in a chat
    assert events(road) == [(first.id, "failed")]
    whole = True
    jobs.make(second.id)
    made = store.get(second.id)
    assert made is not None
    assert made.state == "made"


def test_records_away_when_a_work_is_begun_fail_no_work(
    place: Workshop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_connection: object, _model: str) -> None:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    monkeypatch.setattr("atelier.store.making.pointers", away)
    work = ask(store, "hello")
    with pytest.raises(Unavailable) as refused:
        jobs.make(work.id)
    assert faults.of_the_house(refused.value)  # so the worker puts the job back
    waiting = store.get(work.id)
    assert waiting is not None
    assert waiting.state == "accepted"


def test_a_shelf_that_cannot_be_written_loses_no_work(
    place: Workshop, store: Store, road: Road, settings: Settings
) -> None:
    in_the_way = settings.home / "artefacts"
    in_the_way.write_text("")
    work = ask(store, "hello")
    with pytest.raises(Unavailable) as refused:
        jobs.make(work.id)
    assert faults.of_the_house(refused.value)  # so the worker puts the job back
    waiting = store.get(work.id)
    assert waiting is not None
    assert waiting.state == "running"
    with pytest.raises(Unavailable, match="shelf is not answering"):
        disk.check(settings, road.redis)  # nobody accepts more
    in_the_way.unlink()
    jobs.make(work.id)
    assert events(road)[-1] == (work.id, "made")


def test_a_full_disk_is_told_apart(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(Unavailable) as refused:
        shelf.keep("work00000001", Artefact("a.txt", "text/plain", b"x"))
    assert refused.value.key == "disk-full"


@pytest.mark.parametrize("signal", [JobTimeoutException("1 seconds"), StopRequested()])
def test_a_signal_while_files_are_kept_is_no_fault_of_the_shelf(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, signal: Exception
) -> None:
    """Taken for one, the work would be put back, uncounted, for ever; or a worker would not stop."""

    def interrupted(*_: object) -> None:
        raise signal

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(type(signal)) as over:
        shelf.keep("work00000001", Artefact("a.txt", "text/plain", b"x"))
    assert not faults.of_the_house(over.value)


def test_a_newly_chosen_version_takes_over_and_a_damaged_one_does_not(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    loaded: list[Path | None] = []

    def load(_kind: Kind, folder: Path | None) -> DemoPoet:
        loaded.append(folder)
        if folder and folder.name == "damaged":
            raise WeightsError("weights-damaged", model="poet", path=str(folder))
        return DemoPoet()

    models = workshop.ModelShelf(load)
    first = models.get("poem", store.serving("poet"))
    assert models.get("poem", store.serving("poet")) is first
    store.register_version("poet", "v2", "x", str(tmp_path / "v2"), {})
    assert models.get("poem", store.serving("poet")) is first  # known is not chosen
    store.promote("poet", "v2")
    second = models.get("poem", store.serving("poet"))
    assert second is not first
    store.register_version("poet", "v3", "x", str(tmp_path / "damaged"), {})
    store.promote("poet", "v3")
    assert models.get("poem", store.serving("poet")) is second
    assert models.get("poem", store.serving("poet")) is second
    assert loaded == [None, tmp_path / "v2", tmp_path / "damaged"]  # refused once, not at every job
    cold = workshop.ModelShelf(load)
    assert cold.get("poem", store.serving("poet"))  # started with a damaged choice: what ships serves
    assert loaded[-2:] == [tmp_path / "damaged", None]
    store.rollback("poet")
    assert models.get("poem", store.serving("poet")) is second  # it is warm still
    models.keep("poem", None)
    assert models.get("poem", store.serving("poet")) is second  # who serves is kept
