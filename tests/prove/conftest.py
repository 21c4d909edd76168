"""Both sides, which take seconds to start: once for all tests of strangers."""

from collections.abc import Iterator

import pytest

from comparisons.sides.process import Settings, Side, both_sides


@pytest.fixture(scope="session")
def sides() -> Iterator[tuple[Side, Side]]:
    with both_sides(Settings(device="cpu", threads=1)) as both:
        yield both
