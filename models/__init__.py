"""Pure PyTorch: from a request to an artefact, with no queue, no database and no chat in sight.

Each model is the same five files: ``network.py`` (modules and shapes), ``data.py`` (pack to
batches), ``train.py`` (one resumable loop), ``generate.py`` (request to artefact) and
``evaluate.py`` (the numbers on its card).
"""

import os

# Before torch is imported anywhere: threads that wait for one another sleep instead of spinning. On two
# cores that several workers share, a training step of the painter took 2 s so, and 10 s spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
