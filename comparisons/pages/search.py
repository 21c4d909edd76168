"""The index of the search box, as a script.

A page that is opened from disk may load scripts but may not fetch files.
"""

import json
from collections.abc import Iterable, Sequence

from comparisons.pages.glossary import Term
from comparisons.pages.sources import Entry, Pair

Found = tuple[str, str, str, str]  # title, kind, address, further words


def index(
    pairs: Sequence[Pair],
    entries: Sequence[Entry],
    terms: Sequence[Term],
    documents: Iterable[tuple[str, str]],
) -> str:
    """Return the script that holds the index."""
    found: list[Found] = []
    for pair in pairs:
        task, address = pair.task, f"pairs/{pair.task.stem}.html"
        title = f"{task.section} {task.title}"
        found.append((title, "pair", address, task.stem))
        found += [
            (
                f"{task.name}: {part.name}",
                "section",
                f"{address}#{part.anchor}",
                " ".join(part.words),
            )
            for part in pair.parts
        ]
    found += [
        (entry.told.title, "difference", f"atlas/{entry.told.name}.html",
         f"{entry.told.name} {entry.told.fix}")
        for entry in entries
    ]  # fmt: skip
    found += [
        (f"{term.en} · {term.ko}", "term", f"glossary.html#{term.anchor}",
         f"{term.means} {term.means_ko}")
        for term in terms
    ]  # fmt: skip
    found += [(title, "page", page, "") for title, page in documents]
    rows = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    return f"window.searchIndex = [\n{rows}\n];\n"
