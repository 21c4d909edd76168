"""Is a film well received? An LSTM that reads both ways, in PyTorch.

Book: section 11.3.3.  Twin: keras_impl/chapter11_bilstm.py
Run: python -m torch_impl.chapter11_bilstm
Expect: accuracy 0.73 to 0.76 on 2,500 unseen sentences, in about 10 s.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from shared_data import Arrays, Data
from shared_data.chapter11_bilstm import QUICK, Config, load_data
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> torch.Tensor:
    # (32,): the words' numbers, 0 where the text has ended
    return torch.from_numpy(words)


# === Model ==================================================================


class Classifier(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        # No padding_idx: it zeroes a vector that mask_zero leaves as drawn:
        # see `embedding_padding_row`.
        self.embedding = nn.Embedding(config.words, 256)
        # Unless told, time comes before the batch: `rnn_batch_first`.
        self.lstm = nn.LSTM(256, 32, batch_first=True, bidirectional=True)
        # Keras has one bias per gate. Two trained biases would move twice as
        # far in each step, so the second rests at zero: `lstm_two_biases`.
        self.lstm.bias_hh_l0.requires_grad_(False)
        self.lstm.bias_hh_l0_reverse.requires_grad_(False)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(64, 1)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.embedding(words)  # (32, 256)
        # Packed, a text ends with its last word, as the mask of Keras has it,
        # and begins there on the way back: see `sequence_masks` and
        # `bidirectional_padding`. Lengths must be on the CPU.
        lengths = (words != 0).sum(1).cpu()
        packed = pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(packed)
        # Either way's last state: the last word's, then the first word's, which
        # the end of the sequence does not hold: `bidirectional_last_step`.
        x = torch.cat([hidden[0], hidden[1]], dim=1)  # (64,)
        return self.classifier(self.dropout(x))  # (1,)


def build_model(config: Config) -> nn.Module:
    return Classifier(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.BCEWithLogitsLoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras, and a word that a batch holds twice is added up before
    # it is squared: see `rmsprop_epsilon` and `embedding_gradients`.
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
    """Return the logits, (N, 1): above 0 means well received."""
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
    """Read the longest test text, and tell the verdict after each word."""
    lengths = np.count_nonzero(data.test.inputs, axis=1)
    words, count = data.test.inputs[lengths.argmax()], lengths.max()
    # The first word, the first two, the first three ...
    logits = predict(model, np.tril(np.tile(words, (count, 1))))
    return {
        "series/in favour/probability": 1 / (1 + np.exp(-logits[:, 0])),
        "text/words": data.more["words"][words[:count]],
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
