"""One model written three ways, trained with callbacks, in Keras.

Book: section 7.2.  Twin: torch_impl/chapter07_training_loops.py
Run: python -m keras_impl.chapter07_training_loops
Expect: accuracy 0.92 to 0.93 on 1,000 unseen digits, in about 10 s.
"""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf  # for the tape of a training step of one's own
from keras import layers, ops

from shared_data import Arrays
from shared_data.chapter07_training_loops import (
    QUICK,
    Config,
    hold_out,
    load_data,
)

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (784,)


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    ways = {"sequential": sequential, "functional": functional}
    return ways.get(config.way, subclass)(config)


def sequential(config: Config) -> keras.Model:
    """A stack of layers: each is fed by the one before."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu", name="hidden"),  # (512,)
            layers.Dropout(config.dropout, name="dropout"),
            layers.Dense(10, name="classifier"),  # (10,)
        ]
    )


def functional(config: Config) -> keras.Model:
    """A graph of layers: each says by what it is fed."""
    images = keras.Input((784,))
    x = layers.Dense(512, activation="relu", name="hidden")(images)
    x = layers.Dropout(config.dropout, name="dropout")(x)
    logits = layers.Dense(10, name="classifier")(x)
    kind = SteppingModel if config.own_step else keras.Model
    return kind(images, logits)


def subclass(config: Config) -> keras.Model:
    """A class: what happens to an image is whatever `call` does."""
    model = Perceptron(config.dropout)
    model(keras.Input((784,)))  # now its layers know their sizes
    return model


class Perceptron(keras.Model):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.hidden = layers.Dense(512, activation="relu", name="hidden")
        self.dropout = layers.Dropout(dropout, name="dropout")
        self.classifier = layers.Dense(10, name="classifier")

    # Without `training` among the arguments, Keras never says that it trains,
    # and no value is ever dropped: see `training_argument`.
    def call(self, x, training=False):
        x = self.hidden(x)
        x = self.dropout(x, training=training)
        return self.classifier(x)


class SteppingModel(keras.Model):
    """A model that takes its training steps as it says itself."""

    def train_step(self, data):
        images, labels = data
        with tf.GradientTape() as tape:
            logits = self(images, training=True)
            loss = self.compute_loss(images, labels, logits, training=True)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":  # an epoch's last batch may be smaller
                metric.update_state(loss, sample_weight=ops.shape(images)[0])
            else:
                metric.update_state(labels, logits)
        return {metric.name: metric.result() for metric in self.metrics}


# === Training ===============================================================


class RootMeanSquaredError(keras.metrics.Metric):
    """How far the ten probabilities are from one certain digit."""

    def __init__(self) -> None:
        super().__init__(name="rmse")
        self.total = self.add_weight(initializer="zeros", name="total")
        self.samples = self.add_weight(initializer="zeros", name="samples")

    def update_state(self, labels, logits, sample_weight=None) -> None:
        certain = ops.one_hot(ops.reshape(labels, -1), 10, dtype=self.dtype)
        error = certain - ops.softmax(ops.cast(logits, self.dtype))
        self.total.assign_add(ops.sum(error**2))
        self.samples.assign_add(ops.cast(ops.shape(error)[0], self.dtype))

    def result(self):
        return ops.sqrt(self.total / self.samples)


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def make_optimizer(
    config: Config, model: keras.Model
) -> keras.optimizers.Optimizer:
    # Epsilon sits inside the root here, outside in PyTorch:
    # see `rmsprop_epsilon`.
    return keras.optimizers.RMSprop(config.learning_rate)


def share_of_rate(epoch: int, config: Config) -> float:
    """Return what is left of the learning rate; epochs count from 0."""
    return 0.5 ** (epoch // config.halve_after)


def train(
    model: keras.Model, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch.

    The model ends with the weights of its best epoch on held-out samples.
    """
    model.compile(
        optimizer=make_optimizer(config, model),
        loss=make_loss(config),
        metrics=[RootMeanSquaredError()],
    )
    learnt, held_out = hold_out(arrays, config)
    with tempfile.TemporaryDirectory() as folder:
        best = Path(folder, "best.weights.h5")
        callbacks = [
            # Counts epochs; a schedule given to the optimizer would count
            # steps: see `schedule_clock`.
            keras.callbacks.LearningRateScheduler(
                lambda epoch: (
                    config.learning_rate * share_of_rate(epoch, config)
                )
            ),
            # Leaves the last weights, not the best: see `early_stopping`.
            keras.callbacks.EarlyStopping("val_loss", patience=config.patience),
            keras.callbacks.ModelCheckpoint(
                best, "val_loss", save_best_only=True, save_weights_only=True
            ),
        ]
        if config.log:
            callbacks.append(keras.callbacks.CSVLogger(config.log))
        # A seeded fit repeats one order every epoch: see `fit_shuffle`.
        history = model.fit(
            to_inputs(learnt.inputs),
            learnt.targets,
            batch_size=config.batch_size,
            epochs=config.epochs,
            shuffle=shuffle,
            validation_data=(to_inputs(held_out.inputs), held_out.targets),
            callbacks=callbacks,
        )
        model.load_weights(best)
    return history.history["loss"]


# === Evaluation =============================================================


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 10)."""
    return model.predict(to_inputs(images), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    logits = predict(model, arrays.inputs)
    metric = RootMeanSquaredError()
    metric.update_state(arrays.targets, logits)
    return {
        "accuracy": float(np.mean(logits.argmax(axis=1) == arrays.targets)),
        "rmse": float(metric.result()),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
