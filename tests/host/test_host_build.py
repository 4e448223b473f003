"""`mkdocs build`: what it says, what it refuses, and what it leaves behind."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from lab import TWO_METHODS, Done, Lab, lab_with_pages, small_lab, tree
from mkdocs.exceptions import Abort


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return small_lab(tmp_path / "lab")


def _told(done: Done, level: str) -> list[str]:
    """The messages of a level, each with the lines that belong to it."""
    pattern = rf"^{level} +-  (.*(?:\n(?![A-Z]+ +-  |\Z|\n).*)*)"
    return re.findall(pattern, done.err, re.MULTILINE)


def _nothing_left(lab: Lab) -> None:
    assert list(lab.temporary.iterdir()) == []
    assert not lab.site.exists() or list(lab.site.iterdir()) == []


def test_a_build_without_warnings_passes_strict(lab: Lab) -> None:
    """`mkdocs build --strict` passes, says nothing of ours, and leaves nothing but the site."""
    before = tree(lab.folder / "results")
    done = lab.mkdocs("--strict")
    assert (done.code, _told(done, "WARNING"), _told(done, "ERROR")) == (0, [], [])
    assert tree(lab.folder / "results") == before
    assert list(lab.temporary.iterdir()) == []
    assert [file.name for file in lab.site.iterdir() if file.name.startswith(".")] == []
    with zipfile.ZipFile(lab.site / "runs/results/a/seed_0/log.zip") as log:
        assert sorted(log.namelist()) == ["data.json", "info.json"]


def test_a_warning_is_told_once_and_fails_strict(lab: Lab) -> None:
    """Warnings come once, in order, with file and hint; they fail a strict build, and no other."""
    spec = json.loads(json.dumps(TWO_METHODS))
    children = spec["Energy board"]["child_experiments"]
    children["Nothing"] = {"filter": "no such run"}
    lab.spec(spec)
    lab.run("c/seed_0")
    done = lab.mkdocs()
    assert done.code == 0
    warnings = _told(done, "WARNING")
    assert len(warnings) == len(set(warnings)) == 2
    assert all(warning.startswith("wattboard: ") for warning in warnings)
    assert "site.json" in warnings[0]
    assert "no such run" in warnings[0]
    assert "results/c/seed_0" in warnings[1]
    strict = lab.mkdocs("--strict")
    assert strict.code == 1
    assert _told(strict, "WARNING") == warnings
    assert "Aborted with 2 warnings in strict mode!" in strict.out


def test_every_mistake_of_a_spec_is_one_error(lab: Lab) -> None:
    """A spec that cannot be used stops the build with every mistake, each with file, key and hint; nothing is left."""
    lab.spec({"Board": {"filtre": "a", "child_experiments": {"One": {"interval": "range"}}}})
    done = lab.mkdocs()
    assert done.code == 1
    assert "Traceback" not in done.err
    (error,) = _told(done, "ERROR")
    assert "site.json" in error
    assert "Board > filtre" in error
    assert 'hint: did you mean "filter"' in error
    assert "Board > One > interval" in error
    _nothing_left(lab)


def test_a_build_without_a_usable_run_fails(lab: Lab) -> None:
    """When no run can be used, each is named in a warning of its own, and the build fails."""
    for data in lab.folder.glob("results/*/*/impacttracker/data.json"):
        data.write_text("", encoding="utf-8")
    done = lab.mkdocs()
    assert done.code == 1
    assert "Traceback" not in done.err
    named = re.findall(r"results/[ab]/seed_[01]", done.err)
    assert sorted(set(named)) == sorted(named)
    assert len(named) == 4
    assert len(_told(done, "ERROR")) >= 1
    _nothing_left(lab)


@pytest.mark.parametrize("missing", ["site_spec", "logdirs"])
def test_a_missing_option_is_named(missing: str, lab: Lab) -> None:
    """Without spec or logs the error names the file, the key and what to write there."""
    lab.settings({missing: [] if missing == "logdirs" else ""})
    done = lab.mkdocs()
    assert done.code == 1
    (error,) = _told(done, "ERROR")
    assert f"mkdocs.yml: plugins.wattboard.{missing}: expected" in error
    assert "hint: " in error


def test_a_failure_late_in_the_build_leaves_no_downloads(lab: Lab) -> None:
    """A build that fails after the logs were read, here in a hook, leaves nothing of ours in the site's folder."""
    (lab.folder / "hook.py").write_text(
        "from mkdocs.exceptions import PluginError\n"
        "def on_post_template(output, **_):\n"
        "    raise PluginError('stop')\n",
        encoding="utf-8",
    )
    lab.settings(hooks=["hook.py"])
    assert lab.mkdocs().code == 1
    assert [file.name for file in lab.site.iterdir() if file.name.startswith(".")] == []
    assert list(lab.temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("logs", "site_dir"),
    [("results", "results"), ("results", "results/a/site"), ("public/logs", "public")],
)
def test_logs_are_never_in_danger(
    logs: str, site_dir: str, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    """MkDocs empties its output folder, so one that is, holds or lies in the logs is refused before that."""
    (lab.folder / "results").rename(lab.folder / "kept")
    (lab.folder / logs).parent.mkdir(exist_ok=True)
    (lab.folder / "kept").rename(lab.folder / logs)
    before = tree(lab.folder / logs)
    lab.settings({"logdirs": [logs]}, site_dir=site_dir)
    with pytest.raises(Abort):
        lab.build()
    assert "mkdocs.yml: site_dir: expected a folder apart from the logs" in caplog.text
    assert tree(lab.folder / logs) == before


@pytest.mark.parametrize(
    "name", ["index.md", "README.md", "method-a.md", "runs.json", "runs.parquet"]
)
def test_two_pages_of_one_address_are_refused(
    name: str, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    """A file of the lab's own that the leaderboard would be written over is named, with the option that helps."""
    lab.page(name, "# Ours\n")
    with pytest.raises(Abort):
        lab.build()
    (error,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert error.getMessage().startswith(f"docs/{name}: expected no page of this address")
    assert "prefix: leaderboard" in error.getMessage()
    _nothing_left(lab)


def test_pages_of_a_lab_may_link_into_the_leaderboard(tmp_path: Path) -> None:
    """A strict build accepts links to a group page, to one of its headings, to data, and to a run's address."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.page(
        "index.md",
        "# Lab\n\n[board](leaderboard/index.md), [runs](leaderboard/method-a/index.md#wb-runs), "
        "[figures](leaderboard/runs.json), [table](leaderboard/runs.parquet), "
        "[one run](leaderboard/runs/results/a/seed_0/)\n",
    )
    done = lab.mkdocs("--strict")
    assert (done.code, _told(done, "WARNING")) == (0, [])
    front = lab.read("index.html")
    for link in (
        "leaderboard/",
        "leaderboard/method-a/#wb-runs",
        "leaderboard/runs.json",
        "leaderboard/runs.parquet",
    ):
        assert f'href="{link}"' in front


def test_two_builds_are_byte_for_byte_the_same(tmp_path: Path) -> None:
    """With SOURCE_DATE_EPOCH two builds are equal in every byte, the compressed sitemap and the zips included."""
    lab = lab_with_pages(tmp_path / "lab")
    lab.settings({"prefix": "leaderboard"}, site_url="https://example.org/")
    trees = []
    for seed in ("1", "2"):
        assert lab.call("mkdocs", "build", "-q", PYTHONHASHSEED=seed).code == 0
        trees.append(tree(lab.site))
    assert "sitemap.xml.gz" in trees[0]
    assert [name for name in trees[0] if trees[0][name] != trees[1].get(name)] == []
    assert trees[0].keys() == trees[1].keys()


def test_two_hundred_runs_build_in_reasonable_time(tmp_path: Path) -> None:
    """200 short runs build, with a page and a download each, in far less time than anyone would notice."""
    lab = Lab(tmp_path / "lab")
    for seed in range(200):
        lab.run(f"a/seed_{seed}")
    lab.spec({"Board": {"child_experiments": {"All": {"filter": None}}}})
    lab.settings()
    done = lab.mkdocs("-q")
    assert (done.code, done.err) == (0, "")
    pages = list(lab.site.glob("runs/results/a/*/index.html"))
    assert len(pages) == len(list(lab.site.glob("runs/results/a/*/log.zip"))) == 200
    assert done.cpu_s < 15.0
