"""The run's processes: found, followed and counted, however they come and go."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from trainings import read_samples, training, wait_until
from wattboard.collector import procfs
from wattboard.collector.process_tree import MONITOR_MODULE, ProcessTree
from wattboard.collector.procfs import LinuxMachine

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
ROOT, OTHER = 100, 50
"""Process numbers of the training, and of a process that is not of the run."""


class FakeProc:
    """A folder like /proc, in which processes are made and ended by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.began(5)
        self.start(OTHER, 1)
        self.start(ROOT, OTHER)
        (folder / "meminfo").write_text("MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 60 kB\n")
        (folder / "self").mkdir()

    def began(self, n: int | None) -> None:
        """Say how many processes there have ever been; None: nothing, as some sandboxes do."""
        line = "" if n is None else f"processes {n}\n"
        (self.folder / "stat").write_text(f"cpu  100 0 50 9999 0 3 2 0 7 0\ncpu0 1 1\n{line}x 1\n")

    def start(
        self,
        pid: int,
        parent: int,
        *,
        name: str = "python3",
        started: int = 7,
        cpu_s: float = 1.0,
        command: Iterable[str] = ("python3", "train.py"),
    ) -> None:
        """Begin a process, or change one that there is."""
        folder = self.folder / str(pid)
        folder.mkdir(exist_ok=True)
        ticks = round(cpu_s * TICKS_PER_S)
        fields = f"S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0 {started} 0 0"
        (folder / "stat").write_text(f"{pid} ({name}) {fields}\n")
        (folder / "statm").write_text("30 20 10 1 0 1 0\n")
        (folder / "io").write_text("rchar: 9\nread_bytes: 0\nwrite_bytes: 4096\ncancelled: 1\n")
        (folder / "cmdline").write_text("\0".join(command) + "\0")

    def end(self, pid: int) -> None:
        shutil.rmtree(self.folder / str(pid))


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProc:
    # A file that stays open does not tell of its deletion, as one in /proc does.
    monkeypatch.setattr(procfs, "_MAX_KEPT_OPEN", 0)
    (tmp_path / "proc").mkdir()
    return FakeProc(tmp_path / "proc")


class CountingMachine(LinuxMachine):
    """Counts how often the list of all processes was asked for."""

    n_lists = 0

    def pids(self) -> Collection[int]:
        self.n_lists += 1
        return super().pids()


def pids(tree: ProcessTree, begun: int | None = None) -> set[int]:
    """The numbers of the processes that count."""
    return {key.pid for key in tree.read(begun).run}


@pytest.mark.parametrize("name", ["a b", ") R 1 1", "(sd-pam)", "((", "))", "\n) S 9", "名前"])
def test_a_name_may_hold_anything(proc: FakeProc, name: str) -> None:
    """Brackets, spaces and line ends in a process's name shift none of the fields behind it."""
    proc.start(101, ROOT, name=name, cpu_s=2.5)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT).read()
    (use,) = [use for key, use in tree.run.items() if key.pid == 101]
    assert (use.parent_pid, use.user_s, use.written_bytes) == (ROOT, 2.5, 4096)
    page = os.sysconf("SC_PAGE_SIZE")
    assert (use.vms, use.rss, use.shared) == (30 * page, 20 * page, 10 * page)


def test_the_machine_as_a_whole(proc: FakeProc) -> None:
    """CPU time without idling and without guests, which are in user time; memory; processes begun."""
    machine = LinuxMachine(proc.folder)
    counters = machine.counters()
    assert counters.busy_cpu_seconds == pytest.approx(155 / TICKS_PER_S)
    assert counters.processes_begun == 5
    assert (machine.memory().total, machine.memory().used) == (100 * 1024, 40 * 1024)
    proc.began(None)
    assert machine.counters().processes_begun is None


def test_only_what_is_below_the_root_counts(proc: FakeProc) -> None:
    """Children at any depth, but no sibling, no parent and nobody else."""
    for pid, parent in ((101, ROOT), (103, 102), (102, 101), (60, OTHER), (61, 60), (104, 4711)):
        proc.start(pid, parent)
    assert pids(ProcessTree(LinuxMachine(proc.folder), ROOT)) == {ROOT, 101, 102, 103}
    assert pids(ProcessTree(LinuxMachine(proc.folder), ROOT, without_root=True)) == {101, 102, 103}
    assert pids(ProcessTree(LinuxMachine(proc.folder), ROOT, without={101})) == {ROOT}


def test_processes_that_name_each_other_as_parents_do_not_hang_it(proc: FakeProc) -> None:
    """Numbers given anew between two reads can make a circle."""
    proc.start(200, 201)
    proc.start(201, 200)
    assert pids(ProcessTree(LinuxMachine(proc.folder), ROOT)) == {ROOT}
    proc.start(101, ROOT)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    assert pids(tree) == {ROOT, 101}
    proc.start(101, 102)
    proc.start(102, 101)
    assert pids(tree) == {ROOT, 101, 102}


@pytest.mark.parametrize("missing", ["stat", "statm", "io", "cmdline"])
def test_a_process_may_vanish_at_any_moment(proc: FakeProc, missing: str) -> None:
    """A file that is gone when it is read costs that process, or only what the file told."""
    proc.start(101, ROOT)
    proc.start(102, ROOT)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    assert pids(tree) == {ROOT, 101, 102}
    (proc.folder / "101" / missing).unlink()
    proc.start(103, ROOT)
    (proc.folder / "103" / missing).unlink()
    still_there = {101, 103} if missing in ("io", "cmdline") else set()
    assert pids(tree) == {ROOT, 102} | still_there
    proc.end(101)
    assert pids(tree) == {ROOT, 102} | still_there - {101}


@pytest.mark.parametrize("empty", ["stat", "statm", "io", "cmdline"])
def test_a_file_may_be_empty(proc: FakeProc, empty: str) -> None:
    """As some sandboxes show a process that has ended."""
    for pid in (101, 102):
        proc.start(pid, ROOT)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    assert pids(tree) == {ROOT, 101, 102}
    proc.start(103, ROOT)
    for pid in (101, 103):
        (proc.folder / str(pid) / empty).write_text("")
    still_there = {101, 103} if empty in ("io", "cmdline") else set()
    assert pids(tree) == {ROOT, 102} | still_there


def test_a_number_that_is_given_again_is_another_process(proc: FakeProc) -> None:
    """By its start it is told apart: it may be of the run or not, and has its own CPU time."""
    proc.start(101, ROOT, started=7)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    (before,) = [key for key in tree.read().run if key.pid == 101]
    proc.start(101, ROOT, started=8)
    (after,) = [key for key in tree.read().run if key.pid == 101]
    assert before != after
    proc.start(101, OTHER, started=9)
    assert pids(tree) == {ROOT}


def test_a_daemon_that_was_seen_stays(proc: FakeProc) -> None:
    """A grandchild whose parent ended has init as parent; it is still of the run, with its children."""
    proc.start(101, ROOT)
    proc.start(102, 101)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    assert pids(tree) == {ROOT, 101, 102}
    proc.end(101)
    proc.start(102, 1)
    assert pids(tree) == {ROOT, 102}
    proc.start(103, 102)
    assert pids(tree) == {ROOT, 102, 103}


def test_nobody_is_looked_for_where_none_began(proc: FakeProc) -> None:
    """A counter of processes that was seen to grow saves looking through all of them."""
    machine = CountingMachine(proc.folder)
    tree = ProcessTree(machine, ROOT)
    assert pids(tree, 5) == {ROOT}
    proc.start(101, ROOT)
    assert pids(tree, 6) == {ROOT, 101}
    looked = machine.n_lists
    assert pids(tree, 6) == {ROOT, 101}
    assert machine.n_lists == looked
    proc.start(102, ROOT)
    assert pids(tree, 7) == {ROOT, 101, 102}


@pytest.mark.parametrize("begun", [0, 4711, None])
def test_a_counter_that_never_grows_is_not_believed(proc: FakeProc, begun: int | None) -> None:
    """Some sandboxes show a constant, others nothing: new processes are found all the same."""
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    assert pids(tree, begun) == {ROOT}
    for pid in (101, 102):
        proc.start(pid, ROOT)
        assert pid in pids(tree, begun)


MONITOR = ("python", "-P", "-m", MONITOR_MODULE)


def test_a_rank_that_the_training_started_is_apart(proc: FakeProc) -> None:
    """It writes its own part, so it and all below it do not count here, as long as it is measured."""
    proc.start(101, ROOT)
    proc.start(102, 101)
    proc.start(103, 101, command=(*MONITOR, "this-run"))
    proc.start(104, ROOT)
    machine = LinuxMachine(proc.folder)
    tree = ProcessTree(machine, ROOT, "this-run")
    assert pids(tree) == {ROOT, 104}
    assert {key.pid for key in tree.read().apart} == {101, 102, 103}
    proc.end(103)
    assert pids(tree) == {ROOT, 101, 102, 104}


def test_of_another_run_the_monitor_alone_is_apart(proc: FakeProc) -> None:
    """What another run measures below this one is of both; its monitor is of none."""
    proc.start(101, ROOT)
    proc.start(102, 101)
    proc.start(103, 101, command=(*MONITOR, "another-run"))
    proc.start(104, 103)
    proc.start(105, ROOT, command=(*MONITOR, "this-run"))
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT, "this-run")
    assert pids(tree) == {ROOT, 101, 102}
    assert {key.pid for key in tree.read().apart} == {103, 104, 105}


def test_a_monitor_is_known_once_it_has_its_command_line(proc: FakeProc) -> None:
    """Between fork and exec it bears its parent's."""
    proc.start(101, ROOT)
    proc.start(102, 101)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT, "this-run")
    for _ in range(5):
        assert pids(tree) == {ROOT, 101, 102}
    proc.start(102, 101, command=(*MONITOR, "this-run"))
    assert pids(tree) == {ROOT}


def test_words_like_a_monitors_do_not_make_one(proc: FakeProc) -> None:
    """A command that only names the module, without a run, is measured like any other."""
    for pid, command in ((101, ("less", MONITOR_MODULE)), (102, (MONITOR_MODULE,)), (103, ())):
        proc.start(pid, ROOT, command=command)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT, "this-run")
    assert pids(tree) == {ROOT, 101, 102, 103}


def n_open() -> int:
    """How many descriptors this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_of_many_processes_only_some_stay_open(
    proc: FakeProc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are read, whether their files stay open or not; those that end give their place back."""
    monkeypatch.setattr(procfs, "_MAX_KEPT_OPEN", 5)
    before = n_open()
    for pid in range(101, 121):
        proc.start(pid, ROOT, cpu_s=pid)
    tree = ProcessTree(LinuxMachine(proc.folder), ROOT)
    uses = {key.pid: use.user_s for key, use in tree.read().run.items()}
    assert uses == {ROOT: 1.0, **{pid: float(pid) for pid in range(101, 121)}}
    assert n_open() == before + 5 * 3
    for pid in (ROOT, *range(101, 121)):
        proc.start(pid, ROOT, started=8)  # that is: another process
    tree.read()
    for pid in (ROOT, *range(101, 121)):
        proc.end(pid)
    tree.read()
    tree.read()
    assert n_open() <= before + 5 * 3


# Real processes. Each training says what the kernel counted for it and its children.

ACCOUNTING = """
import resource

def used():
    all_ = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in all_)

def fork(work, *arguments):
    child = os.fork()
    if not child:
        work(*arguments)
        os._exit(0)
    return child
"""


def cpu_seconds(logdir: Path) -> float:
    """What the log attributes to the run."""
    seconds = read_samples(logdir)[-1]["attributable_cpu_seconds"]
    assert isinstance(seconds, float)
    return seconds


SHORT_LIVED = """
def seconds_in(before): return used() - before
with tracker():
    before = used()
    for n in range(50):
        # Four at a time: some begin and end between two reads, others are seen.
        children = [fork(burn, 0.002 + 0.05 * (n % 10 == i)) for i in range(4)]
        for child in children: os.waitpid(child, 0)
    took = used() - before
ready(took)
"""


def test_two_hundred_short_lived_children(tmp_path: Path) -> None:
    """What they used is neither lost nor counted twice, as the kernel's own account says."""
    with training(tmp_path, ACCOUNTING + SHORT_LIVED, until_ready=False) as run:
        took = float(run.line().removeprefix("ready "))
        assert run.wait() == 0
    assert cpu_seconds(tmp_path) == pytest.approx(took, abs=0.1 + 0.1 * took)
    assert max(len(sample["process_ids"]) for sample in read_samples(tmp_path)) > 1


DEEP = """
def nested(depth):
    if depth: os.waitpid(fork(nested, depth - 1), 0)
    else: burn(0.4)
with tracker():
    before = used()
    nested(30)
    took = used() - before
ready(took)
"""


def test_a_deep_tree(tmp_path: Path) -> None:
    """Thirty generations, of which the last one works."""
    with training(tmp_path, ACCOUNTING + DEEP, until_ready=False) as run:
        took = float(run.line().removeprefix("ready "))
        assert run.wait() == 0
    assert cpu_seconds(tmp_path) == pytest.approx(took, abs=0.1 + 0.1 * took)
    assert max(len(sample["process_ids"]) for sample in read_samples(tmp_path)) == 31


DAEMON = """
def grandchild():
    os.setsid()
    while os.getppid() == child: time.sleep(0.01)
    burn(0.4)
    time.sleep(60)
def daemonise():
    global child
    child = os.getpid()
    ready(child, fork(grandchild))
    time.sleep(60)
with tracker():
    os.waitpid(fork(daemonise), 0)
    burn(60)
"""


def test_a_daemon_that_was_seen_stays_counted(tmp_path: Path) -> None:
    """After its parent's end a grandchild in a session of its own still belongs to the run."""
    with training(tmp_path, ACCOUNTING + DAEMON, until_ready=False) as run:
        child, daemon = (int(pid) for pid in run.line().removeprefix("ready ").split())
        wait_until(lambda: daemon in read_samples(tmp_path)[-1]["process_ids"])
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: _user_seconds(tmp_path, daemon) > 0.3)
        assert child not in read_samples(tmp_path)[-1]["process_ids"]


def _user_seconds(logdir: Path, pid: int) -> float:
    times = read_samples(logdir)[-1]["cpu_time_seconds"].get(str(pid), {})
    return float(times.get("user", 0) + times.get("system", 0))


MANY = """
def generation():
    return [fork(time.sleep, 60) for _ in range(int(sys.argv[2]))]
with tracker():
    for _ in range(2):
        children = generation(); ready(*children); sys.stdin.readline()
        for child in children: os.kill(child, signal.SIGKILL)
        for child in children: os.waitpid(child, 0)
    ready(); sys.stdin.readline()
"""


@pytest.mark.parametrize(("n", "limit"), [(40, 1024), (150, 1024), (60, 90)])
def test_descriptors_do_not_leak(tmp_path: Path, n: int, limit: int) -> None:
    """Processes come and go; the monitor sees all, and has open what it had before."""

    def restrict() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    with training(
        tmp_path,
        ACCOUNTING + MANY,
        str(n),
        stdin=subprocess.PIPE,
        until_ready=False,
        preexec_fn=restrict,
    ) as run:
        assert run.process.stdin is not None
        for _ in range(2):
            children = {int(pid) for pid in run.line().removeprefix("ready ").split()}
            wait_until(lambda seen=children: seen <= set(read_samples(tmp_path)[-1]["process_ids"]))
            run.process.stdin.write("\n")
            run.process.stdin.flush()
        run.line()
        wait_until(lambda: len(read_samples(tmp_path)[-1]["process_ids"]) == 1)
        monitor = run.monitor()
        wait_until(lambda: monitor.num_fds() < 15)
