"""One model written three ways, trained by a fuller loop, in PyTorch.

Book: section 7.2.  Twin: keras_impl/chapter07_training_loops.py
Run: python -m torch_impl.chapter07_training_loops
Expect: accuracy 0.92 to 0.93 on 1,000 unseen digits, in about 10 s.
"""

import csv
import math
import tempfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from shared_data import Arrays
from shared_data.chapter07_training_loops import (
    QUICK,
    Config,
    hold_out,
    load_data,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images)  # (784,)


# === Model ==================================================================


def build_model(config: Config) -> nn.Module:
    ways = {"sequential": sequential, "functional": functional}
    return ways.get(config.way, subclass)(config).apply(init_like_keras)


def sequential(config: Config) -> nn.Module:
    """A stack of layers: each is fed by the one before."""
    return nn.Sequential(
        OrderedDict(
            hidden=nn.Linear(784, 512),  # (512,)
            relu=nn.ReLU(),
            dropout=nn.Dropout(config.dropout),
            classifier=nn.Linear(512, 10),  # (10,)
        )
    )


def functional(config: Config) -> nn.Module:
    """A function of parameters and images: nothing is hidden in it."""
    return FunctionalPerceptron(config.dropout)


def subclass(config: Config) -> nn.Module:
    """A class: what happens to an image is whatever `forward` does."""
    return Perceptron(config.dropout)


class Perceptron(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 512)
        # model.train() turns it on, wherever it sits: see `training_argument`.
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(512, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.hidden(x))
        x = self.dropout(x)
        return self.classifier(x)


class FunctionalPerceptron(nn.Module):
    """Holds parameters, and hands them to a function with every call."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        network = Perceptron(dropout)
        self.hidden = network.hidden
        self.dropout = network.dropout
        self.classifier = network.classifier
        self.networks = (network,)  # in a tuple: not registered once more

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Any other parameters could stand here, such as moved ones whose
        # gradient of a gradient is wanted.
        parameters = dict(self.named_parameters())
        return torch.func.functional_call(self.networks[0], parameters, x)


# === Training ===============================================================


class RootMeanSquaredError:
    """How far the ten probabilities are from one certain digit."""

    def __init__(self) -> None:
        self.total = 0.0
        self.samples = 0

    def update_state(self, labels: torch.Tensor, logits: torch.Tensor) -> None:
        error = F.one_hot(labels, 10) - logits.softmax(dim=1)
        self.total += float((error**2).sum())
        self.samples += len(error)

    def result(self) -> float:
        return math.sqrt(self.total / self.samples)


def make_loss(config: Config) -> nn.Module:
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`.
    return nn.CrossEntropyLoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras: see `rmsprop_epsilon`.
    return torch.optim.RMSprop(
        model.parameters(), config.learning_rate, alpha=0.9, eps=1e-7
    )


def share_of_rate(epoch: int, config: Config) -> float:
    """Return what is left of the learning rate; epochs count from 0."""
    return 0.5 ** (epoch // config.halve_after)


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch.

    The model ends with the weights of its best epoch on held-out samples.
    """
    device = device_of(model)
    learnt, held_out = hold_out(arrays, config)
    images = to_inputs(learnt.inputs).to(device)
    labels = torch.from_numpy(learnt.targets).to(device)
    held_labels = torch.from_numpy(held_out.targets)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    # Counts the calls of its own step(), here one per epoch, and wants a
    # factor, not a rate: see `schedule_clock` and `lambda_lr_factor`.
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda epoch: share_of_rate(epoch, config)
    )
    losses, logged = [], []
    least, waited = math.inf, 0
    with tempfile.TemporaryDirectory() as folder:
        best = Path(folder, "best.safetensors")
        for epoch in range(1, config.epochs + 1):
            model.train()
            # A new order every epoch, unlike a seeded Keras fit:
            # `fit_shuffle`.
            order = torch.randperm if shuffle else torch.arange
            total = torch.zeros((), device=device)
            for batch in order(len(images), device=device).split(
                config.batch_size
            ):
                loss = train_step(
                    model, optimizer, loss_fn, images[batch], labels[batch]
                )
                # A short batch counts less, as in fit: `epoch_loss_weighting`.
                total += loss * len(batch)
            losses.append(total.item() / len(images))
            schedule.step()
            logits = torch.from_numpy(predict(model, held_out.inputs))
            held_loss = float(loss_fn(logits, held_labels))
            metric = RootMeanSquaredError()
            metric.update_state(held_labels, logits)
            logged.append([epoch - 1, losses[-1], held_loss, metric.result()])
            print(
                f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}, "
                f"held out {held_loss:.4f}"
            )
            waited += 1
            if held_loss < least:
                least, waited = held_loss, 0
                # On disk, for a state_dict goes on learning:
                # see `state_dict_aliases`.
                save_file(model.state_dict(), best)
            elif waited >= config.patience:
                break
        # The last weights are not the best: see `early_stopping`.
        model.load_state_dict(load_file(best))
    if config.log:
        with open(config.log, "w", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(["epoch", "loss", "val_loss", "val_rmse"])
            rows.writerows(logged)
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 10)."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    logits = predict(model, arrays.inputs)
    metric = RootMeanSquaredError()
    metric.update_state(
        torch.from_numpy(arrays.targets), torch.from_numpy(logits)
    )
    return {
        "accuracy": float(np.mean(logits.argmax(axis=1) == arrays.targets)),
        "rmse": metric.result(),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
