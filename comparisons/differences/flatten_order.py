"""Accuracy falls to chance after converting a CNN with Flatten and Dense."""

KERAS = """\
Flattens (rows, columns, channels): channels change fastest."""

PYTORCH = """\
Flattens (channels, rows, columns): columns change fastest."""

FIX = """\
In PyTorch `x.permute(0, 2, 3, 1).flatten(1)`, or reorder the rows of the
Dense kernel that follows."""
