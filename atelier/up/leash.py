"""Run as a script before a part: ties it to the supervisor, then becomes the part.

    python -I -S leash.py SIGNAL PARENT PROGRAM [ARGUMENT ...]

Linux only (prctl(2), PR_SET_PDEATHSIG): when PARENT dies, even of SIGKILL, the kernel sends
SIGNAL. The setting survives exec, so this file imports nothing and stays for milliseconds; as a
``preexec_fn`` it would run between fork and exec of a process that has threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(signal: int, parent: int, command: list[str]) -> None:
    """Set the signal and exec ``command``; end at once if ``parent`` died before that."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
