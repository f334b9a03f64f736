"""``atelier up``: the whole studio on one machine, each part a process, kept alive until Ctrl-C.

Why own code: honcho and other Procfile runners end everything when one part dies and never start
it again; supervisord and circus do, but bring a daemon with configuration files, a fixed pause
or a number of tries instead of a growing one, and neither takes its children along when it is
killed. What is needed here is small: this package starts processes, reads their output, and waits.

A part speaks to the supervisor in two ways that other supervisors understand too: ``READY=1``
on ``$NOTIFY_SOCKET`` (systemd's sd_notify protocol, :mod:`atelier.notify`), and its exit code (78:
a setting only a person can mend, so leave it down). Nothing of the supervisor is needed to run a
part alone: ``atelier web``, ``atelier worker`` and ``atelier bot`` work under systemd or Docker as well.
"""

from atelier.up.supervisor import main

__all__ = ["main"]
