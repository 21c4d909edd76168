"""Downloads, from a server of our own: what goes well, what goes wrong.

Files of the real formats, some kilobytes each, come from 127.0.0.1.
"""

import errno
import hashlib
import io
import os
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pooch
import pytest

from shared_data import (
    chapter04_reviews,
    chapter08_digits_convnet,
    chapter10_weather_lstm,
    files,
)
from shared_data.files import hash_file
from shared_data.sources import digits, reviews, weather

JENA = "jena_climate_2009_2016.csv.zip"
IMDB = "aclImdb_v1.tar.gz"
MNIST = "mnist.npz"


class Server(ThreadingHTTPServer):
    """Serves `content` under any path, and can be told to misbehave."""

    content = b""
    status = 200
    promised = 0  # bytes more in Content-Length than are sent
    silent = False
    requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.requests += 1
        if server.silent:
            time.sleep(1)
            return
        self.send_response(server.status)
        length = len(server.content) + server.promised
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(server.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    for source in (digits, reviews, weather):
        monkeypatch.setattr(source, "BOOK_URL", server.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def listing(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


# === Small files of the real formats ========================================


def mnist() -> bytes:
    generator = np.random.default_rng(0)

    def half(size: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(size, dtype=np.uint8) % 10
        images = generator.integers(0, 256, (size, 28, 28), dtype=np.uint8)
        images[:, 0, 0] = labels  # so that a test can tell them apart
        return images, labels

    stream = io.BytesIO()
    x_train, y_train = half(40)
    x_test, y_test = half(20)
    np.savez(
        stream, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test
    )
    return stream.getvalue()


def imdb(tar) -> bytes:
    texts = {
        "aclImdb/README": "not a review",
        "aclImdb/train/pos/0_9.txt": "Good<br /><br />film number zero",
        "aclImdb/train/pos/1_8.txt": "good film number one, caf\u00e9",
        "aclImdb/train/neg/0_2.txt": "bad film number two",
        "aclImdb/train/neg/1_1.txt": "bad film number three",
        "aclImdb/train/neg/2_1.txt": "BAD film number two",  # a repeat
        "aclImdb/train/neg/3_1.txt": "bad film number five",  # in test too
        "aclImdb/train/unsup/0_0.txt": "nobody gave a verdict",
        "aclImdb/train/urls_pos.txt": "http://127.0.0.1",
        "aclImdb/test/pos/0_10.txt": "good film number four",
        "aclImdb/test/neg/0_1.txt": "bad film number five",
        "aclImdb/test/neg/1_1.txt": "bad film number five",
    }
    return tar({name: text.encode() for name, text in texts.items()})


JENA_HEADER = (
    '"Date Time","p (mbar)","T (degC)","Tpot (K)","Tdew (degC)","rh (%)",'
    '"VPmax (mbar)","VPact (mbar)","VPdef (mbar)","sh (g/kg)",'
    '"H2OC (mmol/mol)","rho (g/m**3)","wv (m/s)","max. wv (m/s)","wd (deg)"'
)


def jena_table(days: int = 10) -> list[str]:
    """Ten-minute rows from 00:10 on; temperature is the hour since midnight
    of the first day, so that a window's content can be told."""
    start = np.datetime64("2009-01-01T00:00")
    lines = [JENA_HEADER]
    for row in range(1, days * 144):
        stamp = str(start + np.timedelta64(10 * row, "m"))
        date = f"{stamp[8:10]}.{stamp[5:7]}.{stamp[:4]} {stamp[11:]}:00"
        speed = -9999.0 if row == 60 else 2.0 + row % 3
        numbers = [1000 + row % 7, row / 6, 270, row / 7, 50 + row % 11]
        numbers += [3, 3, 0, 2, 3, 1300, speed, speed, 90 + row % 5]
        lines.append(date + "," + ",".join(f"{n:.4f}" for n in numbers))
    return lines


def jena(lines: list[str] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        text = "\n".join(lines or jena_table()) + "\n"
        archive.writestr("jena_climate_2009_2016.csv", text)
        archive.writestr("__MACOSX/._jena_climate_2009_2016.csv", b"\0\1")
    return stream.getvalue()


@pytest.fixture
def load_digits(server, cache, monkeypatch):
    server.content = mnist()
    digest = hashlib.sha256(server.content).hexdigest()
    monkeypatch.setattr(digits, "BOOK_SHA256", digest)
    return lambda: chapter08_digits_convnet.load_data(
        chapter08_digits_convnet.BOOK, "book"
    )


@pytest.fixture
def load_reviews(server, cache, tar, monkeypatch):
    server.content = imdb(tar)
    digest = hashlib.sha1(server.content).hexdigest()
    monkeypatch.setattr(reviews, "BOOK_SHA1", digest)
    return lambda: chapter04_reviews.load_data(
        replace(chapter04_reviews.BOOK, words=8), "book"
    )


@pytest.fixture
def load_weather(server, cache):
    server.content = jena()
    return lambda: chapter10_weather_lstm.load_data(
        replace(chapter10_weather_lstm.BOOK, window_hours=12), "book"
    )


@pytest.fixture(params=["digits", "reviews", "weather"])
def load(request):
    return request.getfixturevalue(f"load_{request.param}")


# === What goes well =========================================================


def test_digits_come_from_the_book_once(server, cache, load_digits, capfd):
    data = load_digits()
    assert data.train.inputs.shape == (40, 28, 28, 1)
    assert data.test.inputs.shape == (20, 28, 28, 1)
    assert data.train.inputs.dtype == np.float32
    assert data.train.inputs.max() == 1
    for arrays in (data.train, data.test):
        marks = (arrays.inputs[:, 0, 0, 0] * 255).round()
        np.testing.assert_array_equal(marks, arrays.targets)
        assert arrays.targets.tolist() != [i % 10 for i in range(len(arrays))]
    again = load_digits()
    np.testing.assert_array_equal(data.train.inputs, again.train.inputs)
    assert server.requests == 1
    assert listing(cache) == [MNIST]  # its hash is published: no lock
    assert capfd.readouterr() == ("", "")  # no terminal, no progress


def test_reviews_come_from_the_book_once(server, cache, load_reviews):
    data = load_reviews()
    assert data.train.inputs.shape == (4, 8)
    assert data.test.inputs.shape == (3, 8)
    train, test = reviews.book_reviews()
    # Of six in training one is a repeat and one stands in the test.
    assert train.texts == [
        "Good film number zero",
        "good film number one, caf\u00e9",
        "bad film number two",
        "bad film number three",
    ]
    assert train.labels.tolist() == [1, 1, 0, 0]
    assert test.labels.tolist() == [1, 0, 0]
    assert server.requests == 1
    assert listing(cache) == [IMDB, f"{IMDB}.sha256"]
    lock = (cache / f"{IMDB}.sha256").read_text()
    assert lock == f"{hash_file(cache / IMDB)}  {IMDB}\n"  # as sha256sum has it


def test_weather_comes_from_the_book_once(server, cache, load_weather):
    data = load_weather()
    # 120 of 240 hours train, 60 test; each window reaches over 36 hours, and
    # six series start ten minutes apart. Of the full hours' series the first
    # hour is missing, and one wind: no window may end there.
    assert data.train.inputs.shape == (6 * (120 - 35) - 1, 12, 6)
    assert data.test.inputs.shape == (6 * (60 - 35), 12, 6)
    # The temperature rises by a degree an hour.
    np.testing.assert_allclose(data.train.targets, 24, atol=1e-3)
    assert chapter10_weather_lstm.baseline(data) == pytest.approx(24, abs=1e-3)
    load_weather()
    assert server.requests == 1
    assert listing(cache) == [JENA, f"{JENA}.sha256"]


def test_book_weather_is_six_hourly_series(load_weather):
    load_weather()
    jena_weather = weather.book_weather()
    assert jena_weather.values.shape == (6, 240, 6)
    temperature = jena_weather.values[..., 0]
    hours = np.arange(240) + np.arange(6)[:, np.newaxis] / 6
    np.testing.assert_allclose(temperature[1:], hours[1:], atol=1e-4)
    np.testing.assert_allclose(temperature[0, 1:], hours[0, 1:], atol=1e-4)
    assert np.isnan(temperature[0, 0])  # the file begins at 00:10
    # Row 60, ten o'clock, has no wind: filled from nine and eleven.
    assert not jena_weather.read[0, 10, 3:5].any()
    assert np.abs(jena_weather.values[0, 10, 3:5]).max() < 5
    np.testing.assert_allclose(
        jena_weather.values[0, 1, [1, 2, 5]],
        [6 / 7, 56, 1006],
        atol=1e-4,
    )


# === What goes wrong on the way =============================================


def damaged(content: bytes) -> bytes:
    """Change one byte, which archives notice and headers do not."""
    place = len(content) // 3
    return (
        content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]
    )


@pytest.mark.parametrize(
    "spoil",
    (
        lambda content: content[: len(content) // 2],
        lambda content: b"<html>Please log in to this network</html>",
        damaged,
    ),
    ids=("half", "page", "damaged"),
)
def test_what_is_no_whole_archive(server, cache, load, failure, spoil):
    whole = server.content
    server.content = spoil(whole)
    message = failure(load)
    assert server.url in message and "check the network" in message
    assert listing(cache) == []  # above all no lock
    server.content = whole
    load()


def test_a_body_shorter_than_promised(server, cache, load_digits, failure):
    server.promised = 1000
    message = failure(load_digits)
    assert f"{len(server.content)} bytes read, 1000 more" in message
    assert server.url in message and "run again" in message
    assert listing(cache) == []


@pytest.mark.parametrize("source", ("digits", "reviews"))
def test_another_hash_than_the_published_one(
    server, cache, failure, request, source
):
    load = request.getfixturevalue(f"load_{source}")
    server.content += b"!"
    message = failure(load)
    if source == "digits":
        received = hashlib.sha256(server.content).hexdigest()
        expected = digits.BOOK_SHA256
    else:
        received = hashlib.sha1(server.content).hexdigest()
        expected = reviews.BOOK_SHA1
    assert received in message and expected in message
    assert listing(cache) == []


@pytest.mark.parametrize("status", (404, 500))
def test_a_server_that_refuses(server, cache, load_digits, failure, status):
    server.status = status
    message = failure(load_digits)
    assert f"HTTP {status}" in message and server.url in message
    assert "check the network" in message
    assert listing(cache) == []


def test_no_server_at_all(cache, load_digits, failure, monkeypatch, capfd):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/file"
    monkeypatch.setattr(digits, "BOOK_URL", url)
    message = failure(load_digits)
    assert url in message and "ConnectionError" in message
    assert "check the network" in message and "bundled" in message
    assert listing(cache) == []
    assert capfd.readouterr() == ("", "")


def test_a_server_that_says_nothing(
    server, cache, load_digits, failure, monkeypatch
):
    server.silent = True
    monkeypatch.setattr(files, "TIMEOUTS", (0.1, 0.1))
    assert "no answer in time" in failure(load_digits)
    assert listing(cache) == []


# === What goes wrong at home ================================================


def test_a_cache_that_cannot_be_made(
    tmp_path, load_digits, failure, monkeypatch
):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "cache"
    monkeypatch.setenv("SHARED_DATA_CACHE", str(folder))
    message = failure(load_digits)
    assert str(folder) in message and "Not a directory" in message
    assert "SHARED_DATA_CACHE" in message


def test_a_cache_that_takes_no_new_file(
    cache, load_digits, failure, monkeypatch
):
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    message = failure(load_digits)
    assert str(cache) in message and "Permission denied" in message
    assert listing(cache) == []


@pytest.mark.parametrize(
    "stop",
    (OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()),
    ids=("full disk", "Ctrl-C"),
)
def test_a_download_that_stops_leaves_nothing(
    cache, load_digits, failure, monkeypatch, stop
):
    def half(_: object, url: str, file: str, __: object) -> None:
        Path(file).write_bytes(b"half")
        raise stop

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", half)
    if isinstance(stop, OSError):
        message = failure(load_digits)
        assert "No space left on device" in message
        assert "free space" in message
    else:
        with pytest.raises(KeyboardInterrupt):
            load_digits()
    assert listing(cache) == []


def test_a_cached_file_that_was_altered(server, cache, load, failure):
    load()
    (file,) = (cache / n for n in listing(cache) if not n.endswith("sha256"))
    before = hash_file(file)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    message = failure(load)
    assert hash_file(file) in message and before in message
    assert f"delete {file}" in message
    assert server.requests == 1
    file.unlink()
    load()
    assert server.requests == 2


@pytest.mark.parametrize("source", ("reviews", "weather"))
def test_a_file_that_changed_after_the_first_download(
    server, cache, source, request, tar, failure, monkeypatch
):
    load = request.getfixturevalue(f"load_{source}")
    load()
    lock = next(cache.glob("*.sha256"))
    file = lock.with_suffix("")
    first = lock.read_text()
    file.unlink()
    # Whole and readable, but not what it was. (An SHA-1 can be forged.)
    if source == "weather":
        server.content = jena(jena_table(days=11))
    else:
        server.content = imdb(tar) + b"\0"
        digest = hashlib.sha1(server.content).hexdigest()
        monkeypatch.setattr(reviews, "BOOK_SHA1", digest)
    message = failure(load)
    assert hashlib.sha256(server.content).hexdigest() in message
    assert first.split()[0] in message and str(lock) in message
    assert listing(cache) == [lock.name]
    assert lock.read_text() == first
    lock.unlink()  # as the message says
    load()
    assert lock.read_text() != first


def test_a_table_that_is_not_jenas(server, cache, load_weather, failure):
    server.content = jena([JENA_HEADER, "01.01.2009 00:10:00,1,2,3"])
    message = failure(load_weather)
    assert "odd table" in message and f"delete {cache / JENA}" in message
