"""What makes a model overfit and what keeps it from it, in PyTorch.

Book: section 5.4.  Twin: keras_impl/chapter05_overfitting.py
Run: python -m torch_impl.chapter05_overfitting
Expect: accuracy 0.865 to 0.870 on 9,900 unseen reviews, in about 10 s.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter05_overfitting import (
    EXPERIMENTS,
    QUICK,
    Config,
    load_data,
    load_experiment,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(table: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(table)  # (features,): words are bytes


# === Model ==================================================================


class Classifier(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        features = config.features
        for number, units in enumerate(config.hidden, 1):
            self.add_module(f"hidden{number}", nn.Linear(features, units))
            features = units
        self.layers = len(config.hidden)
        self.dropout = config.dropout
        self.classifier = nn.Linear(features, config.outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Keras takes bytes as they are: `integer_pictures`.
        x = x.to(self.classifier.weight.dtype)
        for number in range(1, self.layers + 1):
            x = F.relu(self.get_submodule(f"hidden{number}")(x))  # (units,)
            # Untold, it drops after eval() too: `functional_dropout_training`.
            x = F.dropout(x, self.dropout, self.training)
        return self.classifier(x)


def build_model(config: Config) -> nn.Module:
    return Classifier(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return loss_for(config.outputs)


def loss_for(outputs: int) -> nn.Module:
    if outputs == 1:
        return nn.BCEWithLogitsLoss()
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`.
    return nn.CrossEntropyLoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # The gradient of l2 * sum(kernel**2) is twice l2 times the kernel, which
    # PyTorch adds as "weight decay": see `l2_weight_decay`. To all weights of
    # its group, so that biases need another one: `weight_decay_on_biases`.
    kernels = [
        module.weight
        for name, module in model.named_children()
        if name.startswith("hidden")
    ]
    others = [
        parameter
        for parameter in model.parameters()
        if all(parameter is not kernel for kernel in kernels)
    ]
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras: see `rmsprop_epsilon`.
    return torch.optim.RMSprop(
        [
            {"params": kernels, "weight_decay": 2 * config.l2},
            {"params": others},
        ],
        config.learning_rate,
        alpha=0.9,
        eps=1e-7,
    )


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    # Keras reports the loss with the penalty, as it was before the step: see
    # `l2_reported_loss`.
    penalties = [
        group["weight_decay"] / 2 * parameter.detach().square().sum()
        for group in optimizer.param_groups
        for parameter in group["params"]
        if group["weight_decay"]
    ]
    optimizer.step()
    return loss.detach() + sum(penalties)


def train(
    model: nn.Module,
    arrays: Arrays,
    config: Config,
    shuffle: bool = True,
    after_epoch: Callable[[], None] = lambda: None,
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    inputs = to_inputs(arrays.inputs).to(device)
    targets = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    for epoch in range(1, config.epochs + 1):
        model.train()
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(inputs), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, inputs[batch], targets[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(inputs))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
        after_epoch()
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, table: np.ndarray) -> np.ndarray:
    """Return the logits: (N, 1) for reviews, (N, 10) for digits."""
    model.eval()
    batches = to_inputs(table).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    logits = predict(model, arrays.inputs)
    answers = logits > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
    loss = loss_for(logits.shape[1])(
        torch.from_numpy(logits), torch.from_numpy(arrays.targets)
    )
    return {
        "accuracy": float(np.mean(answers == arrays.targets)),
        "loss": float(loss),  # without the penalty
    }


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Train every experiment of the chapter; return its scores by epoch."""
    curves = {}
    for panel, experiments in EXPERIMENTS.items():
        for label, experiment in experiments.items():
            torch.manual_seed(config.seed)
            table = load_experiment(experiment, config, data)
            with device_of(model):  # where new models stand, too
                scores = follow(table, experiment, panel)
            curves[f"curve/{panel}/{label}"] = np.array(scores)
    return curves


def follow(data: Data, config: Config, panel: str) -> list[float]:
    """Train a model; return what the panel's name says, after each epoch."""
    split, score = panel.split()[:2]
    watched = data.test if split == "test" else data.train
    model = build_model(config)
    scores: list[float] = []
    train(
        model,
        data.train,
        config,
        after_epoch=lambda: scores.append(evaluate(model, watched)[score]),
    )
    return scores


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
