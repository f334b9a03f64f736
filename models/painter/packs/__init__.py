"""Data packs of captioned pictures; ``docs/data.md`` is their documentation.

Four layouts, told apart by what lies in the folder: ``captions.jsonl``, ``captions.csv``, folders
of classes (torchvision's ImageFolder), and CIFAR-10's python batches. Each has a module that turns
the folder into :class:`Row`; the pictures of all come from :func:`read_pictures`.
"""

from models.painter.packs.find import find_packs, read_rows
from models.painter.packs.pictures import read_pictures
from models.painter.packs.rows import CAPTIONS, Row, credit, split_of

__all__ = ["CAPTIONS", "Row", "credit", "find_packs", "read_pictures", "read_rows", "split_of"]
