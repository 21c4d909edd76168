"""Clipping by global norm leaves a gap of a millionth."""

KERAS = """\
global_clipnorm divides by the norm (keras/src/optimizers/base_optimizer.py)."""

PYTORCH = """\
clip_grad_norm_ divides by the norm + 1e-6 (torch/nn/utils/clip_grad.py)."""

FIX = """\
No argument removes it; comparisons/alignment.py clips with Keras' formula."""
