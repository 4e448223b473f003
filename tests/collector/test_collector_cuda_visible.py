"""Which GPUs CUDA_VISIBLE_DEVICES gives to a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wattboard.collector.power.cuda_visible import ListedGpu, visible_gpus

FOUR = [
    ListedGpu("GPU-3e8b7a54-0f6d-4c19-8a27-5d1c9be04f21", "A100"),
    ListedGpu("GPU-3e9c1b20-7d11-4b0e-9f3a-0a4c2d6e8f10", "A100"),
    ListedGpu(
        "GPU-9c51d1f2-7f0e-4e0b-b1a3-20c3f7a94d68",
        "A100",
        ("MIG-1d2a6ff0-9a1f-5a9e-8d0c-33a1f3c8f5b0", "MIG-5b7c1c4e-2f44-5b86-a9b6-7f1e0c6d2a11"),
    ),
    ListedGpu("GPU-b0d4e6f8-1122-4334-9556-778899aabbcc", "A100"),
]


@pytest.mark.parametrize(
    ("value", "gpus"),
    [
        (None, (0, 1, 2, 3)),
        ("", ()),
        ("-1", ()),
        ("NoDevFiles", ()),
        ("0", (0,)),
        ("3,1", (1, 3)),
        (" 1 , 2", (1, 2)),
        ("1,1", (1,)),
        # What follows an entry that fits nothing is ignored.
        ("0,4,1", (0,)),
        ("2,-1,3", (2,)),
        ("1,x,2", (1,)),
        ("1,,2", (1,)),
        # Names, also shortened, as long as they fit one GPU.
        ("GPU-9c51d1f2-7f0e-4e0b-b1a3-20c3f7a94d68", (2,)),
        ("GPU-b0,GPU-3e9", (1, 3)),
        ("GPU-b0,GPU-3e,GPU-9c", (3,)),
        ("GPU-", ()),
        ("GPU-ffff", ()),
        # Parts of a divided GPU.
        ("MIG-1d2a6ff0-9a1f-5a9e-8d0c-33a1f3c8f5b0", (2,)),
        ("MIG-5b7", (2,)),
        ("MIG-GPU-9c51d1f2-7f0e-4e0b-b1a3-20c3f7a94d68/2/0", (2,)),
        ("MIG-ffff", ()),
    ],
)
def test_as_cuda_reads_it(value: str | None, gpus: tuple[int, ...]) -> None:
    """Numbers and names choose GPUs, in the driver's order."""
    environ = {} if value is None else {"CUDA_VISIBLE_DEVICES": value}
    visible = visible_gpus(FOUR, environ)
    assert (visible.gpus, visible.note) == (gpus, None)


def test_a_part_that_was_given_by_name_is_known() -> None:
    """Which part of a divided GPU the run was given is told, for the log."""
    assert visible_gpus(FOUR, {"CUDA_VISIBLE_DEVICES": "MIG-5b7,0"}).mig_uuids == {
        "MIG-5b7c1c4e-2f44-5b86-a9b6-7f1e0c6d2a11"
    }


@pytest.mark.parametrize(
    ("value", "gpus", "has_note"),
    [("0", (0, 1), True), ("GPU-b", (1,), False), ("", (), False), ("-1", (), False)],
)
def test_numbers_choose_nothing_among_different_kinds(
    value: str, gpus: tuple[int, ...], has_note: bool
) -> None:
    """CUDA's order of different kinds is its own; names and none at all are still clear."""
    mixed = [ListedGpu("GPU-a", "slow"), ListedGpu("GPU-b", "fast")]
    visible = visible_gpus(mixed, {"CUDA_VISIBLE_DEVICES": value})
    assert (visible.gpus, visible.note is not None) == (gpus, has_note)


@given(st.text(alphabet="0123456789,-GPUMIabcdef/ x", max_size=40))
def test_whatever_stands_there_is_read(value: str) -> None:
    """Any text gives places that exist, in order."""
    gpus = visible_gpus(FOUR, {"CUDA_VISIBLE_DEVICES": value}).gpus
    assert list(gpus) == sorted(set(gpus))
    assert all(0 <= place < len(FOUR) for place in gpus)
