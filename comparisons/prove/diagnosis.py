"""What the first failed rung looks like, and which atlas entries fit."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from comparisons.proof.distance import Broken, whole
from comparisons.proof.ladder import Gathered
from comparisons.proof.rungs import flat_outputs, gradients_of
from comparisons.prove.symptoms import Symptom, symptoms
from comparisons.results import Rung
from comparisons.weights import Layer, LayoutError

# By words in the settings rung's message.
OF_SETTING = {
    "optimizer epsilon": ("adam_epsilon", "rmsprop_epsilon"),
    "optimizer learning_rate": ("sgd_learning_rate", "rmsprop_defaults"),
    "optimizer rho": ("rmsprop_defaults",),
    "optimizer weight_decay": ("adamw_decay_default", "adam_weight_decay"),
    "decay": ("l2_weight_decay",),
    "dropout": ("training_argument", "recurrent_dropout"),
    "loss reduction": ("sample_weight_mean",),
    "loss logits": ("cross_entropy_from_probabilities",),
    "trainable parameters": ("lstm_two_biases", "frozen_batch_norm"),
}
# Where weights differ although the gradients are equal.
OF_STEPS = (
    "adam_epsilon", "rmsprop_epsilon", "sgd_velocity", "clip_norm_epsilon",
    "embedding_gradients", "batch_norm_momentum", "schedule_clock",
)  # fmt: skip


def fitting(failed: Rung, gathered: Gathered) -> list[Symptom]:
    """Return what the first failed rung looks like."""
    entries: tuple[str, ...]
    if failed.name == "settings":
        entries = tuple(
            entry
            for word, several in OF_SETTING.items()
            if word in failed.detail
            for entry in several
        )
        words = "the settings of both models differ"
        return [Symptom(words, entries)]
    if failed.name == "initialisation":
        entries = ("initial_weights", "dense_bias_start", "lstm_forget_bias",
                   "embedding_initial_scale")  # fmt: skip
        return [Symptom("initial weights have other distributions", entries)]
    if "/moving_" in failed.worst:
        entries = "batch_norm_momentum", "batch_norm_variance"
        words = "running statistics are updated differently"
        return [Symptom(words, entries)]
    if failed.name in ("step", "trajectory"):
        return [Symptom("equal gradients, unequal updates", OF_STEPS)]
    layers = gathered.keras.layers()
    kinds = {layer.name: layer.kind for layer in layers}
    try:
        ours, theirs = compared_arrays(failed, gathered, layers)
    except (Broken, KeyError, IndexError, LayoutError):
        return []  # a half lacks this evidence; the rung says why
    kind = kinds.get(failed.worst.split("/")[0], "")
    return symptoms(
        np.asarray(ours, "float64"), np.asarray(theirs, "float64"), kind
    )


def compared_arrays(
    failed: Rung, gathered: Gathered, layers: Sequence[Layer]
) -> tuple[Any, Any]:
    """Return both sides' arrays at the first place where a rung failed.

    Raises:
        Broken: a half has no evidence for this rung.
        LayoutError: its gradients cannot be carried over.
    """
    halves = gathered.keras, gathered.torch
    if failed.name == "gradients":
        taken = (half.training(failed.dtype) for half in halves)
        runs = whole(failed.name, failed.dtype, *taken)
        if failed.worst == "loss":
            first = [r.losses[:1] for r in runs if r.losses is not None]
            return first[0], first[1]
        found = [gradients_of(layers, run) for run in runs]
    else:
        predicted = (half.forward(failed.dtype) for half in halves)
        given = whole(failed.name, failed.dtype, *predicted)
        found = [flat_outputs(layers, one, given[0]) for one in given]
    return found[0][failed.worst], found[1][failed.worst]
