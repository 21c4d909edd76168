"""The sections, functions, layers and words of a half, read from its text.

Nothing is imported: the syntax tree says what a line defines.
"""

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from comparisons.common import RequestError
from comparisons.pages.colours import Link, coloured, entries_in

BANNER = re.compile(r"# === (\w+) =+")
TOP = "Imports"  # the section before the first banner
# Keras' name of a method, and PyTorch's name of the same.
SAME_METHOD = {"call": "forward"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Line:
    """A line, and what it is matched by with lines of the other half.

    top: the function or class that begins here with decorators and comments.
    defines: the name after `def` or `class`; of a method
        with its class, and a dot before.
    layers: the layer names in the statement that begins here.
    """

    number: int
    text: str
    html: Markup
    top: str = ""
    defines: str = ""
    layers: frozenset[str] = frozenset()
    code: str = ""
    words: frozenset[str] = frozenset()
    entries: tuple[str, ...] = ()

    @cached_property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @cached_property
    def is_comment(self) -> bool:
        return bool(self.text.strip()) and not self.code

    @cached_property
    def is_banner(self) -> bool:
        return BANNER.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Section:
    name: str
    lines: list[Line]


def lines_of(source: str, link: Link = lambda _: None) -> list[Line]:
    """Return the lines of a program.

    Raises:
        SyntaxError: the source cannot be parsed.
    """
    tree = ast.parse(source)
    texts = source.removesuffix("\n").split("\n")
    top, defines = definitions(tree, texts)
    layers = named_layers(tree)
    code = code_of(source, texts)
    lines = []
    for number, (text, html) in enumerate(
        zip(texts, coloured("\n".join(texts), link), strict=True), 1
    ):
        bare = code[number - 1]
        lines.append(
            Line(
                number,
                text,
                html,
                top.get(number, ""),
                defines.get(number, ""),
                frozenset(layers.get(number, ())),
                bare,
                frozenset(re.findall(r"\w+", bare or text)),
                # Only names that became links are entries of the atlas.
                tuple(n for n in entries_in(text) if f">{n}</a>" in html),
            )
        )
    return lines


def code_of(source: str, texts: Sequence[str]) -> list[str]:
    """Return each line without its indent and without its comment."""
    ends: dict[int, int] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            ends[token.start[0]] = token.start[1]
    return [
        text[: ends.get(number)].strip() for number, text in enumerate(texts, 1)
    ]


def definitions(
    tree: ast.Module, texts: Sequence[str]
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the lines where definitions begin, and those that name them."""
    top: dict[int, str] = {}
    defines: dict[int, str] = {}
    for node in tree.body:
        if not isinstance(node, Definition):
            continue
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        while first > 1 and texts[first - 2].startswith("#"):
            if BANNER.fullmatch(texts[first - 2]):
                break
            first -= 1
        top[first] = defines[node.lineno] = node.name
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, Definition):
                    name = SAME_METHOD.get(part.name, part.name)
                    defines[part.lineno] = f".{node.name}.{name}"
    return top, defines


def named_layers(tree: ast.Module) -> dict[int, set[str]]:
    """Return the names of layers, by line.

    In Keras `name="conv1"`; in PyTorch `self.conv1 = …(…)`, and the keys of an
    `OrderedDict(…)` or a `{…}` whose values are calls.
    """
    found: dict[int, set[str]] = {}

    def add(line: int, name: object) -> None:
        if isinstance(name, str):
            found.setdefault(line, set()).add(name)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "name" and isinstance(value, ast.Constant):
                    add(node.lineno, value.value)
                elif ast.unparse(node.func) == "OrderedDict":
                    add(keyword.lineno, keyword.arg)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and makes(value):
                    add(key.lineno, key.value)
        elif isinstance(node, ast.Assign) and makes(node.value):
            for target in node.targets:
                if (
                    isinstance(target, ast.Attribute)
                    and isinstance(target.value, ast.Name)
                    and target.value.id == "self"
                ):
                    add(node.lineno, target.attr)
    return found


def makes(value: ast.expr) -> bool:
    """Whether an expression is a call: layers are made by calls."""
    return isinstance(value, ast.Call)


def sections_of(lines: Sequence[Line]) -> list[Section]:
    """Split lines into sections; each begins with its banner."""
    sections = [Section(TOP, [])]
    for line in lines:
        banner = BANNER.fullmatch(line.text)
        if banner:
            sections.append(Section(banner[1], []))
        sections[-1].lines.append(line)
    return sections


def expected(trains: bool) -> list[str]:
    """Return the sections that every half must have, in order."""
    words = ["Data", "Model", "Training", "Evaluation", "Main"]
    return [word for word in words if trains or word != "Training"]


def check(
    keras: Sequence[Section],
    torch: Sequence[Section],
    trains: bool,
    paths: tuple[str, str],
) -> None:
    """Check that two halves have the same sections in the same order.

    Raises:
        RequestError: a section is missing, or the order differs.
    """
    ours, theirs = ([s.name for s in half] for half in (keras, torch))
    for path, have, other in (
        (paths[0], ours, theirs),
        (paths[1], theirs, ours),
    ):
        wanted = [*expected(trains), *other]
        missing = [name for name in wanted if name not in have]
        if missing:
            raise RequestError(
                f"received {path} without a section {missing[0]}; expected "
                f"the banner `# === {missing[0]} ===…`; write it in both halves"
            )
    if ours != theirs:
        raise RequestError(
            f"received the sections {', '.join(theirs)} in {paths[1]}; "
            f"expected {', '.join(ours)}, as {paths[0]} has them; put them in "
            "one order"
        )
