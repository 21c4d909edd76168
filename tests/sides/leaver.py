"""A half that leaves: a side has no pytest where its interpreter is its own."""

import os
from dataclasses import dataclass


@dataclass
class Leaver:
    """A half that ends its own process with some last words."""

    def load(self) -> None:
        os.write(2, b"what it said before\nits last words\n\n")
        os._exit(7)
