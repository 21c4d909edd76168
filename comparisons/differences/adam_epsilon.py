"""Adam with the same epsilon drifts apart between Keras and PyTorch."""

KERAS = """\
Adds epsilon 1e-7 to sqrt(v) before the bias correction ("epsilon hat":
keras/src/optimizers/adam.py, update_step)."""

PYTORCH = """\
Adds eps 1e-8 to sqrt(v) after the bias correction (torch/optim/adam.py)."""

FIX = """\
eps=1e-7 is not enough. Before step t set eps to 1e-7 / sqrt(1 - beta_2**t),
or use the formula in comparisons/alignment.py."""
