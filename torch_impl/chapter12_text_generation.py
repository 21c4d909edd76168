"""Which word comes next? A small language model on reviews, in PyTorch.

Book: section 12.1.  Twin: keras_impl/chapter12_text_generation.py
Run: python -m torch_impl.chapter12_text_generation
Expect: perplexity 74 to 79; 166 by word frequencies alone. About 10 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter12_text_generation import (
    PADDING,
    QUICK,
    TEMPERATURES,
    UNKNOWN,
    Config,
    load_data,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(words)  # (24,): the words' numbers


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


class CausalAttention(nn.Module):
    """Attention to the words so far, with heads of any width.

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
        """Give each head its part: (24, 128) -> (2, 24, 64)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # The scale 1/sqrt(64) is a float32 in Keras even in float64:
        # see `float32_constants`.
        attended = F.scaled_dot_product_attention(
            self.split(self.query(x)),
            self.split(self.key(x)),
            self.split(self.value(x)),
            is_causal=True,
        )
        return self.output(attended.transpose(1, 2).flatten(2))  # (24, 64)


class Decoder(nn.Module):
    """Attention to the words so far, then two dense layers for each word.

    The textbook takes the decoder of its translator, which attends twice;
    here is no second text, and one attention is enough.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention = CausalAttention(config.width, config.heads)
        # Keras' epsilon; PyTorch's own is 1e-5: `layer_norm_epsilon`.
        self.norm1 = nn.LayerNorm(config.width, eps=1e-3)
        self.dense1 = nn.Linear(config.width, config.latent)
        self.dense2 = nn.Linear(config.latent, config.width)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # No word sees a later one, so none sees the padding, which is last.
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.dense2(F.relu(self.dense1(x))))


class LanguageModel(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.length = config.length
        self.embedding = WordAndPosition(
            config.words, config.length, config.width
        )
        self.decoder = Decoder(config)
        self.next_word = nn.Linear(config.width, config.words)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.embedding(words)  # (24, 64)
        x = self.decoder(x)
        return self.next_word(x)  # (24, 1500)


def build_model(config: Config) -> nn.Module:
    return LanguageModel(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`.
    return nn.CrossEntropyLoss(ignore_index=PADDING)


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
    following: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    # It looks for the classes in axis 1, Keras in the last: `class_axis`.
    loss = loss_fn(model(words).flatten(0, 1), following.flatten())
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    words = to_inputs(arrays.inputs).to(device)
    following = torch.from_numpy(arrays.targets).to(device)
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
                model, optimizer, loss_fn, words[batch], following[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(words))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, words: np.ndarray) -> np.ndarray:
    """Return the logits of each next word, (N, 24, 1500)."""
    model.eval()
    batches = to_inputs(words).to(device_of(model)).split(512)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    logits = torch.from_numpy(predict(model, arrays.inputs))
    targets = torch.from_numpy(arrays.targets)
    surprise = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=PADDING
    )
    return {"perplexity": float(surprise.exp())}


# === Generation =============================================================


@torch.inference_mode()
def generate(
    model: nn.Module,
    prompt: np.ndarray,
    temperature: float,
    uniform: np.ndarray,
) -> np.ndarray:
    """Continue `prompt` (words,) by a word for each number in `uniform`.

    A number in [0, 1) picks the word at which the chances, added up, exceed
    it. A low temperature makes the likely words likelier still.
    """
    model.eval()
    device = device_of(model)
    words = to_inputs(prompt).to(device)
    for number in torch.from_numpy(uniform).to(device):
        seen = words[-model.length :]
        padded = F.pad(seen, (0, model.length - len(seen)))[None]
        logits = model(padded)[0, len(seen) - 1]
        # It may say anything but "[pad]" and "[unknown]".
        chances = (logits[UNKNOWN + 1 :] / temperature).softmax(-1)
        reached = chances.cumsum(-1)
        place = torch.searchsorted(reached[:-1], number, right=True)
        words = torch.cat([words, place[None].to(words) + UNKNOWN + 1])
    return words.cpu().numpy()


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return what the model writes, cautious first."""
    prompt, uniform = data.more["prompt"], data.more["uniform"]
    shown = {}
    for temperature in TEMPERATURES:
        words = generate(model, prompt, temperature, uniform)
        text = " ".join(data.more["words"][words])
        shown[f"text/temperature {temperature}"] = np.array([text])
    return shown


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    train(model, data.train, config)
    print(evaluate(model, data.test))
    print(exhibit(model, data, config))


if __name__ == "__main__":
    main()
