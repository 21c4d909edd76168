"""What is a house near Boston worth? Dense layers on a small table, in PyTorch.

Book: section 4.3.  Twin: keras_impl/chapter04_house_prices.py
Run: python -m torch_impl.chapter04_house_prices
Expect: MAE 2.0 to 2.3 k$ (folds: 2.6); 5.90 for the median. Up to 8 s a model.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter04_house_prices import (
    FEATURES,
    QUICK,
    Config,
    cut_folds,
    load_data,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(houses: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(houses)  # (12,): standardised features


# === Model ==================================================================


class Appraiser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(len(FEATURES), 64)
        self.hidden2 = nn.Linear(64, 64)
        self.price = nn.Linear(64, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.hidden1(x))  # (64,)
        x = F.relu(self.hidden2(x))
        return self.price(x)  # (1,): any number, in k$


def build_model(config: Config) -> nn.Module:
    return Appraiser().apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.MSELoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras: see `rmsprop_epsilon`.
    return torch.optim.RMSprop(
        model.parameters(), config.learning_rate, alpha=0.9, eps=1e-7
    )


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    houses: torch.Tensor,
    prices: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(houses), prices)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    houses = to_inputs(arrays.inputs).to(device)
    prices = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(houses), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, houses[batch], prices[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(houses))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, houses: np.ndarray) -> np.ndarray:
    """Return the prices in k$, (N, 1)."""
    model.eval()
    batches = to_inputs(houses).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    error = predict(model, arrays.inputs) - arrays.targets
    return {"mae": float(np.mean(np.abs(error)))}  # k$


def cross_validate(config: Config, arrays: Arrays) -> list[float]:
    """Return the MAE in k$ on each fold, by a model that never saw it."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    scores = []
    for fold in cut_folds(arrays, config):
        model = build_model(config).to(device)
        train(model, fold.train, config)
        scores.append(evaluate(model, fold.test)["mae"])
    return scores


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return the price of each test tract, and what the model says."""
    paid, said = data.test.targets, predict(model, data.test.inputs)
    points = np.concatenate([paid, said, np.zeros_like(paid)], axis=1)
    return {"scatter/price and answer (k$)": points}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    print({"mae of each fold": cross_validate(config, data.train)})
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
