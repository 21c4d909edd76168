"""The masks of recurrent dropout act on the same states in both halves.

The ladder replaces dropout by the identity: it counts the masks and cannot
see where they enter. Here both halves are handed the same ones.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest

from comparisons.weights import keras_to_torch, torch_to_keras
from shared_data.chapter10_weather_gru import QUICK, READINGS

pytestmark = pytest.mark.parity
RANDOM = np.random.default_rng(1)
CONFIG = replace(QUICK, window_hours=7)
WINDOWS = RANDOM.normal(size=(5, CONFIG.window_hours, len(READINGS)))
# Layers, gates in Keras' order z, r, h, batch, units; as large as rate 0.5
# makes them.
MASKS = 2.0 * RANDOM.integers(0, 2, (2, 3, 5, 32))


@contextmanager
def handed_out(owner: Any, masks: np.ndarray, make: Any) -> Iterator[None]:
    """Let dropout multiply by one mask after the other, then by 1."""
    waiting = [make(mask) for mask in masks.reshape(6, 5, 32)]

    def dropout(inputs: Any, *_: Any, **__: Any) -> Any:
        return inputs * waiting.pop(0) if waiting else inputs

    with mock.patch.object(owner, "dropout", dropout):
        yield
    assert waiting == []


def keras_half() -> tuple[Any, ...]:
    """Return layers, weights, changes and the gradients of their sines."""
    import keras.src.backend
    import tensorflow as tf

    from comparisons.sides.keras.recorder import layers_of, named_weights
    from keras_impl import chapter10_weather_gru as half

    keras.config.set_floatx("float64")
    model = half.build_model(CONFIG)
    weights = named_weights(model)
    for weight in weights.values():  # so that no bias is zero
        weight.assign_add(RANDOM.uniform(-0.05, 0.05, weight.shape))
    with (
        handed_out(keras.src.backend.random, MASKS, tf.constant),
        tf.GradientTape() as tape,
    ):
        changes = model(half.to_inputs(WINDOWS), training=True)
        total = tf.reduce_sum(tf.sin(changes))
    found = tape.gradient(total, [w.value for w in weights.values()])
    gradients = dict(zip(weights, (g.numpy() for g in found), strict=True))
    state = {name: np.array(weight) for name, weight in weights.items()}
    return layers_of(model), state, changes.numpy(), gradients


def torch_half(state: dict[str, np.ndarray], order: list[int]) -> Any:
    """Return changes and the gradients of their sines, by PyTorch's names."""
    import torch
    import torch.nn.functional as F

    from torch_impl import chapter10_weather_gru as half

    torch.set_default_dtype(torch.float64)
    model = half.build_model(CONFIG)
    model.load_state_dict({n: torch.from_numpy(w) for n, w in state.items()})
    model.train()
    with handed_out(F, MASKS[:, order], torch.from_numpy):
        changes = model(half.to_inputs(WINDOWS))
    changes.sin().sum().backward()
    gradients = {n: p.grad.numpy() for n, p in model.named_parameters()}
    return changes.detach().numpy(), gradients


def elsewhere(function: Any, *args: Any) -> Any:
    """Call a function in a process of its own: no two frameworks in one."""
    settings = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
    }
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as home,
        mock.patch.dict(os.environ, settings | {"KERAS_HOME": home}),
        ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool,
    ):
        return pool.submit(function, *args).result()


@pytest.fixture(scope="module")
def keras() -> Any:
    return elsewhere(keras_half)


def test_the_same_masks_give_the_same_changes_and_gradients(keras: Any) -> None:
    layers, state, changes, gradients = keras
    ours = keras_to_torch(layers, state)
    # PyTorch keeps its gates in the order r, z, n.
    received, theirs = elsewhere(torch_half, ours, [1, 0, 2])
    np.testing.assert_allclose(received, changes, rtol=0, atol=1e-13)
    carried = torch_to_keras(layers, theirs, partial=True)
    assert carried.keys() == gradients.keys()
    for name, expected in gradients.items():
        np.testing.assert_allclose(
            carried[name], expected, rtol=0, atol=1e-13, err_msg=name
        )


def test_masks_of_other_gates_give_other_changes(keras: Any) -> None:
    layers, state, changes, _ = keras
    ours = keras_to_torch(layers, state)
    for order in ([0, 1, 2], [2, 0, 1]):
        received, _ = elsewhere(torch_half, ours, order)
        assert np.abs(received - changes).max() > 1e-4
