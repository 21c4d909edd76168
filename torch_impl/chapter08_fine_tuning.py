"""Broken solar cells by a pretrained backbone that learns on, in PyTorch.

Book: section 8.3.2.  Twin: keras_impl/chapter08_fine_tuning.py
Run: python -m torch_impl.chapter08_fine_tuning
Expect: balanced accuracy 0.69 to 0.76 on 600 unseen cells, in about 15 s.
"""

import numpy as np
import torch
from torch import nn

from shared_data import Arrays
from shared_data.chapter08_fine_tuning import (
    QUICK,
    Config,
    load_data,
    scores,
)
from shared_data.sources.pictures import to_backbone
from torch_impl.common import device_of, init_like_keras
from torch_impl.efficientnet_lite import BLOCKS, CHANNELS, build_backbone

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    images = torch.from_numpy(to_backbone(images)).movedim(3, 1)
    return images.to(torch.get_default_dtype())  # (3, 64, 64)


# === Model ==================================================================


class Classifier(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.backbone = build_backbone()
        self.hidden = nn.Linear(CHANNELS, 256)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(256, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.backbone(images)  # (1280, 2, 2)
        x = x.mean(dim=(2, 3))  # (1280,)
        x = self.hidden(x)  # (256,): linear, as the book's
        x = self.dropout(x)
        return self.classifier(x)  # (1,)


def freeze(backbone: nn.Module, config: Config) -> None:
    """Let only the convolutions of the last blocks learn.

    BatchNorm keeps ImageNet's statistics, scales and shifts: it would have to
    find them again in a few batches, and would spoil what follows it.
    """
    for name, layer in backbone.named_children():
        layer.requires_grad_(name in config.tuned)
    for name in set(config.tuned) & set(BLOCKS):
        block = backbone.get_submodule(name)
        # That leaves its statistics to the mode: see `frozen_batch_norm`.
        block.expand_norm.requires_grad_(False)
        block.depthwise_norm.requires_grad_(False)
        block.project_norm.requires_grad_(False)


def build_model(config: Config) -> nn.Module:
    model = Classifier(config.dropout)
    init_like_keras(model.hidden)
    init_like_keras(model.classifier)
    freeze(model.backbone, config)
    return model


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.BCEWithLogitsLoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras: see `rmsprop_epsilon`.
    return torch.optim.RMSprop(
        [p for p in model.parameters() if p.requires_grad],
        config.learning_rate,
        alpha=0.9,
        eps=1e-7,
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
    # BatchNorm in inference mode, and there is no dropout in there:
    # see `frozen_batch_norm`.
    model.backbone.eval()
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
    """Return the logits, (N, 1): above 0 means broken."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(32)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    return scores(predict(model, arrays.inputs) > 0, arrays.targets)


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
