"""What every test gets: a cache of its own, and never the developer's."""

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from unittest import mock

import pytest
from fault_kinds import LADDER
from planted_faults import NOT_CAUGHT


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.getbasetemp() / "caches" / uuid.uuid4().hex
    with mock.patch.dict(os.environ, {"COMPARISONS_CACHE": str(folder)}):
        yield


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Tell how many planted faults were caught, and on which rung first."""
    on = Counter(
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
        for name, value in report.user_properties
        if name == "planted fault caught on"
    )
    if not on:
        return
    nowhere = on.pop("", 0)
    terminalreporter.section("planted faults")
    terminalreporter.write_line(
        f"{on.total() + nowhere} planted, {on.total()} caught, "
        f"{nowhere} caught nowhere; first on the rung:"
    )
    for rung in LADDER:
        terminalreporter.write_line(f"{on[rung]:5}  {rung}")
    terminalreporter.write_line("known not to be caught:")
    for name in NOT_CAUGHT:
        terminalreporter.write_line(f"       {name}")
