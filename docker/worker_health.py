"""Healthy (exit code 0): a worker of this container gave RQ a sign of life lately.

``worker_health.py [KIND ...]``: one for each of these kinds, ``train`` for a trainer; without any: for
all that make works.
"""

from __future__ import annotations

import socket
import sys

from rq import Worker
from rq.serializers import JSONSerializer

from atelier.queue import connect, queue_name
from atelier.requests import KINDS
from atelier.settings import Settings


def main(kinds: list[str]) -> int:
    """0 healthy, 1 not."""
    here = socket.gethostname()
    # A worker's record expires 20 s after its last heartbeat (a trainer's after 90 s): who is listed lives.
    workers = Worker.all(connection=connect(Settings.load()), serializer=JSONSerializer)
    served = {name for worker in workers if worker.hostname == here for name in worker.queue_names()}
    known: dict[str, str] = {"train": queue_name("train")}
    known.update((kind, queue_name(kind)) for kind in KINDS)
    missing = [kind for kind in kinds or KINDS if known.get(kind) not in served]
    if missing:
        sys.stderr.write(f"no worker here for: {', '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
