"""What a Keras half passes to `fit`, and other ways to feed the same data."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from comparisons.sides import quiet
from comparisons.sides.replacing import replaced
from comparisons.sides.retraining import Lacking, Recorded
from shared_data import Arrays


def call_of_fit(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return the compiled model and the half's arguments for `fit`.

    Raises:
        Lacking: the half does not call `fit`.
    """
    calls: list[tuple[Any, Any, Any]] = []

    def recording(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append((self, args, kwargs))
        raise Recorded

    with replaced(keras.Model, fit=recording), suppress(Recorded):
        module.train(model, arrays, config)
    if not calls:
        raise Lacking("it trains by a loop of its own")
    return calls[0]


def as_fit_does(args: tuple[Any, ...]) -> Any:
    """Return the inputs without a tuple if there are no targets, as `fit` does.

    A model with its own training step depends on that form.
    """
    return args[0] if len(args) == 1 else tuple(args)


def part(tensors: Any, chosen: Any) -> Any:
    """Return the chosen samples of an array, or of each array of a dict."""
    if isinstance(tensors, dict):
        return {name: np.asarray(t[chosen]) for name, t in tensors.items()}
    return np.asarray(tensors[chosen])


class Folders:
    """Images of two classes as PNG files, in one folder for each class.

    The textbook stores them in this way. `image_dataset_from_directory`
    decodes them again in every epoch. They already have the size that the
    model needs.

    arrays: images (N, H, W, C) uint8 and labels (N, 1), 0 or 1.
    given: what the half passes to `fit` for these images: the images, or what
        `to_backbone` returns for them.
    """

    def __init__(self, arrays: Arrays, given: np.ndarray) -> None:
        self.folder = TemporaryDirectory(prefix="pictures-")
        self.size = given.shape[1:3]
        self.grey = given.shape[3] == 1
        self.for_backbone = given.dtype != np.uint8
        for index, (picture, label) in enumerate(
            zip(arrays.inputs, arrays.targets, strict=True)
        ):
            path = Path(self.folder.name, str(int(label[0])), f"{index}.png")
            path.parent.mkdir(exist_ok=True)
            keras.utils.save_img(path, picture, "channels_last", scale=False)

    def batches(self, batch: int, samples: int) -> Any:
        """Return a shuffled tf.data.Dataset of `samples`, in whole batches."""
        data = keras.utils.image_dataset_from_directory(
            self.folder.name,
            label_mode="binary",
            color_mode="grayscale" if self.grey else "rgb",
            batch_size=batch,
            image_size=self.size,
            verbose=False,
        )
        if self.for_backbone:
            data = data.map(lambda x, y: ((x - 127) / 128, y))
        return data.take(-(-samples // batch))


class Batches(keras.utils.PyDataset):
    """Reads each batch from disk when `fit` needs it; shuffles every epoch."""

    def __init__(self, args: tuple[Any, ...], batch: int, seed: int) -> None:
        super().__init__()
        self.args, self.batch = args, batch
        self.generator = np.random.default_rng(seed)
        one = args[0]
        self.count = len(next(iter(one.values())) if isinstance(one, dict)
                         else one)  # fmt: skip
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-self.count // self.batch)

    def __getitem__(self, index: int) -> Any:
        start = index * self.batch
        # Sorted, so that each page of the file is read once.
        chosen = np.sort(self.order[start : start + self.batch])
        return as_fit_does(tuple(part(a, chosen) for a in self.args))

    def on_epoch_end(self) -> None:
        self.order = self.generator.permutation(self.count)


def compiled_already(*_: Any, **__: Any) -> None:
    """Replace `compile`, so that the compiled and traced model stays."""


def stream(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[Arrays], None]:
    """Return a function that trains one epoch by `fit` on a PyDataset.

    If `fit` gets arrays, it copies all of them.
    """
    fitted, _, _ = call_of_fit(module, model, arrays.head(1), config)
    if keras.backend.backend() == "tensorflow":
        quiet.autotune(False)

    def run(some: Arrays) -> None:
        again = replaced(type(fitted), compile=compiled_already)
        with again:
            _, args, _ = call_of_fit(module, model, some, config)
        data = Batches(args, config.batch_size, config.seed)
        fitted.fit(data, epochs=1)

    return run
