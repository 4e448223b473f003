"""Stands for the module `pynvml`, and answers as a file of `nvml/` says.

A file has the answers of the library ("system") and of each device, and steps that replace some of
them. A device's name is its number; "0/2" is the third MIG device of the first. An answer
{"error": n} is raised; what is not listed is not supported.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml

FOLDER = Path(__file__).parent / "nvml"

EVERY_QUESTION = "every question"


class Handle(str):
    """A device's name in the file, good until the library is shut down."""

    initialised: int


class ReplayedNvml:
    """The functions of pynvml that are used."""

    NVMLError = pynvml.NVMLError
    NVML_ERROR_NOT_FOUND = pynvml.NVML_ERROR_NOT_FOUND

    def __init__(self, name: str, pids: Mapping[str, int]) -> None:
        """Args:
        name: Of the file.
        pids: The numbers of the processes that the file calls by names.
        """
        self.recorded = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        self.asked: Counter[str] = Counter()
        self._pids = pids
        self._step: Mapping[str, Any] = {}

    def go_to(self, step: int) -> float:
        """From now on answer as at a step; returns its time."""
        self._step = self.recorded["steps"][step]
        return float(self._step["time_s"])

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if not name.startswith("nvml"):
            raise AttributeError(name)
        return partial(self._asked, name)

    def _asked(self, name: str, *arguments: Any) -> Any:
        self.asked[name] += 1
        known = arguments[0] if arguments and isinstance(arguments[0], Handle) else None
        if known is not None and known.initialised != self.asked["nvmlShutdown"]:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_INVALID_ARGUMENT)
        if name in ("nvmlInit", "nvmlShutdown") or name.startswith("nvmlSystem"):
            return self._answer("system", name)
        if name == "nvmlDeviceGetCount":
            return self._answer("system", name)
        if name == "nvmlDeviceGetHandleByIndex":
            return self._device(str(arguments[0]), name, pynvml.NVML_ERROR_INVALID_ARGUMENT)
        if name == "nvmlDeviceGetHandleByUUID":
            return self._device(self._by_uuid(arguments[0]), name, pynvml.NVML_ERROR_NOT_FOUND)
        if name == "nvmlDeviceGetMigDeviceHandleByIndex":
            return self._device("/".join(map(str, arguments)), name, pynvml.NVML_ERROR_NOT_FOUND)
        return self._answer(arguments[0], name)

    def _by_uuid(self, uuid: str) -> str:
        devices = self.recorded["devices"].items()
        return next((key for key, answers in devices if answers["nvmlDeviceGetUUID"] == uuid), "")

    def _device(self, key: str, name: str, error_if_none: int) -> Handle:
        if key not in self.recorded["devices"]:
            raise pynvml.NVMLError(error_if_none)
        if name in self.recorded["devices"][key]:
            self._answer(key, name)
        handle = Handle(key)
        handle.initialised = self.asked["nvmlShutdown"]
        return handle

    def _answer(self, key: str, name: str) -> Any:
        always = self.recorded["system"] if key == "system" else self.recorded["devices"][key]
        now = self._step.get(key, {})
        default = None if key == "system" else {"error": pynvml.NVML_ERROR_NOT_SUPPORTED}
        answer = now.get(name, always.get(name, default))
        if key != "system" and EVERY_QUESTION in self._step:
            answer = self._step[EVERY_QUESTION]
        return self._as_pynvml(answer)

    def _as_pynvml(self, answer: Any) -> Any:
        if isinstance(answer, list):
            return [self._as_pynvml(item) for item in answer]
        if not isinstance(answer, dict):
            return answer
        if "error" in answer:
            raise pynvml.NVMLError(answer["error"])
        return SimpleNamespace(**{key: self._pids.get(str(v), v) for key, v in answer.items()})
