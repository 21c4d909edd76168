"""What `python -m comparisons report` asks for, and who answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comparisons.common import RequestError, write_whole
from comparisons.console import console
from comparisons.report import gate
from comparisons.report import markdown as reports
from comparisons.report.compare import compare
from comparisons.report.index import index
from comparisons.report.junit import junit
from comparisons.report.page import page
from comparisons.report.summary import summary
from comparisons.request import select
from comparisons.results import Result, read_results


@dataclass(frozen=True)
class Asked:
    """What a person gave on the command line."""

    results: Path | None = None
    out: Path | None = None
    readme: bool = False
    compare: tuple[Path, Path] | None = None
    gate: bool = False
    expect: Sequence[str] = ()


def report(asked: Asked, committed: Path) -> bool:
    """Write and print what was asked for; return whether the gate is green.

    Args:
        asked: the options; without a gate the answer is True.
        committed: the folder to report on if none was given.

    Raises:
        RequestError: options that do not go together, a folder without
            results, or one that cannot be written to.
    """
    if asked.compare is None:
        lone = {"--gate": asked.gate, "--expect": bool(asked.expect)}
        for option in [name for name, given in lone.items() if given]:
            raise RequestError(
                f"received {option} without --compare; expected two folders to "
                f"compare: --compare OLD NEW"
            )
        folder = asked.results or committed
        found = results_in(folder)
        publish(found, folder, asked.out or Path("results"), asked.readme)
        return True
    if asked.results or asked.readme:
        option = "--results" if asked.results else "--readme"
        raise RequestError(
            f"received {option} with --compare; expected one of them: "
            "--compare names the folders itself"
        )
    old, new = asked.compare
    before, after = results_in(old), results_in(new)
    expected = None
    if asked.expect:
        expected = {task.stem for task in select(list(asked.expect))}
    changed = compare(before, after, expected)
    gate.show(changed, console)
    if asked.out:
        told = gate.markdown(changed, str(old), str(new))
        publish(after, new, asked.out, changes=told)
    return not asked.gate or gate.judge(changed, console)


def results_in(folder: Path) -> list[Result]:
    """Return a folder's results.

    Raises:
        RequestError: there are none, or one cannot be read.
    """
    found = read_results(folder)
    if not found:
        raise RequestError(
            f"received {folder}, which holds no chapter*.json; expected "
            "a folder that `python -m comparisons run` has written"
        )
    return found


def publish(
    found: Sequence[Result],
    results: Path,
    out: Path,
    readme: bool = False,
    changes: str = "",
) -> None:
    """Write a report in every form into one folder.

    Args:
        found: the results to report on.
        results: where they lie, and the pictures that halves drew.
        out: where the report goes.
        readme: whether to rewrite the README's table.
        changes: Markdown of what changed since earlier results, if asked.
    """
    reports.write_all(found, results, out, readme)
    exhibits = {
        result.task: picture.read_bytes()
        for result in found
        if (picture := results / f"{result.task}_exhibit.png").exists()
    }
    lowered = f"#{changes}".replace("\n## ", "\n### ") if changes else ""
    if changes:
        write_whole(out / "changes.md", changes)
    write_whole(out / "summary.md", summary(found, lowered))
    write_whole(out / "junit.xml", junit(found))
    write_whole(out / "report.html", page(found, exhibits, changes))
    # Last, so that what it names is there.
    text = index(found, out).model_dump_json(indent=1)
    write_whole(out / "index.json", f"{text}\n")
    path = out / "report.md"
    console.print(f"wrote {len(found)} reports and {path}")
    console.print(f"wrote {out / 'report.html'}, summary, JUnit XML and index")
