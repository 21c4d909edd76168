"""The command `python -m comparisons prove`: questions and output."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from comparisons.common import RequestError, write_whole
from comparisons.console import console, progress
from comparisons.proof.evidence import STEPS
from comparisons.prove.given import as_map, checked_file, read_arrays, read_map
from comparisons.prove.pairing import LayerPair
from comparisons.prove.prove import FileProof, described, paired, prove
from comparisons.report import terminal
from comparisons.sides.process import Settings, both_sides


@dataclass(frozen=True)
class ProveRequest:
    """What a user gave on the command line."""

    keras: Path
    torch: Path
    inputs: Path
    targets: Path | None = None
    names: Path | None = None
    save_map: Path | None = None
    yes: bool = False
    channels_first: bool = False
    without: Sequence[str] = ()
    steps: int = STEPS


RUNGS = "initialisation", "forward", "gradients", "step", "trajectory"


def run(asked: ProveRequest, settings: Settings) -> bool:
    """Pair the layers, climb the ladder, print; return if it is proven.

    Raises:
        RequestError: an argument cannot be used, or the user did not confirm
            how the layers are paired.
    """
    files = checked_file(asked.keras), checked_file(asked.torch)
    if unknown := set(asked.without) - set(RUNGS):
        raise RequestError(
            f"received --without {', '.join(sorted(unknown))}; expected some "
            f"of {', '.join(RUNGS)}"
        )
    arrays = read_arrays(asked.inputs, asked.targets)
    given = read_map(asked.names)
    with (
        both_sides(settings) as sides,
        tempfile.TemporaryDirectory(prefix="comparisons-") as folder,
    ):
        with progress("prove") as say:
            say("building both models")
            ours, theirs = described(
                files, sides, len(arrays), asked.channels_first
            )
        pairs = paired(ours, theirs, given)
        confirmed(pairs, asked)
        learns = bool(ours.optimizer and theirs.optimizer)
        trains = learns and asked.targets is not None
        with progress("prove") as say:
            say("climbing the ladder")
            proof = prove(
                files, arrays, trains, sides, pairs, Path(folder),
                asked.steps, asked.without, asked.channels_first,
            )  # fmt: skip
    show(proof, files)
    return proof.parity.passed


def confirmed(pairs: Sequence[LayerPair], asked: ProveRequest) -> None:
    """Show how layers with other names are paired, and ask if that is right.

    Raises:
        RequestError: nobody can be asked, or the answer was no.
    """
    if asked.save_map:
        write_whole(asked.save_map, as_map(pairs))
    if all(pair.how == "name" for pair in pairs):
        return
    console.print(pairs_table(pairs))
    console.print()
    if asked.yes or all(pair.how in ("name", "map") for pair in pairs):
        return
    if console.is_terminal and typer.confirm("Are these the same layers?"):
        return
    raise RequestError(
        "received layers whose names differ; expected a confirmation of the "
        "table above: add --yes, or write it to a file with --save-map, "
        "correct the file and pass it with --map"
    )


def pairs_table(pairs: Sequence[LayerPair]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("Keras layer", "kind", "PyTorch module", "paired by"):
        table.add_column(column, no_wrap=column != "paired by")
    said = {
        "name": "name",
        "map": "the map",
        "shape": "kind and shape: nothing else fits",
        "order": "order: others fit too, check it",
    }
    for pair in pairs:
        style = "bold yellow" if pair.how == "order" else ""
        cells = pair.layer.name, pair.layer.kind, pair.torch, said[pair.how]
        table.add_row(*map(escape, cells), style=style)
    return table


def show(proof: FileProof, files: tuple[Path, Path]) -> None:
    title = f"{files[0].name} and {files[1].name} · {proof.parity.steps} steps"
    console.print(terminal.rungs_table(title, proof.parity.rungs))
    for name, why in proof.not_run.items():
        console.print(f"  {name}: not run, {escape(why)}")
    if proof.zero_gradient:
        named = ", ".join(proof.zero_gradient)
        console.print(
            f"  no gradient reaches {escape(named)}: left out of comparisons "
            "of weights"
        )
    for name, shapes in proof.passing.items():
        console.print(
            f"  {escape(name)} has shapes {shapes}: this layer is not compared"
        )
    closed = ", ".join(proof.parity.differences)
    if closed:
        console.print(f"  the aligned lane closes {closed}")
    if proof.parity.passed:
        what = " for the rungs that ran" if proof.not_run else ""
        console.print(f"  proven{what} in {proof.parity.seconds:.0f} s")
        return
    console.print("  [bold red]NOT the same model[/]")
    console.print(f"  {escape(proof.diverges)}")
    for symptom in proof.symptoms:
        console.print(f"  {escape(symptom.words)}")
        for entry in symptom.entries:
            console.print(f"    python -m comparisons differences {entry}")
