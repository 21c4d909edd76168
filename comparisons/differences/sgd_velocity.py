"""SGD with momentum differs once the learning rate changes."""

KERAS = """\
The velocity holds learning rate times gradient
(keras/src/optimizers/sgd.py)."""

PYTORCH = """\
The velocity holds gradients; the learning rate multiplies the velocity
(torch/optim/sgd.py)."""

FIX = """\
Equal at a constant learning rate. With a schedule use the formula in
comparisons/alignment.py."""
