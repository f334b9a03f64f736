"""Small language models that nobody trained, with tokenizers that are: what a hub might hold."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, trainers
from tokenizers.models import BPE, Unigram, WordPiece

import models.hf  # noqa: F401  the door: transformers looks for torchvision only once

from transformers import (  # isort: skip
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast,
)  # fmt: skip


def lines_of(pack: Path, *langs: str) -> Iterator[str]:
    """The pack's words and lines, so that a tokenizer learns pieces of both."""
    for lang in langs:
        for path in sorted((pack / lang).glob("*.jsonl.gz")):
            for row in map(json.loads, gzip.decompress(path.read_bytes()).decode().splitlines()):
                yield from row["lines"]
    if "en" in langs:
        table = gzip.decompress((pack / "en" / "cmudict_rhyme.tsv.gz").read_bytes()).decode()
        words = [row.split("\t")[0] for row in table.splitlines()]
        yield from (text for word in words for text in (word, word.capitalize(), f"the {word}"))
    if "zh" in langs:
        yield from json.loads(gzip.decompress((pack / "zh" / "pingshui.json.gz").read_bytes()))["chars"]


def byte_level(pack: Path, folder: Path, *, size: int = 420) -> Path:
    """A GPT-2 with a byte-level BPE: words and characters in pieces, some characters in bytes."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(lines_of(pack, "en", "zh"), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=len(fast) + 5, n_positions=512, n_embd=32, n_layer=2, n_head=2
    )  # some models have more rows than their tokenizer has tokens
    return save(GPT2LMHeadModel(config), fast, folder)


def sentence_pieces(pack: Path, folder: Path, *langs: str) -> Path:
    """A Llama with a unigram SentencePiece tokenizer: no line break, several characters in a token."""
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=700, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>", show_progress=False,
    )  # fmt: skip
    marks = [", . ! ? ; :"] * 20
    tokenizer.train_from_iterator([*lines_of(pack, *(langs or ("en", "zh"))), *marks], trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    fast.chat_template = "{% for m in messages %}[{{ m['content'] }}]{% endfor %}"
    torch.manual_seed(2)
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
    )  # fmt: skip
    return save(LlamaForCausalLM(config), fast, folder)


def word_pieces(pack: Path, folder: Path) -> Path:
    """A Llama with a WordPiece tokenizer, whose pieces go on with ``##`` and which knows no marks."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]"], show_progress=False)
    words = (line.translate(str.maketrans("", "", ",.;:!?")) for line in lines_of(pack, "en"))
    tokenizer.train_from_iterator(words, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=48, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=512,
    )  # fmt: skip
    torch.manual_seed(3)
    return save(LlamaForCausalLM(config), fast, folder)


def save(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, folder: Path) -> Path:
    """Both as a hub has them."""
    model.save_pretrained(folder)  # type: ignore[operator]
    tokenizer.save_pretrained(folder)
    return folder
