"""Newswires and names: the book's choice of texts, and nothing known before."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from comparisons.checkout import ROOT
from shared_data import DataError, chapter04_newswires
from shared_data.files import hash_file
from shared_data.sources import language_names, newswires
from shared_data.sources.language_names import (
    Names,
    bundled_names,
    load_names,
)

QUICK = chapter04_newswires.QUICK


@pytest.fixture(scope="module")
def names() -> Names:
    return bundled_names()


# === Names ==================================================================


def test_a_name_has_one_language(names):
    assert len(names) == 33_388
    assert len(set(names.texts)) == len(names)
    assert names.labels.dtype == names.entries.dtype == np.int64
    counts = np.bincount(names.labels, minlength=46)
    assert counts.min() > 200 and counts.max() < 1_200


def test_what_is_tested_is_named_in_no_language_of_the_training_set():
    train, test = load_names(8_982, 5_000, seed=0)
    assert (len(train), len(test)) == (8_982, 5_000)
    assert not set(train.entries) & set(test.entries)
    assert not set(train.texts) & set(test.texts)
    everything = load_names(1_000_000, 500_000, seed=0)
    assert sum(map(len, everything)) == 33_388


def test_babel_still_writes_sentences_where_names_were_read():
    # Chapter 11 asks it to in the same process, and babel keeps what it loads.
    program = (
        "from shared_data.sources import language_names, translation\n"
        "language_names.bundled_names()\n"
        "print(len(translation.load_pairs('bundled', 20, 10, 0)[0]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True
    )
    assert done.stdout.split() == [b"20"], done.stderr


def test_altered_languages_are_refused_before_babel_opens_them(monkeypatch):
    monkeypatch.setattr(language_names, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"^received languages .*reinstall"):
        bundled_names()


def test_missing_languages_are_told(monkeypatch):
    monkeypatch.setattr(language_names, "LANGUAGES", ("de", "klingon"))
    with pytest.raises(DataError, match=r"klingon.dat \(No such file"):
        bundled_names()


# === Newswires ==============================================================

SGML = """<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS TOPICS="YES" NEWID="1">
<TOPICS><D>cocoa</D><D>trade</D></TOPICS><PLACES><D>brazil</D></PLACES>
<TEXT>&#2;
<TITLE>A TITLE</TITLE><BODY>Cocoa  rose
by 3 cts &lt;a lb>.
&#3;</BODY></TEXT>
</REUTERS>
<REUTERS TOPICS="YES" NEWID="2">
<TOPICS><D>earn</D></TOPICS>
<TEXT TYPE="BRIEF">
<TITLE>ONLY A TITLE</TITLE></TEXT>
</REUTERS>
<REUTERS TOPICS="NO" NEWID="3">
<TOPICS></TOPICS><PLACES><D>usa</D></PLACES>
<TEXT><TITLE>NO TOPIC</TITLE><BODY>None.</BODY></TEXT>
</REUTERS>
"""


def test_a_newswire_has_its_first_topic_and_its_own_text():
    assert newswires.read_newswires(SGML) == [
        ("Cocoa rose by 3 cts <a lb>.", "cocoa"),
        ("ONLY A TITLE", "earn"),
    ]


def test_rare_topics_and_repeats_go():
    rows = [(f"wire {n}", "wheat") for n in range(15)]
    rows += [(f"wire {n + 14}", "acq") for n in range(15)]
    rows += [(f"rare {n}", "tea") for n in range(14)]
    found = newswires.with_common_topics(rows)
    assert found.texts == [f"wire {n}" for n in range(29)]
    assert found.labels.tolist() == [1] * 15 + [0] * 14
    assert found.labels.dtype == np.int64


@pytest.fixture
def archive(tmp_path, monkeypatch, tar):
    """Put an archive like Reuters-21578 into the cache, of 46 small topics."""
    wire = (
        '<REUTERS NEWID="{0}">\n<TOPICS><D>topic{1:02}</D></TOPICS>\n'
        "<BODY>wire {0} on subject{1} at caf\xe9</BODY>\n</REUTERS>\n"
    )
    sgml = "".join(wire.format(n, n % 46) for n in range(46 * 15))
    cut = sgml.rindex("<REUTERS", 0, len(sgml) // 2)
    content = {
        "reut2-000.sgm": sgml[:cut],
        "reut2-001.sgm": sgml[cut:],
        "all-topics-strings.lc.txt": "no newswire",
    }
    file = tmp_path / "reuters21578.tar.gz"
    file.write_bytes(
        tar({name: text.encode("latin-1") for name, text in content.items()})
    )
    monkeypatch.setenv("SHARED_DATA_CACHE", str(tmp_path))
    monkeypatch.setattr(newswires, "BOOK_SHA256", hash_file(file))
    return file


def test_newswires_come_from_the_books_archive(archive):
    found = newswires.book_newswires()
    assert len(found) == 46 * 15
    assert found.texts[47] == "wire 47 on subject1 at caf\xe9"
    assert found.labels[47] == 1
    small = replace(QUICK, train_samples=500, test_samples=100, pieces=900)
    data = chapter04_newswires.load_data(small, "book")
    assert data.train.inputs.shape == (500, 900)
    assert data.test.inputs.shape == (100, 900)
    # Four words stand in every newswire, and come first.
    assert data.test.inputs[:, :4].all() and not data.test.inputs[:, 4:].all()
    assert set(data.train.targets) == set(range(46))


def test_other_topics_than_the_books_are_refused(archive, monkeypatch):
    monkeypatch.setattr(newswires, "TOPICS", 90)
    with pytest.raises(DataError, match=r"^received 46 topics in .*; expected"):
        newswires.book_newswires()


def test_an_altered_archive_is_refused(archive, monkeypatch):
    monkeypatch.setattr(newswires, "BOOK_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"^received .*; expected 0000"):
        newswires.book_newswires()


# === The task ===============================================================


def test_pieces_are_counted_on_the_training_texts_only():
    train = Names(["aa", "ab"], np.array([0, 1]), np.array([0, 1]))
    test = Names(["zz", "a"], np.array([1, 0]), np.array([2, 3]))
    config = replace(QUICK, pieces=2)
    data = chapter04_newswires.to_data(train, test, set, config)
    assert data.train.inputs.tolist() == [[1, 0], [1, 1]]  # a, b
    assert data.test.inputs.tolist() == [[0, 0], [1, 0]]
