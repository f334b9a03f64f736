"""``python -m atelier``: the same as the ``atelier`` command."""

from atelier.cli import main

main()
