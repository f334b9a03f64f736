"""Benchmarks: each module has ``run(settings) -> Figures`` and is called by ``atelier bench NAME``."""
