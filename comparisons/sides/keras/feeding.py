"""What a Keras half gives to `fit`, and how else that can be fed."""

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
    """Return the compiled model and what the half gives to `fit`."""
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
    """Return inputs alone where there are no targets, as `fit` hands them on.

    A model with a training step of its own looks at what it is given.
    """
    return args[0] if len(args) == 1 else tuple(args)


def part(tensors: Any, chosen: Any) -> Any:
    """Return a slice, or chosen samples, of one array or of several."""
    if isinstance(tensors, dict):
        return {name: np.asarray(t[chosen]) for name, t in tensors.items()}
    return np.asarray(tensors[chosen])


class Folders:
    """Pictures of two kinds as PNG files, in a folder for each kind.

    As the textbook keeps them; `image_dataset_from_directory` decodes them
    anew in every epoch. They have the size that the model takes already.

    arrays: pictures (N, H, W, C) uint8 and labels (N, 1), 0 or 1.
    given: what the half gives to `fit` for these pictures: they themselves,
        or what `to_backbone` makes of them.
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
        """Return a tf.data.Dataset of at least so many samples, shuffled."""
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
    """Reads a batch from disk when `fit` asks for it, in a new order."""

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
        # In the order of the file: pages are read once.
        chosen = np.sort(self.order[start : start + self.batch])
        return as_fit_does(tuple(part(a, chosen) for a in self.args))

    def on_epoch_end(self) -> None:
        self.order = self.generator.permutation(self.count)


def compiled_already(*_: Any, **__: Any) -> None:
    """Leave what was compiled and traced as it is."""


def stream(
    module: Any, model: Any, arrays: Arrays, config: Any
) -> Callable[[Arrays], None]:
    """Return `fit` on a PyDataset: given arrays, `fit` copies them whole."""
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
