"""BatchNorm gives other validation results in PyTorch: running variance."""

KERAS = """\
Stores the biased variance of the batch (divides by N:
keras/src/layers/normalization/batch_normalization.py)."""

PYTORCH = """\
Normalises with the biased variance, stores the unbiased one (N - 1)."""

FIX = """\
Also set eps=1e-3 and momentum=1 - 0.99. The rest, 1/(N - 1) of the variance,
no argument removes: comparisons/alignment.py."""
