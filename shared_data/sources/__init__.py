"""One module per source of data, and the rules they have in common."""

import numpy as np


def check_data(data: str) -> None:
    """Refuse every name but `bundled` and `book`.

    Raises:
        ValueError: `data` is neither.
    """
    if data not in ("bundled", "book"):
        raise ValueError(
            f"received data={data!r}; expected 'bundled', which arrives with "
            "pip, or 'book', the textbook's own"
        )


def split_rows(
    rows: int, train_samples: int, test_samples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw row numbers for training and testing from one pool, shuffled.

    Where the pool is too small for both, both shrink by the same factor.

    Returns:
        Two int64 arrays without a common element, (train,) and (test,).
    """
    wanted = train_samples + test_samples
    if wanted > rows:
        train_samples = train_samples * rows // wanted
        test_samples = test_samples * rows // wanted
    order = np.random.default_rng(seed).permutation(rows)
    return (
        order[:train_samples],
        order[train_samples : train_samples + test_samples],
    )


def shuffle_halves(
    train_rows: int,
    test_rows: int,
    train_samples: int,
    test_samples: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw row numbers where training and testing have a pool each, shuffled.

    Counts are clipped to what is there.

    Returns:
        Two int64 arrays, (train,) and (test,), the rows of the two pools.
    """
    generator = np.random.default_rng(seed)
    return (
        generator.permutation(train_rows)[:train_samples],
        generator.permutation(test_rows)[:test_samples],
    )
