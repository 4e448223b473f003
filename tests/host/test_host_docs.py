"""What the pages about the plugin and the theme tell a reader to write works."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from lab import Lab
from links import dead_links
from mkdocs.config import load_config
from wattboard.sitegen.plugin import PluginOptions

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "mkdocs-plugin.md").read_text(encoding="utf-8")
THEME_PAGE = (DOCS / "theme.md").read_text(encoding="utf-8")
SITE, *NAVS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(THEME,) = re.findall(r"```yaml\n(.*?)```", THEME_PAGE, re.DOTALL)
(LINKS,) = re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)


def _lab(folder: Path, settings: str) -> Lab:
    """The lab of the page: files and folders as it lists them."""
    lab = Lab(folder)
    for name in ("baseline/seed_0", "ours/seed_0"):
        lab.run(name)
    lab.page("index.md", "# Our lab\n\n" + LINKS)
    lab.page("people.md", "# People\n")
    lab.page("img/logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    children = "{The baseline: {filter: /baseline/}, Ours: {filter: /ours/}}"
    (lab.folder / "site.yml").write_text(f"Energy board:\n  child_experiments: {children}\n")
    (lab.folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    return lab


@pytest.mark.parametrize("nav", ["", *NAVS], ids=["none", "front page", "page by page"])
def test_the_site_of_the_page_builds(nav: str, tmp_path: Path) -> None:
    """The settings, each `nav` and the links of the page build without a warning and lead to files."""
    lab = _lab(tmp_path / "lab", SITE + nav)
    site = lab.build(strict=True)
    assert dead_links(site, root="/lab/") == []
    menu = re.search(r'<nav class="site-nav".*?</nav>', lab.read("people/index.html"), re.DOTALL)
    assert menu is not None
    assert ("Energy board" if not nav else ">Energy<") in menu[0]


def test_the_themes_options_show(tmp_path: Path) -> None:
    """The options of the theme's example change what a page shows; the table lists those that the theme knows."""
    options = yaml.safe_load(THEME)
    settings = {**yaml.safe_load(SITE), **options}
    lab = _lab(tmp_path / "lab", yaml.safe_dump(settings))
    site = lab.build(strict=True)
    assert dead_links(site, root="/lab/") == []
    for page in ("index.html", "leaderboard/runs/results/ours/seed_0/index.html"):
        shown = lab.read(page)
        for option in ("img/logo.svg", "#0b6e4f", "#5fd3a5", "example.org/paper", "Funded by"):
            assert option in shown
    known = set(load_config(str(lab.folder / "mkdocs.yml"), theme="wattboard").theme)
    internal = {"name", "static_templates", "include_search_page", "search_index_only"}
    assert known - internal == _listed(THEME_PAGE, "Options") - {"custom_dir"}


def test_every_block_of_the_theme_is_listed() -> None:
    """The page's table of blocks and the theme's template know the same ones."""
    template = files("wattboard.themes.wattboard").joinpath("base.html").read_text("utf-8")
    blocks = set(re.findall(r"{%- block (\w+)", template))
    rows = re.findall(r"^\| (`.*?) \|", THEME_PAGE.partition("| block |")[2], re.MULTILINE)
    assert blocks == {name for row in rows for name in re.findall(r"\w+", row)}


def test_every_option_of_the_plugin_is_listed() -> None:
    """The table of options and the plugin know the same ones."""
    assert _listed(PAGE, "Options of the plugin") == {name for name, _ in PluginOptions()._schema}


def _listed(page: str, heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
