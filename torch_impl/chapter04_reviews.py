"""Is a film review favourable? Dense layers on bags of words, in PyTorch.

Book: section 4.1.  Twin: keras_impl/chapter04_reviews.py
Run: python -m torch_impl.chapter04_reviews
Expect: accuracy 0.87 to 0.90 on 9,900 unseen reviews, in about 10 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter04_reviews import QUICK, Config, load_data
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(words)  # (10000,): bytes; the model casts them


# === Model ==================================================================


class Classifier(nn.Module):
    def __init__(self, words: int) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(words, 16)
        self.hidden2 = nn.Linear(16, 16)
        self.classifier = nn.Linear(16, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Keras takes bytes as they are: `integer_pictures`.
        x = x.to(self.hidden1.weight.dtype)
        x = F.relu(self.hidden1(x))  # (16,)
        x = F.relu(self.hidden2(x))
        return self.classifier(x)  # (1,)


def build_model(config: Config) -> nn.Module:
    return Classifier(config.words).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.BCEWithLogitsLoss()


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
    words: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(words), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    words = to_inputs(arrays.inputs).to(device)
    labels = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(words), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, words[batch], labels[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(words))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, words: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 1): above 0 means favourable."""
    model.eval()
    batches = to_inputs(words).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    favourable = predict(model, arrays.inputs) > 0
    return {"accuracy": float(np.mean(favourable == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return the words that alone speak most for a film, and against it."""
    alone = np.eye(len(data.more["words"]), config.words, dtype=np.uint8)
    order = np.argsort(predict(model, alone)[:, 0], kind="stable")
    words = data.more["words"][order]
    return {"text/for": words[:-11:-1], "text/against": words[:10]}


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
