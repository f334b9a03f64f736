"""The language model: transformers' Llama, told how much of the line and of the poem is left.

Each position's input is the sum of three rows of the one embedding: the token, what is left of
its line after it (syllables or characters) and the lines after this one. So a small model knows
where it stands without counting; everything else is the plain ``LlamaForCausalLM``.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from models.hf import DynamicCache, LlamaConfig, LlamaForCausalLM


class VerseModel(nn.Module):
    """``settings`` are :class:`LlamaConfig`'s; ``content`` is the first token that a line can hold."""

    def __init__(self, settings: dict[str, Any], content: int, word_dropout: float = 0.0) -> None:
        super().__init__()
        self.settings, self.content, self.word_dropout = settings, content, word_dropout
        build: Any = LlamaForCausalLM  # typed in some releases of transformers only
        self.lm = build(LlamaConfig(**settings))

    @property
    def size(self) -> int:
        """The vocabulary's size."""
        return int(self.settings["vocab_size"])

    def hidden(self, slots: Tensor, cache: DynamicCache | None = None) -> Tensor:
        """``slots`` [B, T, 3] (token, left in line, lines left), as numbers → states [B, T, D]."""
        table = self.lm.model.embed_tokens
        words = table(slots[..., 0])
        if self.training and self.word_dropout:
            words = words * (torch.rand(slots.shape[:2])[..., None] >= self.word_dropout)
        summed = words + table(slots[..., 1]) + table(slots[..., 2])
        out = self.lm.model(inputs_embeds=summed, past_key_values=cache, use_cache=cache is not None)
        states: Tensor = out.last_hidden_state
        return states

    def logits(self, states: Tensor) -> Tensor:
        """States [..., D] → logits of the content tokens [..., V - content]."""
        weight: Tensor = self.lm.lm_head.weight
        return states @ weight[self.content :].to(states.dtype).T


def settings_for(
    size: int, *, width: int, layers: int, feedforward: int, dropout: float = 0.0
) -> dict[str, Any]:
    """The few of LlamaConfig's settings that we choose (the rest are its defaults)."""
    return {
        "vocab_size": size, "hidden_size": width, "intermediate_size": feedforward,
        "num_hidden_layers": layers, "num_attention_heads": width // 32, "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "attention_dropout": dropout, "pad_token_id": 0, "bos_token_id": None, "eos_token_id": None,
    }  # fmt: skip
