"""The training loop.

Gradient accumulation and clipping, reported losses, callbacks, freezing and
averaged weights.
"""
