"""What `python -m comparisons report` asks for, and who answers it.

Reading only: no result is ever written here. Into another folder than the
results' own their files are copied as they are, so that a report is whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from comparisons import checkout
from comparisons.common import RequestError, write_whole
from comparisons.console import console
from comparisons.digests import stale_sections
from comparisons.report import gate, prose
from comparisons.report import markdown as reports
from comparisons.report.compare import compare
from comparisons.report.index import index
from comparisons.report.junit import junit
from comparisons.report.listing import rules_table
from comparisons.report.machines import epochs
from comparisons.report.overview import pictures_of, reports_of
from comparisons.report.page import page
from comparisons.report.summary import summary
from comparisons.request import select
from comparisons.results import Result, read_results
from comparisons.tasks import TASKS

# What a program has written into pages stands between two markers.
TABLES = ("README.md", "pairs"), ("docs/machines.md", "epochs")
LAYERS = "docs/weights.md", "layers"


@dataclass(frozen=True)
class Asked:
    """What a person gave on the command line."""

    results: Path | None = None
    out: Path | None = None
    readme: bool = False
    check: bool = False
    compare: tuple[Path, Path] | None = None
    gate: bool = False
    expect: Sequence[str] = ()


def report(asked: Asked) -> bool:
    """Write and print what was asked for; return whether all of it holds.

    Raises:
        RequestError: options that do not go together, a folder without
            results, or one that cannot be written to.
    """
    refuse_what_does_not_go_together(asked)
    if asked.check:
        return check()
    if asked.compare is None:
        folder = asked.results or checkout.COMMITTED
        found = results_in(folder)
        publish(found, folder, asked.out or Path("results"))
        if asked.readme:
            for path, text in pages(found).items():
                write_whole(checkout.ROOT / path, text)
        return True
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


def refuse_what_does_not_go_together(asked: Asked) -> None:
    if asked.compare is None:
        lone = {"--gate": asked.gate, "--expect": bool(asked.expect)}
        for option in [name for name, given in lone.items() if given]:
            raise RequestError(
                f"received {option} without --compare; expected two folders to "
                f"compare: --compare OLD NEW"
            )
    others = {"--results": asked.results, "--readme": asked.readme}
    for name, given in (("--compare", asked.compare), ("--check", asked.check)):
        for option in [o for o, there in others.items() if there and given]:
            raise RequestError(
                f"received {option} with {name}; expected one of them: "
                f"{name} names the folders itself"
            )
    if asked.check and (asked.compare or asked.out):
        option = "--compare" if asked.compare else "--out"
        raise RequestError(
            f"received {option} with --check; expected --check alone: it "
            "reads the committed results and writes nothing"
        )


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


# === Writing ================================================================


def publish(
    found: Sequence[Result], results: Path, out: Path, changes: str = ""
) -> None:
    """Write a report in every form into one folder.

    Args:
        found: the results to report on.
        results: where they lie, and the pictures that halves drew.
        out: where the report goes.
        changes: Markdown of what changed since earlier results, if asked.
    """
    reports.make_folder(out)
    exhibits = {}
    for result in found:
        reports.write(result, out)
        drawn = results / f"{result.task}_exhibit.webp"
        if drawn.exists():
            exhibits[result.task] = drawn.read_bytes()
        if out.resolve() != results.resolve():
            for path in (results / f"{result.task}.json", drawn):
                if path.exists():
                    write_whole(out / path.name, path.read_bytes())
    for name, picture in pictures_of(found).items():
        write_whole(out / name, picture)
    write_whole(out / "report.md", reports_of(found, stale_of(found)))
    lowered = f"#{changes}".replace("\n## ", "\n### ") if changes else ""
    if changes:
        write_whole(out / "changes.md", changes)
    write_whole(out / "summary.md", summary(found, lowered))
    write_whole(out / "junit.xml", junit(found))
    write_whole(out / "report.html", page(found, exhibits, changes))
    # Last, so that what it names is there.
    text = index(found, out).model_dump_json(indent=1)
    write_whole(out / "index.json", f"{text}\n")
    console.print(f"wrote {len(found)} reports and {out / 'report.md'}")
    console.print(f"wrote {out / 'report.html'}, summary, JUnit XML and index")


def stale_of(found: Sequence[Result]) -> dict[str, list[str]]:
    """Return the sections of each task that are older than their code."""
    marks = {result.task: stale_sections(result) for result in found}
    return {task: names for task, names in marks.items() if names}


def with_table(text: str, marker: str, table: str) -> str:
    """Return a page with a table between its two markers."""
    before, rest = text.split(f"<!-- {marker} -->\n", 1)
    _, after = rest.split(f"<!-- /{marker} -->", 1)
    return f"{before}<!-- {marker} -->\n{table}<!-- /{marker} -->{after}"


def pages(found: Sequence[Result]) -> dict[str, str]:
    """Return the pages that hold figures, as the results have them.

    Raises:
        RequestError: a key in prose leads to no figure.
    """
    by_task = {result.task: result for result in found}
    texts = {
        path.relative_to(checkout.ROOT).as_posix(): path.read_text("utf-8")
        for path in sorted(checkout.ROOT.glob("docs/*.md"))
        + sorted(checkout.ROOT.glob("README*.md"))
    }
    pairs = reports.table_of_pairs(found, lambda t: f"keras_impl/{t}.py")
    tables = dict(zip(TABLES, (pairs, epochs(found)), strict=True))
    tables[LAYERS] = rules_table()
    for (path, marker), table in tables.items():
        texts[path] = with_table(texts[path], marker, table)
    return {
        path: prose.rewritten(text, by_task) for path, text in texts.items()
    }


# === Checking ===============================================================


def check() -> bool:
    """Print what of the committed results is out of date; return whether not.

    Only a proof has to be as new as its code. Reports, tables and figures in
    prose have to be what the results give, byte for byte.
    """
    found = results_in(checkout.COMMITTED)
    faults = proofs_out_of_date({r.task: r for r in found})
    for path, text in (pages(found) | committed_reports(found)).items():
        place = checkout.ROOT / path
        if not place.exists() or place.read_text("utf-8") != text:
            faults.append(
                f"received {path}, which is not what the results give; "
                "expected the generated text; run `make report`"
            )
    for fault in faults:
        console.print(fault, soft_wrap=True, markup=False)
    if not faults:
        console.print(f"the reports of {len(found)} tasks are up to date")
    return not faults


def committed_reports(found: Sequence[Result]) -> dict[str, str]:
    """Return the reports beside the committed results, as they have to be."""
    texts = {f"{result.task}.md": reports.markdown(result) for result in found}
    texts["report.md"] = reports_of(found, stale_of(found))
    folder = "comparisons/results"
    return {f"{folder}/{name}": text for name, text in texts.items()}


def proofs_out_of_date(found: Mapping[str, Result]) -> list[str]:
    """Return a line for each task whose committed proof is not of its code."""
    lines = []
    for task in TASKS:
        result = found.get(task.stem)
        if result is None or result.proof is None:
            state = "no committed proof"
        elif "proof" in stale_sections(result):
            state = "a committed proof that is older than its code"
        else:
            continue
        lines.append(
            f"{task.stem}: received {state}; expected one of this code; run "
            f'`make results ARGS="--only proof {task.stem}"`'
        )
    return lines
