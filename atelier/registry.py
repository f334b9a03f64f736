"""The model versions that there are, with the shipped ones written down first."""

from __future__ import annotations

from atelier.errors import WeightsError
from atelier.store import Store, VersionRow
from atelier.versions import MODELS, Model, card_hash, open_version, shipped_folder


def known(store: Store, model: Model | None = None) -> list[VersionRow]:
    """The versions of ``model``, or of all; newest first. Weights that are not installed are left out."""
    for name in MODELS:
        try:
            shipped = open_version(shipped_folder(name), model=name)
        except WeightsError:
            continue
        store.register_version(name, shipped.name, card_hash(shipped), "shipped", shipped.card)
    return store.versions(model)
