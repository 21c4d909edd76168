"""L2 of l2 in Keras is a weight_decay of twice that in PyTorch."""

KERAS = """\
regularizers.l2(l2) adds l2 * sum(kernel**2) to the loss of one layer's
kernel; the gradient is 2 * l2 * kernel, and passes through the optimizer's
moments (coupled). `weight_decay` of a Keras optimizer is something else: it
shrinks every variable past the moments (decoupled)."""

PYTORCH = """\
weight_decay of SGD, RMSprop and Adam adds weight_decay * parameter to the
gradient (coupled), to biases too; AdamW is decoupled
(torch/optim/rmsprop.py, _single_tensor_rmsprop)."""

FIX = """\
A parameter group of the kernels that have the penalty, with weight_decay =
2 * l2, in a coupled optimizer. On TensorFlow l2 passes through float32: a
power of two passes unharmed."""
