"""The shared kernel: what a request is, where its work is kept, and how the rooms talk.

Everything a front end and a worker must agree on lives here and nowhere else. The kernel
knows no chat platform and no torch; ``atelier.cli`` imports the other rooms inside its
commands only.
"""

__version__ = "0.1.0"
