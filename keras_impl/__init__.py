"""The Keras halves. Keras' engine is TensorFlow unless the user says so."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
