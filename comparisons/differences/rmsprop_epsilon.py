"""RMSprop with the same settings takes other steps in PyTorch."""

KERAS = """\
Divides by sqrt(v + epsilon), rho 0.9, epsilon 1e-7
(keras/src/optimizers/rmsprop.py, update_step)."""

PYTORCH = """\
Divides by sqrt(v) + eps; by default alpha 0.99, eps 1e-8, lr 1e-2
(torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
Set lr, alpha and eps; no argument moves epsilon. Where gradients are small,
Keras' epsilon is felt like 3e-4 and PyTorch's like 1e-7, so PyTorch's early
steps are larger. comparisons/alignment.py has Keras' formula."""
