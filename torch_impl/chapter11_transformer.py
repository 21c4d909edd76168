"""Is a film well received? A Transformer encoder on words, in PyTorch.

Book: section 11.4.  Twin: keras_impl/chapter11_transformer.py
Run: python -m torch_impl.chapter11_transformer
Expect: accuracy 0.71 to 0.75 on 2,500 unseen sentences, in about 10 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter11_transformer import QUICK, Config, load_data
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> torch.Tensor:
    # (40,): the words' numbers, 0 where the text has ended
    return torch.from_numpy(words)


# === Model ==================================================================


class WordAndPosition(nn.Module):
    """The sum of a learnt vector for the word and one for its place."""

    def __init__(self, words: int, length: int, width: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.positions = nn.Embedding(length, width)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        places = torch.arange(words.shape[1], device=words.device)
        return self.words(words) + self.positions(places)


class Attention(nn.Module):
    """Attention with heads of any width.

    nn.MultiheadAttention divides one width among its heads; here each head
    has all of it, as the textbook's Keras layer does: `attention_key_dim`.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, heads * width)
        self.key = nn.Linear(width, heads * width)
        self.value = nn.Linear(width, heads * width)
        self.output = nn.Linear(heads * width, width)

    def split(self, x: torch.Tensor) -> torch.Tensor:
        """Give each head its part: (40, 128) -> (2, 40, 64)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        # Scores are scaled by 1/sqrt(64), which Keras holds as a float32
        # even in float64: see `float32_constants`.
        attended = F.scaled_dot_product_attention(
            self.split(self.query(x)),
            self.split(self.key(x)),
            self.split(self.value(x)),
            attn_mask=mask,
        )
        return self.output(attended.transpose(1, 2).flatten(2))  # (40, 64)


class Encoder(nn.Module):
    """Attention among all words, then two dense layers for each of them."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention = Attention(config.width, config.heads)
        # Keras' epsilon; PyTorch's own is 1e-5: `layer_norm_epsilon`.
        self.norm1 = nn.LayerNorm(config.width, eps=1e-3)
        self.dense1 = nn.Linear(config.width, config.dense)
        self.dense2 = nn.Linear(config.dense, config.width)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-3)

    def forward(self, x: torch.Tensor, is_word: torch.Tensor) -> torch.Tensor:
        attended = self.attention(x, is_word[:, None, None, :])
        x = self.norm1(x + attended)
        return self.norm2(x + self.dense2(F.relu(self.dense1(x))))


class Classifier(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.embedding = WordAndPosition(
            config.words, config.length, config.width
        )
        self.encoder = Encoder(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.width, 1)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        # Attention must not see the padding, nor must the pooling.
        is_word = words != 0  # (40,)
        x = self.embedding(words)  # (40, 64)
        x = self.encoder(x, is_word)
        x = x.masked_fill(~is_word[:, :, None], -torch.inf)
        x = x.amax(1)  # (64,)
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


@torch.inference_mode()
def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return where each head looks, row by row, in the first test text."""
    words = data.test.inputs[:1]
    words = words[:, : np.count_nonzero(words)]
    x = model.embedding(to_inputs(words).to(device_of(model)))
    attention = model.encoder.attention
    query, key = (
        attention.split(f(x)) for f in (attention.query, attention.key)
    )
    weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(-1)
    shown = {
        f"matrix/head {head}": matrix
        for head, matrix in enumerate(weights[0].cpu().numpy(), 1)
    }
    return shown | {"text/words": data.more["words"][words[0]]}


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
