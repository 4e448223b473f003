"""The run's processes: the training process and all below it, as they come and go.

Left out, though they stand below it: the collector's own processes, and processes that write a
part of the same run themselves (a rank that the training has started), or their energy would be
in the run twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .machine import Machine, Process, ProcessKey, ProcessUse

MONITOR_MODULE = "wattboard.collector.monitor"

_LOOKS_AT_ARGUMENTS = 10
"""Seen between fork and exec, a process still bears its parent's command line: look again.

More than twice, since a machine with too much to do leaves it there for some samples; not always,
since a forked worker never gets a command line of its own.
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """The processes at one moment."""

    run: Mapping[ProcessKey, ProcessUse]
    """Those that count."""
    apart: Mapping[ProcessKey, ProcessUse]
    """Those that do not. Their time must be known, since their parents inherit it."""

    @property
    def all(self) -> Mapping[ProcessKey, ProcessUse]:
        return {**self.run, **self.apart}


@dataclass(slots=True)
class _Member:
    """A process of the tree, known since it was first seen."""

    process: Process
    looks: int = 0
    monitor_of: str | None = None
    """The run's name, if this is a monitor."""


class ProcessTree:
    """Follows a process and its descendants."""

    def __init__(
        self,
        machine: Machine,
        root_pid: int,
        run_key: str = "",
        *,
        without: Collection[int] = (),
        without_root: bool = False,
    ) -> None:
        """Args:
        root_pid: The process whose tree is followed.
        run_key: The name that the monitors of this run bear in their command lines.
        without: Left out with all that they start, such as the monitor that asks.
        without_root: Only what is below it counts.
        """
        self._machine = machine
        self._root_pid = root_pid
        self._run_key = run_key
        self._without = without
        self._without_root = without_root
        self._members: dict[int, _Member] = {}
        self._outside: set[int] = set()
        """Living processes that do not belong to the tree, and never will."""
        self._begun: int | None = None
        self._is_begun_counted = False

    def read(self, processes_begun: int | None = None) -> Tree:
        """All living processes of the tree; one that vanishes while it is read is left out.

        Args:
            processes_begun: How many the machine has ever begun, asked just before. Where none
                began since the last read, nobody new needs to be looked for.
        """
        found = self._read_known()
        if not self._none_began(processes_begun):
            found |= self._look_for_new()
        for pid in found:
            self._look_at_arguments(pid)
        run: dict[ProcessKey, ProcessUse] = {}
        apart: dict[ProcessKey, ProcessUse] = {}
        heads = self._heads_apart(found)
        for pid, use in found.items():
            part = apart if self._is_apart(pid, heads, found) else run
            part[self._members[pid].process.key] = use
        return Tree(run, apart)

    def _none_began(self, begun: int | None) -> bool:
        earlier, self._begun = self._begun, begun
        if begun is None or earlier is None:
            return False
        # Some sandboxes show a number that never changes: believed once it was seen to grow, as it
        # must after the first read, since the monitor then starts a process of its own.
        self._is_begun_counted |= begun > earlier
        return self._is_begun_counted and begun == earlier

    def _look_for_new(self) -> dict[int, ProcessUse]:
        """Take new processes of the tree into it, where they stay until they end."""
        pids = set(self._machine.pids())
        # Numbers are given in turn: none comes again within one interval.
        self._outside &= pids
        new = {}
        for pid in pids - self._outside - self._members.keys():
            process = self._machine.open(pid)
            if process is not None:
                new[pid] = process
        joined = {pid for pid in new if self._descends(pid, new)}
        self._outside |= new.keys() - joined
        self._members |= {pid: _Member(new[pid]) for pid in joined}
        return {pid: use for pid in joined if (use := new[pid].read()) is not None}

    def _read_known(self) -> dict[int, ProcessUse]:
        found = {}
        for pid, member in list(self._members.items()):
            use = member.process.read()
            if use is None:
                member.process.close()
                del self._members[pid]
            else:
                found[pid] = use
        return found

    def _descends(self, pid: int, new: Mapping[int, Process]) -> bool:
        """Whether a process that was not there before is the root or stands below a member."""
        seen = set(self._without)
        while pid not in self._members:
            if pid == self._root_pid:
                return True
            if pid not in new or pid in seen:
                return False
            seen.add(pid)
            pid = new[pid].parent_pid
        return True

    def _look_at_arguments(self, pid: int) -> None:
        member = self._members[pid]
        if member.looks >= _LOOKS_AT_ARGUMENTS or pid == self._root_pid:
            return
        member.looks += 1
        arguments = list(self._machine.arguments(pid))
        for option, module, run_key in zip(arguments, arguments[1:], arguments[2:], strict=False):
            if (option, module) == ("-m", MONITOR_MODULE):
                member.monitor_of = run_key

    def _heads_apart(self, found: Mapping[int, ProcessUse]) -> set[int]:
        """The processes that do not count together with all below them."""
        heads = set()
        for pid, use in found.items():
            run_key = self._members[pid].monitor_of
            if run_key is not None:
                heads.add(pid)
                if run_key == self._run_key:
                    heads.add(use.parent_pid)
        return heads - {self._root_pid}

    def _is_apart(self, pid: int, heads: set[int], found: Mapping[int, ProcessUse]) -> bool:
        if pid == self._root_pid:
            return self._without_root
        seen = set()
        while pid in found and pid not in seen:
            if pid in heads:
                return True
            seen.add(pid)
            pid = found[pid].parent_pid
        return False
