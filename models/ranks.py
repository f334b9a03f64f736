"""One training on several processes, as ``torchrun`` starts them: shared gradients, one that writes.

Without ``torchrun`` there is one rank, and every function here does nothing. Processes start from
the same weights and take the mean of their gradients, so they stay alike (data parallelism, Li et
al. 2020, "PyTorch Distributed", section 3.1); each draws batches of its own.
"""

from __future__ import annotations

import atexit
import importlib
import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn

Result = TypeVar("Result")
PATIENCE = timedelta(hours=12)  # the others wait while the first one renders or encodes


def join(device: str) -> None:
    """Meet the other processes, if ``torchrun`` started any."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not dist.is_initialized():
        # An optimizer's first step imports this; imported while a group is there, it would hold it for good
        # (torch 2.13), and the group's threads would outlive ``destroy_process_group``.
        importlib.import_module("torch._dynamo")
        both = "cpu:gloo,cuda:nccl"  # gradients are on the GPU, what is agreed on is not
        if device == "cuda":  # each its own; one that is named is what was asked for
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        dist.init_process_group(both if device.startswith("cuda") else "gloo", timeout=PATIENCE)
        # Left to the interpreter's end, gloo's threads now and then abort a process that has done its work.
        atexit.register(dist.destroy_process_group)


def rank() -> int:
    """Which of the processes this is; 0 writes what there is to write."""
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def share_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Put the mean of all processes' gradients into each one's."""
    if count() == 1:
        return
    grads = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([grad.flatten() for grad in grads])
    dist.all_reduce(flat)
    flat /= count()
    for grad, part in zip(grads, torch.split(flat, [grad.numel() for grad in grads]), strict=True):
        grad.copy_(part.view_as(grad))


def agree(value: float, device: str = "cpu") -> float:
    """The first process's value, for all: clocks differ, and a loop must end everywhere at once."""
    if count() == 1:
        return value
    told = torch.tensor(value, dtype=torch.float64, device=device)
    dist.broadcast(told, 0)
    return float(told)


def told(value: str) -> str:
    """The first process's words, for all."""
    if count() == 1:
        return value
    held = [value]
    dist.broadcast_object_list(held, 0, device=torch.device("cpu"))
    return held[0]


def in_turn(make: Callable[[], Result]) -> Result:
    """``make()`` by the first process, then by the others, who find in the cache what it left there."""
    if count() == 1:
        return make()
    found = make() if rank() == 0 else None
    agree(0.0)
    return make() if found is None else found
