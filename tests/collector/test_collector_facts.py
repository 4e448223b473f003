"""The facts that take time: packages, system, code, scheduler, container and cloud, without secrets."""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from importlib.metadata import distributions
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from wattboard.collector import facts, region
from wattboard.collector.facts import LOOK_UP_REGION, Gathering, node_id, read_packages
from wattboard.collector.git import read_git
from wattboard.collector.region import Region
from wattboard.collector.surroundings import read_cloud, read_container, read_os, read_scheduler

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

FIRST_LINE = {"python_packages", "os", "git", "scheduler", "container", "cloud"}


def write(root: Path, name: str, text: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


# The machine and its software


def test_a_node_is_the_same_until_it_starts_again(tmp_path: Path) -> None:
    """8 hex digits of a hash: the same for all parts on a machine, another after its next start."""
    boot_id = write(tmp_path, "proc/sys/kernel/random/boot_id", "3cbe5413-074f-4683-8825-4fe3\n")
    node = node_id(tmp_path)
    assert node == node_id(tmp_path) == "9204e9b8"
    boot_id.write_text("another\n")
    assert node_id(tmp_path) != node
    assert node_id(tmp_path / "elsewhere") is None


def test_packages_are_those_that_python_knows() -> None:
    """Names and versions are the same as importlib.metadata's, sorted, each once."""
    known = {(str(found.name), found.version) for found in distributions() if found.name}
    listed = [(package["name"], package["version"]) for package in read_packages()]
    assert set(listed) == known
    assert listed == sorted(known, key=lambda package: (package[0].lower(), package[1]))


def test_broken_packages_are_left_out(tmp_path: Path) -> None:
    """A package without metadata, or whose description speaks of names, does not spoil the list."""
    write(tmp_path, "good-1.0.dist-info/METADATA", "Name: Good\nVersion: 1.0\n\nName: not this\n")
    write(tmp_path, "old.egg-info/PKG-INFO", "Metadata-Version: 1.0\r\nName: old\r\nVersion: 2\r\n")
    write(tmp_path, "empty-1.0.dist-info/METADATA", "")
    (tmp_path / "gone-1.0.dist-info").mkdir()
    assert read_packages([str(tmp_path)]) == [
        {"name": "Good", "version": "1.0"},
        {"name": "old", "version": "2"},
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /etc/os-release")
def test_the_system_is_named_without_the_kernels_own_name(tmp_path: Path) -> None:
    """Whoever builds a kernel may put a host's name into its version: the numbers alone are kept."""
    write(tmp_path, "proc/sys/kernel/osrelease", "6.1.0-18-mylab-node7\n")
    assert read_os(tmp_path) == "Linux 6.1.0"
    release = 'PRETTY_NAME="x"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
    write(tmp_path, "etc/os-release", release)
    assert read_os(tmp_path) == "Linux 6.1.0 (Debian GNU/Linux 12)"
    write(tmp_path, "etc/os-release", "NAME='Arch Linux'\n")
    assert read_os(tmp_path) == "Linux 6.1.0 (Arch Linux)"


# Scheduler, container, cloud


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, None),
        (
            {"SLURM_JOB_ID": "4711", "SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS": "8"},
            {"name": "slurm", "nodes": 2, "tasks": 8},
        ),
        ({"SLURM_JOB_ID": "4711"}, {"name": "slurm", "nodes": None, "tasks": None}),
        (
            {"SLURM_JOB_ID": "4711", "SLURM_NNODES": "1", "SLURM_NTASKS": "many"},
            {"name": "slurm", "nodes": 1, "tasks": None},
        ),
        ({"PBS_JOBID": "1.server"}, {"name": "pbs", "nodes": None, "tasks": None}),
        (
            {"LSB_JOBID": "1", "LSB_DJOB_NUMPROC": "4"},
            {"name": "lsf", "nodes": None, "tasks": 4},
        ),
        (
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
            {"name": "kubernetes", "nodes": None, "tasks": None},
        ),
        (
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "SLURM_JOB_ID": "1"},
            {"name": "slurm", "nodes": None, "tasks": None},
        ),
    ],
)
def test_schedulers(environ: Mapping[str, str], found: Mapping[str, Any] | None) -> None:
    """A scheduler is known by a variable that is there; of its values only the numbers are kept."""
    assert read_scheduler(environ) == found


@pytest.mark.parametrize(
    ("files", "environ", "found"),
    [
        ({}, {}, None),
        ({".dockerenv": ""}, {}, "docker"),
        ({"run/.containerenv": ""}, {"container": "podman"}, "podman"),
        ({}, {"APPTAINER_CONTAINER": "/home/me/x.sif"}, "singularity"),
        ({".dockerenv": ""}, {"SINGULARITY_NAME": "x"}, "singularity"),
        ({".dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"proc/1/cgroup": "1:cpu:/kubepods/besteffort/pod1\n"}, {}, "kubernetes"),
        ({"proc/1/cgroup": "1:cpu:/docker/0123\n"}, {}, "docker"),
        ({"proc/1/cgroup": "0::/machine.slice/libpod-0123.scope\n"}, {}, "podman"),
        ({"proc/1/cgroup": "0::/init.scope\n"}, {}, None),
        ({}, {"container": "systemd-nspawn"}, "container"),
        ({}, {"container": "my own variable"}, None),
    ],
)
def test_containers(
    tmp_path: Path, files: Mapping[str, str], environ: Mapping[str, str], found: str | None
) -> None:
    """Each kind of container is known by the mark that it leaves; none of it is written out."""
    for name, text in files.items():
        write(tmp_path, name, text)
    assert read_container(tmp_path, environ) == found


@pytest.mark.parametrize(
    ("dmi", "found"),
    [
        ({}, None),
        ({"sys_vendor": "Amazon EC2", "product_name": "p4d.24xlarge"}, ("aws", "p4d.24xlarge")),
        ({"sys_vendor": "Amazon EC2", "product_name": "u-6tb1.metal"}, ("aws", "u-6tb1.metal")),
        (
            {"sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.11.amazon"},
            ("aws", None),
        ),
        ({"sys_vendor": "Google", "product_name": "Google Compute Engine"}, ("gcp", None)),
        (
            {
                "sys_vendor": "Microsoft Corporation",
                "product_name": "Virtual Machine",
                "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77",
            },
            ("azure", None),
        ),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine"}, None),
        ({"sys_vendor": "QEMU", "chassis_asset_tag": "OracleCloud.com"}, ("oracle", None)),
        ({"sys_vendor": "Hetzner", "product_name": "vServer"}, ("hetzner", None)),
        ({"sys_vendor": "UpCloud", "product_name": "server.1"}, ("upcloud", None)),
        ({"sys_vendor": "Dell Inc.", "product_name": "PowerEdge R740"}, None),
    ],
)
def test_clouds(
    tmp_path: Path, dmi: Mapping[str, str], found: tuple[str, str | None] | None
) -> None:
    """The firmware names the provider; one's own machine, and any other hypervisor's, has none."""
    for name, text in dmi.items():
        write(tmp_path, f"sys/class/dmi/id/{name}", f"{text}\n")
    cloud = read_cloud(tmp_path)
    assert cloud == (found and {"provider": found[0], "machine_type": found[1]})


# The code


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    git(folder, "init", "--quiet")
    write(folder, "train.py", "print('training')\n")
    git(folder, "add", "train.py")
    git(folder, "commit", "--quiet", "--message", "First")
    return folder


@needs_git
def test_the_commit_and_whether_the_code_differs(repository: Path) -> None:
    """A changed file counts, also from a folder below; one that git does not follow does not."""
    commit = git(repository, "rev-parse", "HEAD")
    write(repository, "results/untracked.csv", "")
    assert read_git(repository / "results", os.environ) == {"commit": commit, "modified": False}
    write(repository, "train.py", "print('changed')\n")
    assert read_git(repository / "results", os.environ) == {"commit": commit, "modified": True}


@needs_git
def test_no_commit_is_no_fact(repository: Path, tmp_path: Path) -> None:
    """Outside a repository, before a first commit, in a stranger's one and without git: null."""
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    outside = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    assert read_git(fresh, outside) is None
    git(fresh, "init", "--quiet")
    assert read_git(fresh, outside) is None
    strangers = {**os.environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    assert read_git(repository, strangers) is None
    assert read_git(repository, {"PATH": str(tmp_path)}) is None
    assert read_git(tmp_path / "gone", os.environ) is None


@needs_git
def test_the_repository_is_left_as_it_was(repository: Path, tmp_path: Path) -> None:
    """No file of the repository is written, and no program that its configuration names is run."""
    marker = tmp_path / "it-ran"
    hook = write(tmp_path, "hook", f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    shutil.copy(hook, repository / ".git" / "hooks" / "post-index-change")
    git(repository, "config", "core.fsmonitor", str(hook))
    # The index no longer knows the file's time, which `git status` would write down.
    os.utime(repository / "train.py", (1, 1))
    before = contents(repository)
    assert read_git(repository, os.environ) is not None
    assert contents(repository) == before
    assert not marker.exists()


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_git_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    """After its time git is gone, and so is what it has started."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    program = write(tmp_path, "bin/git", f"#!/bin/sh\nsleep 600 > {fifo} &\nsleep 600\n")
    program.chmod(0o755)
    environ = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    with os.fdopen(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        started_s = time.monotonic()
        assert read_git(tmp_path, environ, timeout_s=0.3) is None
        assert time.monotonic() - started_s < 60
        # The end of it: nobody has it open any more.
        assert select.select([pipe], [], [], 30)[0] == [pipe]
        assert pipe.read() == b""


# All at once


def test_a_fact_that_fails_or_is_late_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Others do not suffer from it; what comes later is there for the next to ask."""
    over = threading.Event()

    def late() -> int:
        over.wait()
        return 3

    gathering = Gathering({"late": late, "fails": lambda: 1 // 0, "null": lambda: None})
    assert gathering.take(0.05) == {"null": None}
    assert gathering.unknown == ["late"]
    assert "fails is not recorded: integer division" in caplog.text
    over.set()
    assert gathering.take(60) == {"late": 3}
    assert not gathering.unknown


def run_facts(
    folder: Path, *arguments: str, environ: Mapping[str, str]
) -> tuple[list[dict[str, Any]], str]:
    """The process as the monitor starts it: its lines, and what it had to say for people."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "wattboard.collector.facts", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_process_says_what_it_knows_and_no_secret(tmp_path: Path) -> None:
    """One line with all keys; nothing in it comes from a variable's text or a path."""
    folder = tmp_path / "jane-doe"
    folder.mkdir()
    secrets = {
        "SLURM_JOB_ID": "secret-job",
        "SLURM_JOB_USER": "secret-user",
        "SLURM_NTASKS": "secret-tasks",
        "APPTAINER_CONTAINER": "/secret/image.sif",
        "AWS_SECRET_ACCESS_KEY": "secret-key",
    }
    (line,), messages = run_facts(folder, environ=secrets)
    assert set(line) == FIRST_LINE
    assert line["scheduler"] == {"name": "slurm", "nodes": None, "tasks": None}
    assert line["container"] == "singularity"
    assert {"name": "pytest", "version": pytest.__version__} in line["python_packages"]
    said = json.dumps(line) + messages
    for unsaid in ("secret", "jane-doe", sys.prefix):
        assert unsaid not in said


def test_a_stated_region_is_in_the_first_line(tmp_path: Path) -> None:
    """What is known without the network does not wait for it."""
    (line,), _ = run_facts(tmp_path, LOOK_UP_REGION, environ={"WATTBOARD_REGION": "DEU"})
    assert line["region"] == {"id": "DEU", "name": "", "found_by": "WATTBOARD_REGION"}


@needs_git
def test_what_it_says_fits_the_log_format(repository: Path) -> None:
    """Every key is in the schema of info.json, with values as described there."""
    environ = {"SLURM_JOB_ID": "1", "SLURM_NTASKS": "8", "WATTBOARD_REGION": "US-CA"}
    (line,), _ = run_facts(repository, LOOK_UP_REGION, environ=environ)
    said = {**line, "node": node_id()}
    text = (files("wattboard.collector") / "data" / "log-format.schema.json").read_text("utf-8")
    properties = json.loads(text)["$defs"]["info"]["properties"]
    for key, value in said.items():
        jsonschema.validate(value, properties[key])
    assert said["git"]["modified"] is False


def test_a_wrong_region_is_told_and_a_forbidden_lookup_is_not_made(tmp_path: Path) -> None:
    """Mistakes go to the log for people, and the region stays unknown."""
    environ = {"WATTBOARD_REGION": "Narnia", "WATTBOARD_REGION_LOOKUP": "off"}
    (line,), messages = run_facts(tmp_path, LOOK_UP_REGION, environ=environ)
    assert line["region"] is None
    assert "WATTBOARD_REGION: expected a zone's id" in messages


def test_the_process_leaves_though_the_lookup_hangs(tmp_path: Path) -> None:
    """A network that swallows everything costs the region and 2 s, and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as swallows:
        proxy = f"http://127.0.0.1:{swallows.getsockname()[1]}"
        lines, messages = run_facts(tmp_path, LOOK_UP_REGION, environ={"HTTPS_PROXY": proxy})
    (line,) = lines
    assert set(line) == FIRST_LINE | {"region"}
    assert line["region"] is None
    assert "ipwho.is gave no answer within 2 s" in messages


def test_a_region_that_was_looked_up_is_a_second_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line does not wait for the network; its answer follows."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WATTBOARD_REGION", "WATTBOARD_REGION_LOOKUP", "WATTBOARD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(region, "look_up", lambda *_: Region("FRA", "a test"))
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    assert facts.main([LOOK_UP_REGION]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["region"] is None
    assert second == {"region": {"id": "FRA", "name": "", "found_by": "a test"}}


def test_the_process_ends_quietly_when_nobody_listens(tmp_path: Path) -> None:
    """A monitor that is gone costs no traceback."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "wattboard.collector.facts"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=60)
    assert errors == b""
