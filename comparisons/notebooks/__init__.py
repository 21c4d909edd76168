"""Each half as a notebook, made from its source."""
