"""A frozen BatchNorm still changes in PyTorch."""

KERAS = """\
`layer.trainable = False` freezes scale and shift, and lets the layer work in
inference mode, even in `fit`
(keras/src/layers/normalization/batch_normalization.py, call)."""

PYTORCH = """\
`requires_grad_(False)` freezes weight and bias alone: in training mode the
layer still normalises by the batch and moves its running statistics."""

FIX = """\
Also call `eval()` on what is frozen, after every `model.train()`, which
would undo it."""
