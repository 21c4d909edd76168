"""The loss that Keras reports includes the penalties; PyTorch's does not."""

KERAS = """\
compile and fit add model.losses to the loss, in history, progress bar and
val_loss alike (keras/src/trainers/trainer.py, compute_loss)."""

PYTORCH = """\
weight_decay acts in the optimizer, after the loss: no number shows it."""

FIX = """\
Add sum(weight_decay / 2 * parameter**2), taken before the step, to what
train_step returns. To compare penalised models, measure the bare loss."""
