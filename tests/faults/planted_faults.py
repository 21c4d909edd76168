"""A table of mistakes that people really make, each planted in one half.

A proof that cannot fail is worthless, so the ladder has to find every one of
them, and on the rung that a reader would look at first. An edit replaces a
piece of a half's source that occurs there exactly once; the files themselves
stay as they are. Where no pair has what a mistake needs (dropout, momentum, a
schedule), a variant changes both halves first. Variants are correct pairs,
and the ladder has to say so. The faults of a chapter stand in a file of
their own, `faults_chapterNN.py`.
"""

import importlib
from pathlib import Path

from fault_kinds import Fault, Variant

CHAPTERS = [
    importlib.import_module(path.stem)
    for path in sorted(Path(__file__).parent.glob("faults_chapter*.py"))
]
SAMPLES: dict[str, int] = {}
for chapter in CHAPTERS:
    SAMPLES |= chapter.SAMPLES
VARIANTS: tuple[Variant, ...] = sum((c.VARIANTS for c in CHAPTERS), ())
FAULTS: tuple[Fault, ...] = sum((c.FAULTS for c in CHAPTERS), ())

# === Not caught =============================================================

# What the ladder cannot see, and why: listed so that nobody believes it can.
NOT_CAUGHT = {
    "a clipping limit that no gradient reaches": "for Keras it is a setting, "
    "for PyTorch a line of the loop that cannot be read off; the proof shows "
    "only what its batches meet",
    "another random mask of the same rate, size and blocks": "dropout cannot "
    "share random numbers and is replaced by the identity, so that a mask "
    "kept for the whole epoch, or moved between two layers of one size, "
    "looks the same",
    "one order in every epoch": "Keras' own seeded fit does that, see "
    "`fit_shuffle`; that both halves shuffle at all is compared",
    "a main() with other seeds, data or epochs": "the ladder calls what "
    "main() calls, with its own weights and data, and never main() itself",
    "a fault that the data make invisible": "a word that no review of the "
    "sample holds has no gradient, so its row of weights proves nothing",
}
