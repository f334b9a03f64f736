"""The only door to transformers: without torchvision, which no language model here needs.

Transformers imports torchvision wherever it is installed. That costs a second at every start, and
fails where torchvision was built for another torch (:mod:`models.vision`). A module that
``sys.modules`` holds as None counts as not installed, and transformers asks only once.
"""

from __future__ import annotations

import sys
from typing import Any

_found = sys.modules.get("torchvision")
sys.modules["torchvision"] = None  # type: ignore[assignment]
try:
    from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, LogitsProcessor
finally:
    if _found is None:
        del sys.modules["torchvision"]
    else:
        sys.modules["torchvision"] = _found


def load_causal(name: str, device: str) -> tuple[Any, Any]:
    """A causal language model and its tokenizer, from a folder or a hub, for reading only.

    Weights are safetensors and no code of theirs is run, since anybody may have put them there. Raises what
    transformers raises: ``OSError``, ``ValueError`` and relatives where there is no such model.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as talk

    quiet: Any = talk  # untyped

    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(name)
    dtype = "float32" if device == "cpu" else "auto"
    model: Any = AutoModelForCausalLM.from_pretrained(name, dtype=dtype, use_safetensors=True)
    return model.to(device).eval(), tokenizer


__all__ = ["DynamicCache", "LlamaConfig", "LlamaForCausalLM", "LogitsProcessor", "load_causal"]
