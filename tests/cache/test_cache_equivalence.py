"""Whatever happens to logs, spec, processor, site and cache: what the next build makes is what a first build makes."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path

from edited_board import Board
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

_EXAMPLES = int(os.environ.get("WATTBOARD_EDITS", "3"))
_STEPS = 8

NAMES = st.sampled_from([f"{leaf}/seed_{i}" for leaf in "abc" for i in range(3)])
WATTS = st.sampled_from([50.0, 51.0, 60.0])


class Edits(RuleBasedStateMachine):
    """A board, its site, and someone who edits."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="wattboard-edits-"))
        self.board = Board(self.folder)
        self.is_built = False

    @initialize()
    def begin(self) -> None:
        for name in ("a/seed_0", "a/seed_1", "b/seed_0"):
            self.board.run(name, 50.0)
        self.board.settle()

    @rule(name=NAMES, watts=WATTS, score=st.integers(0, 3))
    def write_a_run(self, name: str, watts: float, score: int) -> None:
        """A new one, or another in its place, of the same size and within the same second."""
        self.board.run(name, watts, score)
        self.is_built = False

    @rule(name=NAMES, watts=WATTS)
    def write_in_place_with_the_same_times(self, name: str, watts: float) -> None:
        file = self.board.logs / name / "impacttracker/data.json"
        if file.exists():
            before = file.stat()
            text = file.read_text()
            old = f"{self.board.watts[name]:.1f}"
            with file.open("r+") as opened:
                opened.write(text.replace(old, f"{watts:.1f}"))
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.board.watts[name] = watts
            self.is_built = False

    @rule(name=NAMES)
    def remove_a_run(self, name: str) -> None:
        if name in self.board.watts and len(self.board.watts) > 1:
            self.board.remove(name)
            self.is_built = False

    @rule(name=NAMES, to=NAMES)
    def rename_a_run(self, name: str, to: str) -> None:
        if name in self.board.watts and to not in self.board.watts:
            (self.board.logs / to).parent.mkdir(exist_ok=True)
            (self.board.logs / name).rename(self.board.logs / to)
            self.board.watts[to] = self.board.watts.pop(name)
            self.is_built = False

    @rule(name=NAMES, score=st.integers(0, 3))
    def write_a_result(self, name: str, score: int) -> None:
        if name in self.board.watts:
            (self.board.logs / name / "score.txt").write_text(str(score))
            self.is_built = False

    @rule(seconds=st.sampled_from([-1000, 0, 10**7]))
    def set_times(self, seconds: int) -> None:
        """Into the past, to now, and into the future, as clocks that go wrong do."""
        now = self.folder.stat().st_mtime + seconds
        for file in self.board.logs.rglob("*.*"):
            os.utime(file, (now, now))

    @rule(text=st.sampled_from(["One", "Two"]), factor=st.sampled_from([1.0, 2.0]))
    def edit_spec_and_processor(self, text: str, factor: float) -> None:
        self.board.description, self.board.factor = text, factor
        self.is_built = False

    @rule(columns=st.sampled_from([("facility_energy_kwh", "score"), ("emissions_kg",)]))
    def edit_columns(self, columns: tuple[str, ...]) -> None:
        self.board.columns = columns
        self.is_built = False

    @rule(pue=st.sampled_from([None, 1.1]))
    def set_pue(self, pue: float | None) -> None:
        self.board.pue = pue
        self.is_built = False

    @rule(seed=st.integers(0, 10**6))
    def spoil_the_site(self, seed: int) -> None:
        self._spoil(self.board.site, seed)

    @rule(seed=st.integers(0, 10**6))
    def spoil_the_cache(self, seed: int) -> None:
        self._spoil(self.board.cache, seed)

    def _spoil(self, folder: Path, seed: int) -> None:
        """Delete or overwrite a file."""
        files = [
            file
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.name not in (".wattboard-manifest.json", "CACHEDIR.TAG")
        ]
        if files:
            chance = random.Random(seed)
            file = chance.choice(files)
            if chance.random() < 0.3:
                file.unlink()
            else:
                data = bytearray(file.read_bytes() or b"x")
                data[chance.randrange(len(data))] ^= 255
                file.write_bytes(data)
            self.is_built = False

    @rule()
    def lose_the_cache(self) -> None:
        shutil.rmtree(self.board.cache, ignore_errors=True)

    @rule()
    def build(self) -> None:
        self.board.build()
        self.is_built = True

    @invariant()
    def a_site_is_as_if_built_from_nothing(self) -> None:
        if self.is_built:
            self.board.check()

    def teardown(self) -> None:
        if self.board.watts:
            self.board.build()
            self.board.check()
        shutil.rmtree(self.folder)


def test_edits_and_builds() -> None:
    """Some sequences of edits here, many more by `make soak`."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Edits,
        settings=settings(max_examples=_EXAMPLES, stateful_step_count=_STEPS, deadline=None),
    )
