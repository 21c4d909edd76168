"""Adam and RMSprop treat a Keras Embedding's repeated ids differently."""

KERAS = """\
On TensorFlow an embedding's gradient has a row per lookup, and squares are
taken before rows of one id are merged
(keras/src/backend/tensorflow/sparse.py)."""

PYTORCH = """\
Gradients of one id are added before they are squared."""

FIX = """\
Make the gradient dense on the Keras side, or square per lookup on the PyTorch
side, as comparisons/alignment.py does."""
