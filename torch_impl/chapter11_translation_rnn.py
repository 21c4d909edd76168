"""English to Spanish and Korean, two GRUs, in PyTorch.

Book: section 11.5.  Twin: keras_impl/chapter11_translation_rnn.py
Run: python -m torch_impl.chapter11_translation_rnn
Expect: accuracy 0.71 of next pieces, 0.47 by the commonest one; 15 s.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from shared_data import Arrays, Data
from shared_data.chapter11_translation_rnn import (
    PADDING,
    QUICK,
    Config,
    load_data,
    text_of,
    translation_scores,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(texts: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    # `source` (20,), and `target` (28,): the translation so far
    return {name: torch.from_numpy(words) for name, words in texts.items()}


# === Model ==================================================================


class Translator(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width, units = config.width, config.units
        self.source_embedding = nn.Embedding(config.source_words, width)
        # Unless told, time comes before the batch: `rnn_batch_first`.
        self.encoder = nn.GRU(
            width, units, batch_first=True, bidirectional=True
        )
        self.target_embedding = nn.Embedding(config.target_words, width)
        self.decoder = nn.GRU(width, units, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.next_word = nn.Linear(units, config.target_words)

    def forward(self, texts: dict[str, torch.Tensor]) -> torch.Tensor:
        # Read from both ends; padding is passed over, so that both
        # directions begin or end with the last word: `bidirectional_padding`.
        # It does not reach the second GRU: what stands behind a translation's
        # end cannot change it.
        lengths = (texts["source"] != PADDING).sum(1)
        x = pack_padded_sequence(
            self.source_embedding(texts["source"]),  # (20, 64)
            lengths.cpu(),
            batch_first=True,
            enforce_sorted=False,
        )
        _, states = self.encoder(x)
        encoded = states.sum(0, keepdim=True)  # (128,): one thought
        x = self.target_embedding(texts["target"])  # (28, 64)
        x, _ = self.decoder(x, encoded)  # (28, 128)
        return self.next_word(self.dropout(x))  # (28, 350)


def build_model(config: Config) -> nn.Module:
    return Translator(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`.
    return nn.CrossEntropyLoss(ignore_index=PADDING)


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' value of alpha. Eps is too small to be felt, wherever it sits; and
    # a word that a batch holds twice is added up before it is squared: see
    # `rmsprop_epsilon` and `embedding_gradients`.
    return torch.optim.RMSprop(
        model.parameters(),
        config.learning_rate,
        alpha=0.9,
        eps=config.epsilon,
    )


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    texts: dict[str, torch.Tensor],
    following: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    # It looks for the classes in axis 1, Keras in the last: `class_axis`.
    loss = loss_fn(model(texts).flatten(0, 1), following.flatten())
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    texts = {k: v.to(device) for k, v in to_inputs(arrays.inputs).items()}
    following = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(following), device=device).split(
            config.batch_size
        ):
            loss = train_step(
                model,
                optimizer,
                loss_fn,
                {name: words[batch] for name, words in texts.items()},
                following[batch],
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(following))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, texts: dict[str, np.ndarray]) -> np.ndarray:
    """Return the logits of each next word, (N, 28, 350)."""
    model.eval()
    device = device_of(model)
    texts = {k: v.to(device).split(512) for k, v in to_inputs(texts).items()}
    batches = zip(texts["source"], texts["target"], strict=True)
    logits = [model({"source": s, "target": t}) for s, t in batches]
    return torch.cat(logits).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    """Return how many next words are right, given all words before."""
    right = predict(model, arrays.inputs).argmax(-1) == arrays.targets
    return {"accuracy": float(np.mean(right[arrays.targets != PADDING]))}


# === Generation =============================================================


@torch.inference_mode()
def generate(model: nn.Module, texts: dict[str, np.ndarray]) -> np.ndarray:
    """Translate `source` word by word, the likeliest each time.

    Of `target` only the first mark is read, which names the language.
    Returns the words (N, 28), the mark first.
    """
    model.eval()
    device = device_of(model)
    given = {k: v.to(device) for k, v in to_inputs(texts).items()}
    words = torch.zeros_like(given["target"])
    words[:, 0] = given["target"][:, 0]
    for place in range(1, words.shape[1]):
        logits = model({"source": given["source"], "target": words})
        words[:, place] = logits[:, place - 1].argmax(-1)
    return words.cpu().numpy()


# === Exhibit ================================================================


@torch.inference_mode()
def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return translations of test sentences, and how good they are."""
    inputs, targets = data.test.inputs, data.test.targets
    sources, pieces = data.more["source words"], data.more["target words"]
    texts = {name: array[:100] for name, array in inputs.items()}
    words = generate(model, texts)
    translations = [text_of(row, pieces) for row in words]
    references = [text_of(row, pieces) for row in targets[:100]]
    scores = translation_scores(translations, references)
    return {
        "text/english": np.array(
            [text_of(row, sources) for row in texts["source"][:8]]
        ),
        "text/translations": np.array(translations[:8]),
        "text/references": np.array(references[:8]),
        "text/scores": np.array(
            [f"{name} {score:.3f}" for name, score in scores.items()]
        ),
    }


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
