"""Jobs that end on the wrong hardware, with a message that says what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from wattboard.collector.checks import assert_cpus_by_attributes, assert_gpus_by_attributes
from wattboard.collector.errors import (
    CollectorError,
    HardwareMismatchError,
    SourceUnavailableError,
)
from wattboard.collector.hardware import CpuFacts
from wattboard.collector.power import SourceEntry

A100 = {
    "name": "NVIDIA A100-SXM4-80GB",
    "total_memory": 85_899_345_920,
    "driver_version": "550.54",
    "power_limit_w": 400.0,
}
V100 = A100 | {"name": "Tesla V100-SXM2-16GB", "total_memory": 17_179_869_184}

CPU = CpuFacts("AMD EPYC 7763 64-Core Processor", 256, 128, 2, "x86_64", False, 1 << 40)


@dataclass
class Gpus:
    """A power source with these GPUs; counts how often it is opened and closed."""

    found: list[dict[str, Any]]
    opened: int = 0
    component: str = "gpu"
    unavailable: str | None = None
    entry: SourceEntry = field(init=False)

    def __post_init__(self) -> None:
        self.entry = SourceEntry("nvml", "gpu", self._open)  # type: ignore[arg-type]

    def _open(self, _: CpuFacts) -> Gpus:
        if self.unavailable:
            raise SourceUnavailableError(self.unavailable)
        self.opened += 1
        return self

    def devices(self) -> list[dict[str, Any]]:
        return self.found

    def close(self) -> None:
        self.opened -= 1


def never_opened(_: CpuFacts) -> Any:
    raise AssertionError("the processors' power is none of this check's business")


def check(gpus: Gpus, **attributes: str | float) -> None:
    registry = [SourceEntry("rapl", "cpu", never_opened), gpus.entry]
    assert_gpus_by_attributes(attributes, registry)


def test_the_right_gpus_are_passed() -> None:
    """Case and runs of spaces do not matter, numbers count by value, and all is closed again."""
    gpus = Gpus([A100, A100])
    check(gpus, name="nvidia  a100-sxm4-80gb ")
    check(gpus, total_memory=85_899_345_920.0, power_limit_w=400, driver_version="550.54")
    check(gpus, total_memory="85899345920")
    check(gpus)
    assert gpus.opened == 0


def test_one_wrong_gpu_is_enough() -> None:
    """Every GPU must be as expected; the message names the one that is not, and lists them all."""
    gpus = Gpus([A100, V100])
    with pytest.raises(HardwareMismatchError) as raised:
        check(gpus, name="NVIDIA A100-SXM4-80GB")
    assert str(raised.value) == (
        'expected GPUs with name "NVIDIA A100-SXM4-80GB", but\n'
        '  GPU 1: name "Tesla V100-SXM2-16GB"\n'
        "found\n"
        '  GPU 0: name "NVIDIA A100-SXM4-80GB", total_memory 85899345920, '
        'driver_version "550.54", power_limit_w 400.0\n'
        '  GPU 1: name "Tesla V100-SXM2-16GB", total_memory 17179869184, '
        'driver_version "550.54", power_limit_w 400.0'
    )
    assert gpus.opened == 0


def test_an_attribute_that_there_is_not() -> None:
    """A misspelt attribute ends the job too, and the message lists those that there are."""
    with pytest.raises(HardwareMismatchError) as raised:
        check(Gpus([A100]), product_name="NVIDIA A100-SXM4-80GB")
    assert (
        'GPU 0: no attribute "product_name" among '
        "name, total_memory, driver_version, power_limit_w" in str(raised.value)
    )


def test_no_gpu_is_not_the_right_gpu() -> None:
    """Without a GPU nothing is as expected; the message says why none was found."""
    gpus = Gpus([], unavailable="NVML cannot be opened")
    with pytest.raises(HardwareMismatchError) as raised:
        check(gpus, name="NVIDIA A100-SXM4-80GB")
    assert str(raised.value) == (
        'expected GPUs with name "NVIDIA A100-SXM4-80GB", found no GPU\n'
        "  nvml: NVML cannot be opened"
    )
    with pytest.raises(HardwareMismatchError, match="expected GPUs, found no GPU"):
        check(Gpus([]))


def test_processors() -> None:
    """The same for processors: name, counts and memory as the log calls them."""
    assert_cpus_by_attributes({"brand": "amd epyc 7763 64-core processor", "sockets": 2}, CPU)
    with pytest.raises(HardwareMismatchError) as raised:
        assert_cpus_by_attributes({"brand": "Intel", "count": "many"}, CPU)
    assert str(raised.value) == (
        'expected processors with brand "Intel", count "many", but\n'
        '  CPU: brand "AMD EPYC 7763 64-Core Processor"\n'
        "  CPU: count 256\n"
        "found\n"
        '  CPU: brand "AMD EPYC 7763 64-Core Processor", count 256, physical_cores 128, '
        'sockets 2, arch "x86_64", virtual_machine "no", total_memory 1099511627776'
    )


def test_this_machine() -> None:
    """Without anything handed in, the machine that the test runs on is asked."""
    with pytest.raises(HardwareMismatchError, match="expected processors with brand"):
        assert_cpus_by_attributes({"brand": "none of this kind"})


def test_it_is_caught_as_the_collectors_error_and_as_an_assertion() -> None:
    """Who catches either of the two catches it."""
    assert issubclass(HardwareMismatchError, CollectorError)
    assert issubclass(HardwareMismatchError, AssertionError)
