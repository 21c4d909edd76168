"""How much warmer will it be tomorrow? A dense layer's guess, in PyTorch.

Book: section 10.2.  Twin: keras_impl/chapter10_weather_dense.py
Run: python -m torch_impl.chapter10_weather_dense
Expect: MAE 2.90 to 3.11 °C; 3.40 when nothing changes. About 1 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter10_weather_dense import (
    QUICK,
    READINGS,
    Config,
    load_data,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(windows: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(windows)  # (120, 6): hours, readings


# === Model ==================================================================


class Forecaster(nn.Module):
    def __init__(self, hours: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(hours * len(READINGS), 16)
        self.forecast = nn.Linear(16, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(1)  # (720,): hour after hour
        x = F.relu(self.hidden(x))  # (16,)
        return self.forecast(x)  # (1,)


def build_model(config: Config) -> nn.Module:
    return Forecaster(config.window_hours).apply(init_like_keras)


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
    windows: torch.Tensor,
    changes: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(windows), changes)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    windows = to_inputs(arrays.inputs).to(device)
    changes = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(windows), device=device).split(
            config.batch_size
        ):
            loss = train_step(
                model, optimizer, loss_fn, windows[batch], changes[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(windows))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, windows: np.ndarray) -> np.ndarray:
    """Return the change over the next 24 hours in °C, (N, 1)."""
    model.eval()
    batches = to_inputs(windows).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    error = predict(model, arrays.inputs) - arrays.targets
    return {"mae": float(np.mean(np.abs(error)))}  # °C


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Draw a fortnight, each hour with what was forecast a day before."""
    now, later = data.more["now"], data.more["later"]
    forecast = now + predict(model, data.more["windows"])
    return {
        "series/a fortnight in °C/measured": later[:, 0],
        "series/a fortnight in °C/forecast": forecast[:, 0],
        "series/a fortnight in °C/same as now": now[:, 0],
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
