"""What every test gets: a cache of its own, and never the developer's."""

import os
import uuid
from collections.abc import Iterator
from unittest import mock

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.getbasetemp() / "caches" / uuid.uuid4().hex
    with mock.patch.dict(os.environ, {"COMPARISONS_CACHE": str(folder)}):
        yield
