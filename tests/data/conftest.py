"""What tests of data share: a download cache, and how a failure must read."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared_data import DataError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of downloads, which is not made yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SHARED_DATA_CACHE", str(folder))
    return folder


def packed(members: dict[str, bytes]) -> bytes:
    """Return a .tar.gz archive of files by name."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


@pytest.fixture(scope="session")
def tar() -> Callable[[dict[str, bytes]], bytes]:
    return packed


@pytest.fixture(scope="session")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache for all tests in which pictures are decoded once."""
    return tmp_path_factory.mktemp("decoded")


@pytest.fixture(scope="session")
def failure() -> Callable[..., str]:
    """Return a function that calls another and returns its DataError's line.

    It is one line that says what was received and expected, without a chain
    of errors above it.
    """

    def failed(function: Callable[..., Any], *args: Any, **named: Any) -> str:
        with pytest.raises(DataError) as caught:
            function(*args, **named)
        error, message = caught.value, str(caught.value)
        assert "\n" not in message
        assert message.startswith("received") and "expected" in message
        assert error.__context__ is None or error.__suppress_context__
        return message

    return failed
