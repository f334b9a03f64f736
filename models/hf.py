"""The only door to transformers: without torchvision, which no language model here needs.

Transformers imports torchvision wherever it is installed. That costs a second at every start, and
fails where torchvision was built for another torch (:mod:`models.vision`). A module that
``sys.modules`` holds as None counts as not installed, and transformers asks only once.
"""

from __future__ import annotations

import sys

_found = sys.modules.get("torchvision")
sys.modules["torchvision"] = None  # type: ignore[assignment]
try:
    from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, LogitsProcessor
finally:
    if _found is None:
        del sys.modules["torchvision"]
    else:
        sys.modules["torchvision"] = _found

__all__ = ["DynamicCache", "LlamaConfig", "LlamaForCausalLM", "LogitsProcessor"]
