"""Learning-rate schedules count steps in Keras, your calls in PyTorch."""

KERAS = """\
A schedule given to the optimizer is read at every update, with constants
rounded to float32; the callback LearningRateScheduler sets the rate once at
the beginning of an epoch (keras/src/callbacks/learning_rate_scheduler.py)."""

PYTORCH = """\
A scheduler moves on when its step() is called, after the optimizer's; the
unit is whatever that is called for (torch/optim/lr_scheduler.py)."""

FIX = """\
Per epoch: LearningRateScheduler, and scheduler.step() after each epoch. Per
step: a keras.optimizers.schedules object, and scheduler.step() after every
optimizer.step()."""
