"""From votes to lessons: which votes count, and the snapshot that a training learns from.

:mod:`~atelier.learning.rules` decides, :mod:`~atelier.learning.lockstep` finds voters who act as one,
:mod:`~atelier.learning.snapshot` is the file. The store only tells what stands
(:meth:`atelier.store.Store.heard`); nothing here asks a database.
"""
