"""`wattboard build` as a caller of MkDocs: the same site, and every reason to give up said once."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab import Lab, lab_with_pages, small_lab, tree

BUILD = ("build", "results", "--site-spec", "site.json", "--output-dir", "out")
FROM_CONFIG = ("build", "--config", "mkdocs.yml", "--output-dir", "out")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return small_lab(tmp_path / "lab")


def test_both_fronts_build_the_same_site(tmp_path: Path) -> None:
    """`wattboard build --config` writes what `mkdocs build` writes, byte for byte, and its manifest."""
    lab = lab_with_pages(tmp_path / "lab")
    done = lab.wattboard(*FROM_CONFIG, "--strict")
    assert (done.code, done.out) == (0, "")
    lab.build()
    ours = tree(lab.folder / "out")
    del ours[".wattboard-manifest.json"]
    assert ours == tree(lab.site)
    assert list(lab.temporary.iterdir()) == []


def test_the_command_line_goes_before_the_config(lab: Lab) -> None:
    """Log folders, spec and PUE of the command line stand in for those of the config."""
    (lab.folder / "other.json").write_text('{"Another board": {}}', encoding="utf-8")
    settings = ("--site-spec", "other.json", "--pue", "1.25", "results/a")
    done = lab.wattboard(*FROM_CONFIG, *settings)
    assert done.code == 0, done.err
    front = (lab.folder / "out/index.html").read_text(encoding="utf-8")
    assert "Another board" in front
    assert "1.25" in front
    assert (lab.folder / "out/runs/a/seed_0/index.html").is_file()
    assert not (lab.folder / "out/runs/results").exists()


def test_a_config_without_the_plugin_gets_it(lab: Lab) -> None:
    """A config that does not list the plugin is one for a site with the leaderboard all the same."""
    (lab.folder / "mkdocs.yml").write_text("site_name: Bare\ntheme: wattboard\n", encoding="utf-8")
    done = lab.wattboard(*BUILD, "--config", "mkdocs.yml")
    assert done.code == 0, done.err
    front = (lab.folder / "out/index.html").read_text(encoding="utf-8")
    assert "Energy board" in front
    assert "Bare" in front
    assert (lab.folder / "out/search/search_index.json").is_file()


@pytest.mark.parametrize(
    ("config", "arguments", "said"),
    [
        ("site_name: [", (), "error parsing the configuration file"),
        ("site_name: Lab\ntheme: nonesuch\n", (), "Unrecognised theme name: 'nonesuch'"),
        ("site_name: Lab\nplugins: [nonesuch]\n", (), 'The "nonesuch" plugin is not installed'),
        ("site_name: Lab\nplugins: 7\n", (), "Invalid Plugins configuration"),
        ("- a list\n", (), "Expected a key-value mapping"),
        ("site_name: Lab\n", ("--theme", "nonesuch"), "Unrecognised theme name: 'nonesuch'"),
    ],
    ids=[
        "no YAML",
        "unknown theme",
        "unknown plugin",
        "no list",
        "a list",
        "unknown theme by option",
    ],
)
def test_a_config_that_cannot_be_used_is_explained(
    config: str, arguments: tuple[str, ...], said: str, lab: Lab
) -> None:
    """A config that MkDocs refuses ends the command with code 1 and MkDocs' reason, not with a traceback."""
    (lab.folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    done = lab.wattboard(*BUILD, "--config", "mkdocs.yml", *arguments)
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err
    assert not (lab.folder / "out").exists()
    assert list(lab.temporary.iterdir()) == []


def test_strict_says_why_it_failed(lab: Lab) -> None:
    """A strict build that fails shows each warning once, and says that being strict is the reason."""
    lab.run("c/seed_0")
    done = lab.wattboard(*BUILD, "--strict")
    assert done.code == 1
    assert done.err.count("results/c/seed_0") == 1
    assert "strict mode" in done.err
    assert not (lab.folder / "out").exists()


def test_a_mistake_is_told_once(lab: Lab) -> None:
    """What stops a build is said once, with its hint, and nothing else is."""
    lab.page("index.md", "# Ours\n")
    done = lab.wattboard(*FROM_CONFIG)
    assert done.code == 1
    assert done.err.startswith("error: docs/index.md: expected no page of this address")
    assert done.err.count("\n") == 2
