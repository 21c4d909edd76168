"""Keras in float64 is not pure float64: TensorFlow rounds Python constants."""

KERAS = """\
On TensorFlow, betas, momenta, weight decay, GELU's 1/sqrt(2), a leaky slope
and attention's scale pass through float32 on their way into a float64 graph;
on PyTorch and JAX they do not."""

PYTORCH = """\
Python numbers stay doubles."""

FIX = """\
Nothing to fix in float32. For proofs in float64 round the constant on the
PyTorch side, as comparisons/alignment.py does."""
