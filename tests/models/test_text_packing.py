"""The encoder's weights on disk: packed small, read back near; older files; a table that grows."""

import copy
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from atelier.errors import WeightsError
from atelier.versions import write_card
from models.text.encoder import FILE, TextEncoder
from models.text.material import folded, unfolded
from models.text.network import PromptEncoder, rows_of
from models.text.packing import pack, unpack
from models.text.tokens import NONE, OVER, START, tokens
from models.text.widened import widened

TEXTS = ["a red tulip", "一朵红色的郁金香", "a calm sea at night", "the portrait of a dog"]


@pytest.fixture(scope="module")
def small() -> PromptEncoder:
    torch.manual_seed(0)
    network = PromptEncoder(buckets=3000, piece=32).eval().requires_grad_(False)
    network.table.weight[START:].normal_(std=0.5)  # as large as trained rows
    return network


def _version(folder: Path, kept: dict[str, torch.Tensor]) -> Path:
    folder.mkdir(parents=True)
    save_file(kept, folder / FILE)
    write_card(folder, {"model": "text", "version": folder.name, "figures": []})
    return folder


def test_a_whole_encoder_packs_into_four_mebibytes(tmp_path: Path) -> None:
    network = PromptEncoder()
    save_file(pack(network.state_dict()), tmp_path / FILE)
    assert (tmp_path / FILE).stat().st_size < 4 * 2**20
    assert sum(p.numel() for p in network.parameters()) > 6_000_000


def test_packed_weights_say_nearly_the_same(small: PromptEncoder, tmp_path: Path) -> None:
    folder = _version(tmp_path / "text" / "v1", pack(small.state_dict()))
    read = TextEncoder.load(folder).encode(TEXTS).sentence
    likeness = (read * small(tokens(TEXTS)).sentence).sum(1)
    assert likeness.min() > 0.98
    assert likeness.max() < 1  # rounded, all the same


def test_training_can_meet_the_table_as_it_will_be_kept(small: PromptEncoder) -> None:
    learner = copy.deepcopy(small).requires_grad_(True).train()
    learner.table.rounded, learner.table.sparse = True, True
    rows = rows_of(tokens(TEXTS), 3000)
    kept = copy.deepcopy(small)
    state = unpack(pack(small.state_dict()))
    kept.table.load_state_dict({"weight": state["table.weight"]})
    said = learner.read(rows).sentence
    assert torch.allclose(said, kept.read(rows).sentence, atol=1e-5)
    assert not torch.allclose(said, small.read(rows).sentence, atol=1e-3)
    assert torch.equal(learner.eval().read(rows).sentence, small.read(rows).sentence)
    torch.sparse.check_sparse_tensor_invariants.disable()  # type: ignore[no-untyped-call]
    said.sum().backward()  # type: ignore[no-untyped-call]
    grown = learner.table.weight.grad
    assert grown is not None
    met = set(grown.coalesce().indices()[0][grown.coalesce().values().abs().sum(1) > 0].tolist())
    assert met == set(rows[rows != NONE].tolist())  # rounding lets gradients pass, to what was read alone


def test_packing_rounds_by_half_a_step_and_keeps_zeros() -> None:
    rows = torch.tensor([[0.0] * 4, [7.5, -7.5, 0.5, 2.5], [1.0, 0.1, -0.1, 0.2]])
    other = torch.tensor([[1.27, -0.5], [0.0, 0.0]])
    kept = pack({"table.weight": rows, "out.weight": other, "out.bias": torch.tensor([0.25, -1.0])})
    assert kept["table.weight.codes"].shape == (3, 2)
    assert kept["out.weight.codes"].dtype == torch.int8
    found = unpack(kept)
    assert not found["table.weight"][0].any()
    assert torch.equal(found["table.weight"][1], rows[1])  # on the grid: exact
    assert (found["table.weight"][2] - rows[2]).abs().max() < 1.0 / 7.5
    assert torch.allclose(found["out.weight"], other, atol=0.5 * 1.27 / 127 + 1e-3)
    assert torch.equal(found["out.bias"], torch.tensor([0.25, -1.0]))


def test_weights_of_the_older_kind_are_read(small: PromptEncoder, tmp_path: Path) -> None:
    """Versions 1 and 2 keep every tensor in float16, and a smaller table; they read over borders."""
    half = {key: value.half() for key, value in small.state_dict().items()}
    encoder = TextEncoder.load(_version(tmp_path / "text" / "v2", half))
    assert encoder.network.table.weight.shape == (3000, 32)
    assert not encoder.network.borders
    meant = small.read(rows_of(tokens(TEXTS), 3000, borders=False)).sentence
    assert (encoder.encode(TEXTS).sentence * meant).sum(1).min() > 0.9999


@pytest.mark.parametrize("lost", ["table.weight.scale", "table.weight.codes", "norm.weight"])
def test_weights_with_a_part_missing_are_refused(small: PromptEncoder, tmp_path: Path, lost: str) -> None:
    kept = pack(small.state_dict())
    del kept[lost]
    with pytest.raises(WeightsError, match="damaged"):
        TextEncoder.load(_version(tmp_path / "text" / "v1", kept))


def test_rows_are_kept_in_sixteen_bits() -> None:
    rows = torch.tensor([0, 1, 2, 32767, 32768, 65535])
    assert folded(rows).dtype == torch.int16
    assert torch.equal(unfolded(folded(rows)), rows)


def test_a_network_reads_the_rows_that_training_keeps(small: PromptEncoder) -> None:
    """Training feeds rows, serving feeds numbers of pieces: they have to be the same rows."""
    pieces = tokens(TEXTS)
    rows = rows_of(pieces, 3000)
    assert int(rows.max()) < 3000
    assert torch.equal(rows == NONE, (pieces == NONE) | (pieces >= OVER))
    assert torch.equal(rows == START, pieces == START)
    again = small.read(unfolded(folded(rows))).sentence
    assert torch.allclose(again, small(pieces).sentence, atol=1e-6)


def test_a_larger_table_starts_with_what_the_smaller_one_knows(small: PromptEncoder) -> None:
    torch.manual_seed(1)
    grown = widened(small, PromptEncoder(buckets=60000, piece=48), [tokens(TEXTS[:2]), tokens(TEXTS[2:])])
    meant = small(tokens(TEXTS)).sentence
    assert (grown.eval()(tokens(TEXTS)).sentence * meant).sum(1).min() > 0.99
    strange = rows_of(tokens(["zebra"])[0, 1], 60000)[0]
    assert not grown.table.weight[strange].any()  # no text had it


def test_a_table_of_the_same_shape_is_taken_whole(small: PromptEncoder) -> None:
    same = widened(small, PromptEncoder(buckets=3000, piece=32), [])
    assert torch.equal(same.table.weight, small.table.weight)
