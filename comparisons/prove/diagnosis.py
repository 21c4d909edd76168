"""What the first failed rung looks like, and which atlas entries fit."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from comparisons.proof.evidence import Failure
from comparisons.proof.ladder import Gathered
from comparisons.proof.rungs import flat_outputs, in_keras
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
    layers: list[Layer] = gathered.keras["settings"]["layers"]
    kinds = {layer.name: layer.kind for layer in layers}
    try:
        ours, theirs = compared_arrays(failed, gathered, layers)
    except (KeyError, TypeError, LayoutError):
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
        KeyError: a half has no evidence for this rung.
        LayoutError: its gradients cannot be carried over.
    """
    name = "training" if failed.name == "gradients" else failed.name
    runs = [
        evidence[f"{name} {failed.dtype}"]
        for evidence in (gathered.keras, gathered.torch)
    ]
    if any(isinstance(run, Failure) for run in runs):
        raise KeyError(name)
    if name == "training":
        if failed.worst == "loss":
            return runs[0]["losses"][:1], runs[1]["losses"][:1]
        found = [
            in_keras(layers, run["gradients"], run["side"] == "torch")
            for run in runs
        ]
    else:
        found = [flat_outputs(layers, run, runs[0]) for run in runs]
    return found[0][failed.worst], found[1][failed.worst]
