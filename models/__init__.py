"""Pure PyTorch: from a request to an artefact, with no queue, no database and no chat in sight.

Each model is the same five files: ``network.py`` (modules and shapes), ``data.py`` (pack to
batches), ``train.py`` (one resumable loop), ``generate.py`` (request to artefact) and
``evaluate.py`` (the numbers on its card).
"""
