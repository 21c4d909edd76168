"""Commands that publish: reports, what changed, the gate, differences."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from comparisons import differences as atlas
from comparisons.console import complain, console, one_line, progress
from comparisons.measure import differences as gaps
from comparisons.options import OutOption
from comparisons.report import listing
from comparisons.report import publish as publishing
from comparisons.report.index import schema_text
from comparisons.sides.process import Settings, both_sides

app = typer.Typer()

CompareOption = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        "--compare",
        metavar="OLD NEW",
        help="Show what changed between two folders of results; with --out "
        "also write the report of NEW.",
    ),
]
GateOption = Annotated[
    bool,
    typer.Option(
        "--gate",
        help="With --compare: exit with 1 where NEW does not hold what OLD "
        "held. Timing is never judged.",
    ),
]
ExpectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--expect",
        metavar="TASK|chapterN|all",
        help="With --compare: what NEW was meant to have; by default all "
        "that OLD has.",
    ),
]


@app.command()
def report(
    results: Annotated[
        Path | None,
        typer.Option(
            help="Folder of finished results; by default the committed ones."
        ),
    ] = None,
    out: OutOption = None,
    readme: Annotated[
        bool,
        typer.Option(
            "--readme", help="Also write tables and figures into the pages."
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing; exit with 1 where a committed proof is older "
            "than its code, or a page is not what the results give.",
        ),
    ] = False,
    compare: CompareOption = None,
    gate: GateOption = False,
    expect: ExpectOption = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="JSON Schema of index.json.")
    ] = False,
) -> None:
    """Write HTML, Markdown, JUnit XML and an index of finished results.

    With --compare, show what changed between two folders of them.
    """
    if schema:
        print(schema_text(), end="")
        return
    asked = publishing.Asked(
        results, out, readme, check, compare, gate, tuple(expect or ())
    )
    with one_line():
        held = publishing.report(asked)
    if not held:
        raise typer.Exit(1)


@app.command()
def differences(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME")] = None,
) -> None:
    """List how Keras and PyTorch differ; measure some entries, or all."""
    with one_line():
        every = names == ["all"]
        wanted = atlas.names() if every or not names else names
        chosen = [atlas.difference(name) for name in wanted]
        if not names:
            console.print(listing.table_of_differences(chosen))
            return
        with (
            progress("differences") as say,
            both_sides(replace(Settings(), device="cpu")) as (keras, torch),
        ):
            say(f"measuring {len(chosen)} of them")
            found = [gaps.measured(entry, keras, torch) for entry in chosen]
        if every:
            console.print(listing.table_of_gaps(found))
        else:
            for measured in found:
                for line in listing.difference_lines(measured):
                    console.print(line)
    faults = [fault for measured in found for fault in measured.faults]
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)
