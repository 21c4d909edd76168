"""One Keras layer of every kind that weights.py knows, for test_weights.py.

Imports Keras, so it must only be imported in a process of its own. Its twin,
layer_twins_torch.py, holds the same layers under the same names.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from comparisons.weights import Layer, variable_name

keras.config.set_floatx("float64")
tf.config.threading.set_intra_op_parallelism_threads(1)

# Sizes are unequal wherever the layer allows it: a wrong transpose raises.
TWINS = {
    "dense": layers.Dense(5),
    "dense_square": layers.Dense(4, use_bias=False),
    "embedding": layers.Embedding(6, 4),
    "conv1d": layers.Conv1D(5, 2),
    "conv2d": layers.Conv2D(5, (3, 2), strides=(2, 1)),
    "conv2d_grouped": layers.Conv2D(6, (3, 2), groups=2),
    "conv3d": layers.Conv3D(5, (3, 2, 4)),
    "depthwise1d": layers.DepthwiseConv1D(3, depth_multiplier=2),
    "depthwise2d": layers.DepthwiseConv2D((3, 2), depth_multiplier=2),
    "separable1d": layers.SeparableConv1D(5, 3, depth_multiplier=2),
    "separable2d": layers.SeparableConv2D(5, (3, 2), depth_multiplier=2),
    "transposed1d": layers.Conv1DTranspose(5, 3, strides=2),
    "transposed2d": layers.Conv2DTranspose(5, (3, 2), strides=2),
    "transposed3d": layers.Conv3DTranspose(5, (3, 2, 4)),
    "batch_norm": layers.BatchNormalization(epsilon=1e-3),
    "batch_norm_plain": layers.BatchNormalization(scale=False, center=False),
    "layer_norm": layers.LayerNormalization(epsilon=1e-3),
    "group_norm": layers.GroupNormalization(2, epsilon=1e-3),
    "rms_norm": layers.RMSNormalization(epsilon=1e-6),
    "prelu": layers.PReLU(shared_axes=[1, 2]),
    "lstm": layers.LSTM(3, return_sequences=True),
    "gru": layers.GRU(3, return_sequences=True),
    "simple_rnn": layers.SimpleRNN(3, return_sequences=True),
    "two_way_lstm": layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
    "two_way_gru": layers.Bidirectional(layers.GRU(3, return_sequences=True)),
    "two_way_rnn": layers.Bidirectional(
        layers.SimpleRNN(3, return_sequences=True)
    ),
    # TensorFlow rounds attention's scale 1/sqrt(key_dim) to float32, which
    # costs 1e-8. With key_dim 4 the scale is 1/2 and nothing is rounded.
    "attention": layers.MultiHeadAttention(2, 4),
    "attention_linear": layers.MultiHeadAttention(
        2, 4, value_dim=3, output_shape=9
    ),
}


def kind_of(layer: keras.Layer) -> str:
    if isinstance(layer, layers.Bidirectional):
        return f"Bidirectional({type(layer.forward_layer).__name__})"
    return type(layer).__name__


def call(name: str, inputs: list[np.ndarray]) -> Any:
    """Call a layer in evaluation mode; attention takes query, key, value."""
    layer = TWINS[name]
    if isinstance(layer, layers.MultiHeadAttention):
        query, key, value = map(tf.constant, inputs)
        return layer(query, value, key=key)
    return layer(tf.constant(inputs[0]), training=False)


def run(
    inputs: dict[str, list[np.ndarray]],
) -> tuple[list[Layer], dict[str, dict[str, np.ndarray]]]:
    """Give every layer random weights, and call it.

    Returns:
        The layers, and dictionaries of arrays: "weights" and "gradients" by
        "layer/variable", "outputs" by layer. The gradients are those of the
        sum of sin(output), which treats no two outputs alike.
    """
    random = np.random.default_rng(0)
    found, outputs, weights, gradients = [], {}, {}, {}
    for name, arrays in inputs.items():
        layer = TWINS[name]
        layer.name = name
        call(name, arrays)  # builds the layer
        shapes = {}
        for variable in layer.weights:
            inside = variable_name(variable.path, name)
            shapes[inside] = tuple(variable.shape)
            value = random.normal(size=variable.shape)
            if inside == "moving_variance":
                value = np.abs(value) + 0.5
            variable.assign(value)
            weights[f"{name}/{inside}"] = np.array(variable)
        found.append(Layer(name, kind_of(layer), shapes))
        with tf.GradientTape() as tape:
            output = call(name, arrays)
            total = tf.reduce_sum(tf.sin(output))
        outputs[name] = output.numpy()
        trained = layer.trainable_weights
        for variable, gradient in zip(
            trained,
            tape.gradient(total, [v.value for v in trained]),
            strict=True,
        ):
            inside = variable_name(variable.path, name)
            # An embedding's gradient is sparse until it is asked for.
            gradients[f"{name}/{inside}"] = np.array(
                tf.convert_to_tensor(gradient)
            )
    return found, {
        "weights": weights,
        "gradients": gradients,
        "outputs": outputs,
    }


class Block(keras.Layer):
    """A layer that owns layers, as a Keras person writes a Transformer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.attention = layers.MultiHeadAttention(2, 3, name="attention")
        self.reader = layers.Bidirectional(layers.LSTM(2), name="reader")

    def call(self, x: Any) -> Any:
        return self.reader(self.attention(x, x))


def paths() -> list[str]:
    """Return the variable paths of layers inside layers and models."""
    words = keras.Input((5, 4))
    inner = keras.Input((4,))
    head = keras.Model(inner, layers.Dense(2, name="out")(inner), name="head")
    tail = keras.Sequential([layers.Dense(3, name="last")], name="tail")
    x = Block(name="encoder")(words)
    model = keras.Model(words, tail(head(x)), name="model")
    return [variable.path for variable in model.weights]
