"""House prices: the 506 census tracts around Boston of 1970, in k$.

Harrison and Rubinfeld collected them in 1978; the price of a tract is the
median of what its owners said that their homes were worth, cut off at 50 k$.
The file has 13 columns beside the price, and one of them is not used here:
`B` is the share of Black residents, put through a parabola whose lowest point
its authors chose, because they took segregation itself for something that
buyers pay for. That is an assumption about people, made by a formula that
cannot be undone, and no model should be taught it. The textbook feeds it in.
"""

from dataclasses import dataclass

import numpy as np

from shared_data.files import DataError, book_file, package_file
from shared_data.sources import check_data, split_rows

BUNDLED_SHA256 = (
    "8594f084258ead302f20a7479463f7a7584d33fe00042d442a7101530c8b46de"
)
BOOK_URL = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
    "boston_housing.npz"
)
BOOK_SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
# The seed of the order in which Keras' loader cuts the file at four fifths.
BOOK_SEED = 113

COLUMNS = (
    "crimes per head",
    "share of large plots (%)",
    "share of industry (%)",
    "by the river",
    "nitric oxides (10 ppm)",
    "rooms",
    "share built before 1940 (%)",
    "distance to work",
    "access to motorways",
    "tax rate",
    "pupils per teacher",
    "B",
    "poor households (%)",
)
FEATURES = tuple(name for name in COLUMNS if name != "B")


@dataclass(frozen=True)
class Houses:
    """Features (N, 12) float64, as measured; prices (N,) float64 in k$."""

    features: np.ndarray
    prices: np.ndarray

    def __len__(self) -> int:
        return len(self.prices)

    def __getitem__(self, rows: np.ndarray) -> "Houses":
        return Houses(self.features[rows], self.prices[rows])


def load_houses(
    data: str, train_samples: int, test_samples: int, seed: int
) -> tuple[Houses, Houses]:
    """Return tracts to train on and tracts to test on, shuffled.

    `bundled` draws both from the 506 with `seed`; `book` keeps the 404 and
    102 of the textbook. Counts are clipped to what is there.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a file is missing, altered or unreadable, or cannot be had.
    """
    check_data(data)
    if data == "bundled":
        houses = bundled_houses()
        train, test = split_rows(len(houses), train_samples, test_samples, seed)
        return houses[train], houses[test]
    train_half, test_half = book_houses()
    return (
        train_half[np.arange(len(train_half))[:train_samples]],
        test_half[np.arange(len(test_half))[:test_samples]],
    )


def bundled_houses() -> Houses:
    """Return all 506 tracts, in the order of the towns.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    file = package_file(
        package="mlxtend",
        version="0.25.0",
        path="mlxtend/data/data/boston_housing.csv",
        sha256=BUNDLED_SHA256,
    )
    table = np.loadtxt(file, delimiter=",")  # (506, 14)
    return without_b(table[:, :-1], table[:, -1])


def book_houses() -> tuple[Houses, Houses]:
    """Return the textbook's 404 tracts to train on and 102 to test on.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("boston_housing.npz", BOOK_URL, BOOK_SHA256)
    with np.load(file, allow_pickle=False) as arrays:
        houses = without_b(arrays["x"], arrays["y"])
    # NumPy's old generator: another one would not be the textbook's split.
    order = np.arange(len(houses))
    np.random.RandomState(BOOK_SEED).shuffle(order)
    cut = len(houses) * 4 // 5
    return houses[order[:cut]], houses[order[cut:]]


def without_b(features: np.ndarray, prices: np.ndarray) -> Houses:
    """Drop the column that this module's docstring speaks of.

    Raises:
        DataError: the table has other columns than the thirteen known ones.
    """
    if features.shape[1:] != (len(COLUMNS),):
        raise DataError(
            f"received a table of houses of shape {features.shape}; expected "
            f"{len(COLUMNS)} columns; delete the file and run again"
        )
    kept = [COLUMNS.index(name) for name in FEATURES]
    return Houses(features[:, kept], prices)
