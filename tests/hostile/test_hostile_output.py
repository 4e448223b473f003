"""Where a site may go, what it may replace, and what a build that fails leaves behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import (
    SPEC,
    Figures,
    Outcome,
    build,
    contents,
    published,
    state,
    wattboard,
    write_spec,
)
from golden import check_golden
from logs import power_samples, write_run

GOLDEN = Path(__file__).parent / "golden" / "output"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def build_to(tmp_path: Path, output: Path, *more: object, logs: str = "logs") -> Outcome:
    spec = write_spec(tmp_path, SPEC)
    return wattboard("build", tmp_path / logs, "--site-spec", spec, "--output-dir", output, *more)


@pytest.mark.parametrize("more", [(), ("--force",)], ids=["plain", "force"])
@pytest.mark.parametrize("case", ["itself", "inside", "new_inside", "by_link", "by_dots"])
def test_a_site_never_goes_into_the_experiments(
    case: str, more: tuple[str, ...], tmp_path: Path, healthy: Figures
) -> None:
    """The data folder, and all that lies in it by whatever name, is refused, with --force too."""
    logs = tmp_path / "logs"
    (tmp_path / "link").symlink_to(logs / "ppo")
    output = {
        "itself": logs,
        "inside": logs / "ppo",
        "new_inside": logs / "site" / "new",
        "by_link": tmp_path / "link" / "site",
        "by_dots": tmp_path / "nowhere" / ".." / "logs" / "site",
    }[case]
    before = state(logs)
    outcome = build_to(tmp_path, output, *more)
    assert outcome.code == 1
    check_golden(GOLDEN / f"in_logs_{case}.txt", outcome.messages(tmp_path))
    assert state(logs) == before


def test_a_site_around_the_experiments_writes_nothing_into_them(
    tmp_path: Path, healthy: Figures
) -> None:
    """Where a page's address would lie in the log folder, nothing at all is written."""
    # The site has a folder "runs", and so has its output folder: the logs.
    (tmp_path / "public").mkdir()
    (tmp_path / "logs").rename(tmp_path / "public" / "runs")
    before = state(tmp_path / "public")
    outcome = build_to(tmp_path, tmp_path / "public", "--force", logs="public/runs")
    assert outcome.code == 1
    check_golden(GOLDEN / "around_logs.txt", outcome.messages(tmp_path))
    assert state(tmp_path / "public") == before


def test_a_link_in_the_site_leads_nothing_into_the_experiments(
    tmp_path: Path, healthy: Figures
) -> None:
    """A folder of the site that became a link to the logs is no way into them."""
    assert build(tmp_path).code == 0
    shutil.rmtree(tmp_path / "site" / "ppo")
    (tmp_path / "site" / "ppo").symlink_to(tmp_path / "logs")
    before = state(tmp_path / "logs")
    assert build(tmp_path).code == 1
    assert state(tmp_path / "logs") == before


def test_a_file_is_no_output_folder(tmp_path: Path, healthy: Figures) -> None:
    """An output folder that is a file is refused and stays."""
    (tmp_path / "site").write_text("mine")
    outcome = build(tmp_path, "--force")
    assert outcome.code == 1
    check_golden(GOLDEN / "a_file.txt", outcome.messages(tmp_path))
    assert (tmp_path / "site").read_text() == "mine"


def test_foreign_files_are_refused_and_kept_with_force(tmp_path: Path, healthy: Figures) -> None:
    """A folder of other files is refused; with --force the site is put among them, and they stay."""
    site = tmp_path / "site"
    foreign = {"CNAME": b"board.example.org", ".nojekyll": b"", "notes/todo.md": b"write it"}
    for name, content in foreign.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    before = state(site)
    outcome = build(tmp_path)
    assert outcome.code == 1
    check_golden(GOLDEN / "foreign.txt", outcome.messages(tmp_path))
    assert state(site) == before

    assert build(tmp_path, "--force").code == 0
    assert published(site) == healthy
    assert foreign.items() <= contents(site).items()
    assert build(tmp_path).code == 0  # known by its manifest now
    assert foreign.items() <= contents(site).items()


def test_force_replaces_a_page_of_the_same_name(tmp_path: Path, healthy: Figures) -> None:
    """A page left by another program gives way to ours, and is ours from then on."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<h1>An older site</h1>")
    assert build(tmp_path, "--force").code == 0
    assert published(site) == healthy
    assert "An older site" not in (site / "index.html").read_text()


def test_a_foreign_folder_in_the_way_is_not_removed(tmp_path: Path, healthy: Figures) -> None:
    """A folder of the reader's own where the site wants a file is named, and nothing is written at all."""
    site = tmp_path / "site"
    (site / "ppo").mkdir(parents=True)
    (site / "index.html").write_text("<h1>My own page</h1>")
    (site / "ppo" / "leaderboard.json").mkdir()
    (site / "ppo" / "leaderboard.json" / "mine").write_text("mine")
    before = state(site)
    outcome = build(tmp_path, "--force")
    assert outcome.code == 1
    check_golden(GOLDEN / "in_the_way.txt", outcome.messages(tmp_path))
    assert state(site) == before


def test_a_second_build_replaces_what_changed_and_no_more(tmp_path: Path, healthy: Figures) -> None:
    """Unchanged files keep their time, stale pages and their folders go, foreign files stay."""
    site = tmp_path / "site"
    assert build(tmp_path).code == 0
    (site / "CNAME").write_text("board.example.org")
    (site / "dqn" / "mine.txt").write_text("mine")
    first = state(site)
    assert build(tmp_path).code == 0
    again = state(site)
    for name, (mode, mtime, content) in first.items():
        if "sitemap" not in name and name != ".wattboard-manifest.json" and content:
            assert again[name] == (mode, mtime, content), name

    shutil.rmtree(tmp_path / "logs" / "ppo" / "seed_1")
    spec = {"Board": {"child_experiments": {"PPO": {"filter": "/ppo/"}}}}
    assert build(tmp_path, spec=spec).code == 0
    now = contents(site)
    assert now["CNAME"] == b"board.example.org"
    assert now["dqn/mine.txt"] == b"mine"
    assert [name for name in now if name.startswith("dqn/")] == ["dqn/mine.txt"]
    assert not (site / "runs" / "logs" / "ppo" / "seed_1").exists()
    assert (site / "runs" / "logs" / "ppo" / "seed_0").is_dir()
    assert set(json.loads(now[".wattboard-manifest.json"])["files"]) == now.keys() - {
        "CNAME",
        "dqn/mine.txt",
        ".wattboard-manifest.json",
    }


def test_a_page_that_becomes_a_folder_and_back(tmp_path: Path, healthy: Figures) -> None:
    """A file of an earlier build makes room for a folder, and a folder for a file."""
    site = tmp_path / "site"
    assert build(tmp_path).code == 0
    shutil.rmtree(site / "ppo")
    (site / "ppo").write_text("ours once")
    (site / "runs.json").unlink()
    (site / "runs.json").mkdir()
    (site / "runs.json" / "old.html").write_text("ours once")
    manifest = json.loads((site / ".wattboard-manifest.json").read_text())
    manifest["files"] += ["ppo", "runs.json/old.html"]
    (site / ".wattboard-manifest.json").write_text(json.dumps(manifest))
    assert build(tmp_path).code == 0
    assert published(site) == healthy
    assert (site / "ppo" / "index.html").is_file()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"files": "all"}',
        b'{"files": ["../victim", "/etc/passwd", "", 7, null, ".", "a/../../victim"]}',
        b'{"files": ["away/victim"]}',
    ],
)
def test_a_manifest_is_not_believed(content: bytes, tmp_path: Path, healthy: Figures) -> None:
    """A manifest that is damaged or names files outside removes nothing that is not in the site."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    site = tmp_path / "site"
    site.mkdir()
    (site / "away").symlink_to(tmp_path)
    (site / ".wattboard-manifest.json").write_bytes(content)
    assert build(tmp_path).code == 0
    assert published(site) == healthy
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("failure", ["spec", "filter", "no_runs", "strict", "in_the_way", "theme"])
def test_a_build_that_fails_leaves_the_old_site(
    failure: str, tmp_path: Path, healthy: Figures
) -> None:
    """Whatever goes wrong, the old site is there byte for byte, with its times, and nothing lies beside it."""
    assert build(tmp_path).code == 0
    before = state(tmp_path / "site")
    beside = names_in(tmp_path)
    spec, more = dict(SPEC), list[object]()
    match failure:
        case "spec":
            spec = {"Board": {"filter": "("}}
        case "filter":
            spec = {"Board": {"filter": r"^(\w|\w\w|/)+[!?]$"}}
            write_run(tmp_path / "logs" / ("a2c_vtrace_cule_" * 6), power_samples())
        case "no_runs":
            (tmp_path / "logs").rename(tmp_path / "gone")
            (tmp_path / "logs").mkdir()
            beside = sorted([*beside, "gone"])
        case "strict":
            spec = {"Board": {"child_experiments": {"None": {"filter": "nowhere"}}}}
            more = ["--strict"]
        case "in_the_way":
            spec = {"Board": {"child_experiments": {"New": {}}}}
            (tmp_path / "site" / "new").write_text("mine")
            before = state(tmp_path / "site")
        case "theme":
            more = ["--theme", "no-such-theme"]
    outcome = build(tmp_path, *more, spec=spec)
    assert outcome.code == 1
    assert outcome.err
    assert state(tmp_path / "site") == before
    assert names_in(tmp_path) == beside


def test_a_strict_build_fails_for_a_skipped_run(tmp_path: Path, healthy: Figures) -> None:
    """With --strict a run that is skipped is a failure, without it a message."""
    write_run(tmp_path / "logs" / "ppo" / "bad", b"")
    assert build(tmp_path).code == 0
    before = state(tmp_path / "site")
    outcome = build(tmp_path, "--strict")
    assert outcome.code == 1
    assert "logs/ppo/bad/impacttracker/data.json" in outcome.err
    assert state(tmp_path / "site") == before


@pytest.mark.parametrize("output", ["site", "./new/deep/site", "a site with spaces & #"])
def test_an_output_folder_of_any_name(
    output: str, tmp_path: Path, healthy: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to the current folder, several levels new, with any signs in it."""
    monkeypatch.chdir(tmp_path)
    write_spec(tmp_path, SPEC)
    outcome = wattboard("build", "logs", "--site-spec", "spec.json", "--output-dir", output)
    assert outcome.code == 0
    assert published(tmp_path / output) == healthy
    hidden = [n for n in names_in((tmp_path / output).parent) if n.startswith(".")]
    assert hidden in ([], [".cache"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["build"],
        ["build", "logs"],
        ["build", "logs", "--site-spec", "spec.json"],
        ["build", "--output-dir", "site"],
        ["build", "logs", "--jobs", "0", "--output-dir", "site", "--site-spec", "spec.json"],
        ["measure"],
        ["measure", "logs", "--pue", "much"],
        ["measure", "logs", "--format", "xml"],
        ["no-such-command"],
    ],
)
def test_wrong_usage_is_exit_code_2(
    arguments: list[str], tmp_path: Path, healthy: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong usage says how to use it, and exits with 2."""
    monkeypatch.chdir(tmp_path)
    write_spec(tmp_path, SPEC)
    outcome = wattboard(*arguments)
    assert outcome.code == 2
    assert outcome.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("pue", ["0.5", "nan", "inf", "-1"])
def test_a_pue_that_is_none(pue: str, tmp_path: Path, healthy: Figures) -> None:
    """A PUE below 1, or no number, is refused wherever it comes from."""
    assert wattboard("measure", tmp_path / "logs", "--pue", pue).code == 1
    assert build(tmp_path, "--pue", pue).code == 1
    assert not (tmp_path / "site").exists()
