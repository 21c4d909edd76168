"""A subclassed Keras model without `training` in call never drops out."""

KERAS = """\
fit passes training=True only to a `call` that has that argument; otherwise
the layers inside take it for prediction, and dropout and batch normalisation
do nothing, without a word (Keras 3.15.1 on TensorFlow, measured;
keras/src/backend/tensorflow/trainer.py, train_step)."""

PYTORCH = """\
model.train() and model.eval() set a flag on every submodule, however deep;
forward has no such argument."""

FIX = """\
Write `def call(self, x, training=False)` and hand `training` on. The settings
rung lists what dropout is asked for in training and in prediction."""
