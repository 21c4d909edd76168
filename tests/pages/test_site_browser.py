"""The reading pages in a real browser, opened from disk.

Needs Playwright, axe and Chromium: `apt-get install chromium`. Without one of
them the tests are skipped, with the reason; where CI is set they fail.
"""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEEDED = ("playwright", "axe_playwright_python")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
MISSING += [] if CHROMIUM else ["chromium"]
pytestmark = [
    pytest.mark.parity,
    pytest.mark.skipif(
        bool(MISSING) and not os.environ.get("CI"),
        reason=f"not installed: {', '.join(MISSING)}",
    ),
]

DIGITS = "pairs/chapter08_digits_convnet.html"
THREE = (
    DIGITS,
    "pairs/chapter09_mini_xception.html",
    "pairs/chapter11_transformer.html",
)
PAGES = (
    "index.html",
    "atlas.html",
    "glossary.html",
    "ko.html",
    "atlas/rmsprop_epsilon.html",
    *THREE,
)
# axe would ask for style sheets, which a page from disk must not.
OPTIONS = {"preload": False}
every_theme = pytest.mark.parametrize("theme", ("light", "dark"))
# Of every line that has a twin on its row: by how much they are not level.
LEVEL = """() => {
  const found = { rows: 0, worst: 0, left: [], right: [] };
  for (const unit of document.querySelectorAll(".unit")) {
    const right = new Map();
    for (const line of unit.querySelectorAll(".torch > .l:not(.away)"))
      right.set(line.style.gridRowStart, line.getBoundingClientRect());
    for (const line of unit.querySelectorAll(".keras > .l:not(.away)")) {
      const here = line.getBoundingClientRect();
      const there = right.get(line.style.gridRowStart);
      if (!there) continue;
      found.rows += 1;
      found.worst = Math.max(found.worst, Math.abs(here.top - there.top),
        Math.abs(here.bottom - there.bottom));
      found.left.push(here.right);
      found.right.push(there.left);
    }
  }
  return { rows: found.rows, worst: found.worst,
    apart: Math.min(...found.right) - Math.max(...found.left) };
}"""
# The top edges of the lines of either half that begin like this.
TOPS = """(start) => ["keras", "torch"].map((side) =>
  [...document.querySelectorAll(`.${side} > .l`)]
    .find((line) => line.textContent.trim().startsWith(start))
    .getBoundingClientRect().top)"""
WIDER = "document.documentElement.scrollWidth - innerWidth"
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


class Reader:
    """A browser window that remembers what it asked for and complained of."""

    def __init__(self, browser: Any, site: Path, **options: Any) -> None:
        self.site = site
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", self.see)

    def note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def see(self, request: Any) -> None:
        if not request.url.startswith(self.site.as_uri()):
            self.outside.append(request.url)

    def open(self, path: str) -> Any:
        self.page.goto((self.site / path).as_uri())
        return self.page


@pytest.fixture
def window(browser: Any, site: Path) -> Iterator[Any]:
    opened: list[Reader] = []

    def make(width: int = 1400, height: int = 900, **options: Any) -> Reader:
        size = {"width": width, "height": height}
        opened.append(Reader(browser, site, viewport=size, **options))
        return opened[-1]

    yield make
    for reader in opened:
        reader.context.close()
        assert reader.complaints == []
        assert reader.outside == []


def setting(page: Any, name: str) -> str:
    return page.evaluate(f"document.documentElement.dataset.{name}")


def test_every_page_opens_without_an_error_or_a_request(window, site: Path):
    reader = window()
    paths = sorted(str(p.relative_to(site)) for p in site.rglob("*.html"))
    # Pages of the atlas are all made by one template: some stand for them.
    atlas = [path for path in paths if path.startswith("atlas/")]
    assert len(atlas) > 100
    for path in sorted({*paths} - {*atlas[::2], *atlas[1::4]}):
        page = reader.open(path)
        assert page.locator("h1").count() >= 1, path
        broken = page.evaluate(
            "[...document.images].filter((i) => !i.naturalWidth).length"
        )
        assert broken == 0, path


# === Columns ================================================================


@pytest.mark.parametrize("path", THREE)
def test_twins_are_level_to_the_pixel(window, path: str):
    for width in (1400, 1000):
        page = window(width).open(path)
        if width < 1400:  # where lines wrap, the higher side decides
            page.evaluate("settings.set('columns', 'two')")
        found = page.evaluate(LEVEL)
        assert found["rows"] > 60
        assert found["worst"] < 0.5
        assert found["apart"] >= -0.5  # a column ends where the next begins
        for name in ("make_loss", "predict", "evaluate", "main"):
            ours, theirs = page.evaluate(TOPS, f"def {name}(")
            assert abs(ours - theirs) < 0.5, name


def test_a_narrow_window_has_one_column_and_no_sideways_scrolling(window):
    reader = window(390, 844)
    for path in PAGES:
        page = reader.open(path)
        assert setting(page, "columns") == "one"
        assert page.evaluate(WIDER) <= 0, path
    page = reader.open(DIGITS)
    keras, torch = (
        page.locator(f".half.{side}").first.bounding_box()
        for side in ("keras", "torch")
    )
    assert torch["y"] >= keras["y"] + keras["height"] - 0.5
    assert abs(torch["x"] - keras["x"]) < 0.5


# === What a reader does =====================================================


@every_theme
def test_the_theme_follows_the_system_until_it_is_chosen(window, theme: str):
    reader = window(color_scheme=theme)
    page = reader.open("index.html")
    system = page.evaluate(GROUND)
    assert setting(page, "theme") == theme
    page.get_by_role("button", name=theme.capitalize()).click()
    other = page.evaluate(GROUND)
    assert other != system
    page = reader.open(DIGITS)
    assert page.evaluate(GROUND) == other
    assert setting(page, "theme") != theme


def test_search_finds_by_the_keyboard_alone(window):
    reader = window()
    for words, address in (
        ("epsilon rmsprop", "atlas/rmsprop_epsilon.html"),
        ("드롭아웃", "glossary.html#dropout"),
        ("digits convnet", DIGITS),
        ("conv3", f"{DIGITS}#model"),
    ):
        page = reader.open("glossary.html")
        page.keyboard.press("/")
        page.keyboard.type(words)
        found = page.locator("#found a").evaluate_all(
            "(links) => links.map((link) => link.href)"
        )
        assert any(href.endswith(address) for href in found), words
    page = reader.open("index.html")
    page.keyboard.press("/")
    page.keyboard.type("no such thing at all")
    assert page.locator("#count").inner_text() == "0 found"
    page.keyboard.press("Escape")
    assert page.locator("#results").is_hidden()
    page.locator("#query").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("rmsprop_epsilon")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/atlas/rmsprop_epsilon.html")


def test_a_half_is_copied_as_it_is_in_the_repository(window):
    reader = window(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open(DIGITS)
    stem = Path(DIGITS).stem
    for side, title in (("keras", "Keras"), ("torch", "PyTorch")):
        page.get_by_role("button", name=f"copy the {title} half").click()
        page.get_by_text("copied").first.wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        path = Path(__file__).parents[2] / f"{side}_impl" / f"{stem}.py"
        assert copied == path.read_text()


@every_theme
def test_axe_finds_nothing(window, theme: str):
    """Names of buttons, contrast of texts, order of headings and more."""
    from axe_playwright_python.sync_playwright import Axe

    for width in (1400, 390):
        reader = window(width, color_scheme=theme)
        for path in PAGES:
            page = reader.open(path)
            found = Axe().run(page, options=OPTIONS).response["violations"]
            assert [
                (path, v["id"], v["nodes"][0]["html"][:200]) for v in found
            ] == []
            assert page.locator("button").count() >= 3
