"""argmax over one output is always 0, where Keras' accuracy cuts at 0.5."""

import numpy as np

KERAS = """\
"accuracy" becomes BinaryAccuracy, SparseCategoricalAccuracy or
CategoricalAccuracy by the shapes of targets and outputs: one unit means a
cut at 0.5 (keras/src/trainers/compile_utils.py, get_metric)."""

PYTORCH = """\
outputs.argmax(1) == labels, carried over from several classes, counts the
zeros among the labels."""

FIX = """\
(probabilities > 0.5) for one unit, or logits > 0. Name the metric in Keras:
a loss of regression with "accuracy" is a cut at 0.5 too."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    labels = random.integers(2, size=(64, 1))
    return {
        "labels": labels,
        "logits": random.normal(size=(64, 1)) + 3 * labels - 1.5,
    }


def keras_default(labels, logits):
    import keras
    from keras import layers

    sigmoid = layers.Activation("sigmoid")
    model = keras.Sequential([keras.Input((1,)), sigmoid])
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    results = model.evaluate(logits, labels, verbose=0, return_dict=True)
    return results["accuracy"]


def torch_default(labels, logits):
    import torch

    probabilities = torch.from_numpy(logits).sigmoid()
    predicted = probabilities.argmax(1)
    return (predicted == torch.from_numpy(labels)[:, 0]).double().mean()


def torch_as_keras(labels, logits):
    import torch

    probabilities = torch.from_numpy(logits).sigmoid()
    predicted = probabilities > 0.5
    return (predicted == torch.from_numpy(labels)).double().mean()


def keras_as_torch(labels, logits):
    import keras
    from keras import layers

    sigmoid = layers.Activation("sigmoid")
    model = keras.Sequential([keras.Input((1,)), sigmoid])
    argmax = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(loss="binary_crossentropy", metrics=[argmax])
    results = model.evaluate(logits, labels, verbose=0, return_dict=True)
    return results["accuracy"]
