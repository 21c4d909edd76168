"""Words as numbers: one vocabulary, learnt from the training texts alone.

The `tokenizers` library counts and looks up, so that both halves are given
the same numbers and neither framework's own text layer takes part.
"""

from collections.abc import Sequence

import numpy as np
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel
from tokenizers.trainers import WordLevelTrainer

PADDING, UNKNOWN = 0, 1
MARKS = ("[pad]", "[unknown]")

# Letters and digits with the apostrophe of "don't"; or these, and every
# punctuation mark as a word of its own.
WORDS = r"\w+(?:'\w+)*"
WORDS_AND_MARKS = r"\w+(?:'\w+)*|[^\w\s]"


class Vocabulary:
    """The words of a task; a word's number is its place in `words`."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        numbers = tokenizer.get_vocab()
        self.words = sorted(numbers, key=numbers.__getitem__)

    def __len__(self) -> int:
        return len(self.words)

    def table(self, size: int) -> np.ndarray:
        """Return the words of 0 to `size` - 1: what a model's output means.

        Where the texts hold fewer words, the last numbers mean nothing.
        """
        unused = [MARKS[UNKNOWN]] * (size - len(self))
        return np.array([*self.words, *unused])

    def number(self, word: str) -> int:
        """Return a word's number, or that of the unknown word."""
        found = self.tokenizer.token_to_id(word)
        return UNKNOWN if found is None else found

    def numbers(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the numbers of each text's words, as many as there are."""
        return [found.ids for found in self.tokenizer.encode_batch(texts)]

    def encode(self, texts: Sequence[str], length: int) -> np.ndarray:
        """Return (texts, length) int32: cut at the end, or padded there."""
        table = np.full((len(texts), length), PADDING, dtype=np.int32)
        for row, numbers in zip(table, self.numbers(texts), strict=True):
            kept = numbers[:length]
            row[: len(kept)] = kept
        return table


def learn_vocabulary(
    texts: Sequence[str],
    size: int,
    marks: Sequence[str] = (),
    pattern: str = WORDS,
) -> Vocabulary:
    """Number the `size` most frequent words, in lower case.

    Padding is 0, a word that is not among them 1, then come the task's own
    `marks` (which no text contains), then words, the most frequent first and
    equally frequent ones in the order of the alphabet. Marks count towards
    `size`.
    """
    tokenizer = Tokenizer(WordLevel(unk_token=MARKS[UNKNOWN]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Lowercase()]
    )
    # Inverted: what lies between the words is thrown away.
    tokenizer.pre_tokenizer = pre_tokenizers.Split(
        Regex(pattern), behavior="removed", invert=True
    )
    trainer = WordLevelTrainer(
        vocab_size=size, special_tokens=[*MARKS, *marks], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    # A text that says "[pad]" says so in letters.
    tokenizer.encode_special_tokens = True
    return Vocabulary(tokenizer)
