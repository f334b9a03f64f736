"""Where a model runs: one place that reads the device and thread settings."""

from __future__ import annotations

import gc
import time

import torch

from atelier.errors import BadInput


def resolve(device: str, threads: int = 0) -> str:
    """``auto`` → the first GPU, else the CPU. Sets torch's thread count (0 leaves it).

    Raises :class:`BadInput` when a device is named that this machine has not.
    """
    if threads:
        torch.set_num_threads(threads)
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):
        raise BadInput("bad-device", device=device) from None
    return device


def clock(device: torch.device | str) -> float:
    """Seconds, to tell how long work took there by the difference of two.

    On a CPU the processor's own, so that a busy machine looks no slower; on a GPU, which that does not count,
    the wall's, once everything that was asked of it is done.
    """
    if torch.device(device).type != "cuda":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


def has_bfloat16(device: str) -> bool:
    """Whether bfloat16 is faster there: on a GPU, and on a CPU that computes in it.

    One with AVX2 alone emulates it: a convolution's forward and backward pass at 5 GFLOP/s a core, in
    float32 at 55.
    """
    cpu = torch.device(device).type == "cpu"
    return not cpu or torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def mixed(device: str, wanted: bool = True) -> torch.autocast:
    """bfloat16 where it is safe and faster."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=wanted and has_bfloat16(device))


def out_of_memory(fault: BaseException) -> bool:
    """Whether a call failed for want of memory, on a GPU or on the CPU: a smaller one may do."""
    if isinstance(fault, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(fault, RuntimeError) and "can't allocate memory" in str(fault)  # the CPU's allocator


def ruined(fault: BaseException) -> bool:
    """Whether a GPU's context is lost to this process: every later call would fail too, whatever it asks."""
    return isinstance(fault, torch.AcceleratorError) and not out_of_memory(fault)


def free() -> None:
    """Give back what a failed call left in the cache."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
