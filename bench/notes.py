"""A composer for benchmarks in which nobody listens."""

from __future__ import annotations

from atelier.requests import MelodyRequest
from atelier.works import Made
from models.composer.compose import Tune
from models.composer.generate import Composer


class Notes(Composer):
    """The shipped composer; its tunes are notes alone, for whoever does not listen."""

    def finished(self, request: MelodyRequest, tune: Tune) -> Made:
        """No sound, no score."""
        return Made(self.result_of(request, tune))
