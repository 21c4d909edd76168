"""Two dense layers that read handwritten digits, in PyTorch.

Book: section 2.1.  Twin: keras_impl/chapter02_digits_dense.py
Run: python -m torch_impl.chapter02_digits_dense
Expect: accuracy 0.90 to 0.92 on 1,000 unseen digits, in about 5 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays
from shared_data.chapter02_digits_dense import QUICK, Config, load_data
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels)  # (784,)


# === Model ==================================================================


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 512)
        self.classifier = nn.Linear(512, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.hidden(x))  # (512,)
        return self.classifier(x)  # (10,)


def build_model(config: Config) -> nn.Module:
    return Classifier().apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`.
    return nn.CrossEntropyLoss()


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
    pixels: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(pixels), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    pixels = to_inputs(arrays.inputs).to(device)
    labels = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(pixels), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, pixels[batch], labels[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(pixels))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, pixels: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 10)."""
    model.eval()
    batches = to_inputs(pixels).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    digits = predict(model, arrays.inputs).argmax(axis=1)
    return {"accuracy": float(np.mean(digits == arrays.targets))}


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
