"""The whole site, which takes seconds to make: once for all tests of it."""

from pathlib import Path

import pytest

from comparisons.pages import build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "site"
    build.write(build.make(), folder)
    return folder
