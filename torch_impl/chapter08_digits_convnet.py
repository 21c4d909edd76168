"""A small convnet that reads handwritten digits, in PyTorch.

Book: section 8.1.  Twin: keras_impl/chapter08_digits_convnet.py
Run: python -m torch_impl.chapter08_digits_convnet
Expect: accuracy 0.95 to 0.98 on 1,000 unseen digits, in about 10 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter08_digits_convnet import QUICK, Config, load_data
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2)  # (1, 28, 28)


# === Model ==================================================================


class Convnet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.conv3 = nn.Conv2d(64, 128, kernel_size=3)
        self.classifier = nn.Linear(1152, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # (32, 13, 13)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (64, 5, 5)
        x = F.relu(self.conv3(x))  # (128, 3, 3)
        # Rows, columns, channels, as Keras flattens: see `flatten_order`.
        x = x.permute(0, 2, 3, 1).flatten(1)  # (1152,)
        return self.classifier(x)


def build_model(config: Config) -> nn.Module:
    return Convnet().apply(init_like_keras)


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
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    images = to_inputs(arrays.inputs).to(device)
    labels = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(images), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, images[batch], labels[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(images))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 10)."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    digits = predict(model, arrays.inputs).argmax(axis=1)
    return {"accuracy": float(np.mean(digits == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return which digit is taken for which, and the hardest ones."""
    labels, logits = data.test.targets, predict(model, data.test.inputs)
    confusion = np.zeros((10, 10))
    np.add.at(confusion, (labels, logits.argmax(-1)), 1)
    behind = logits.max(-1) - logits[np.arange(len(labels)), labels]
    hardest = np.argsort(-behind, kind="stable")[:8]
    return {
        "matrix/digit (row) and answer (column)": confusion,
        "images/hardest digits": data.test.inputs[hardest, ..., 0],
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
