"""The site's own code that reads a run's result files: `extra_files_processor` of the spec."""

from __future__ import annotations

import importlib
import logging
import math
import numbers
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from .cache.archive import Archive
from .cache.extras import KeptExtras
from .catalog import figure_kinds, kinds_by_name
from .errors import Problem, RunError, Terminated
from .group import Members
from .local_folder import local_folder
from .model import Figure, Provenance, RunResult, weakest
from .ratios import rests_on
from .spec.model import SiteSpec, Variable
from .store import StoreError

log = logging.getLogger(__name__)

_LARGEST = 1e100
"""Squares of what is beyond, as a standard error needs them, are no numbers."""
_SMALLEST = 1e-90

Processor = Callable[[str, dict[str, float]], Mapping[str, Any]]


def run_processors(
    spec: SiteSpec, of: Members, results: Sequence[RunResult], archive: Archive
) -> tuple[list[RunResult], tuple[Problem, ...]]:
    """Give every run the figures of each processor that is in scope where the run is shown.

    Processors are the site owner's code and run in this process. One that fails on a run costs that run its extra
    figures, one that cannot be imported costs all runs theirs; each is a problem, and the site is built.

    Args:
        archive: Knows what a processor made of a run before. Where neither has changed, the processor is not asked
            again, and not even imported.
    """
    wanted: dict[str, dict[str, None]] = {}
    for node in spec.walk():
        if node.processor:
            wanted.setdefault(node.processor, {}).update(dict.fromkeys(sorted(of[id(node)])))
    by_path = {result.location.path: result for result in results}
    provenance = _provenances(spec)
    problems: list[Problem] = []
    folder = spec.file.resolve().parent
    for name, paths in wanted.items():
        runs = [by_path[path] for path in paths if path in by_path]
        for run, returned in _figures(
            name, runs, spec, KeptExtras(archive, name, folder), problems
        ):
            extra = {key: Figure(v, provenance(key, run)) for key, v in returned.items()}
            path = run.location.path
            by_path[path] = replace(by_path[path], extras={**by_path[path].extras, name: extra})
    return [by_path[result.location.path] for result in results], tuple(problems)


def _figures(
    name: str,
    runs: Sequence[RunResult],
    spec: SiteSpec,
    kept: KeptExtras,
    problems: list[Problem],
) -> Iterator[tuple[RunResult, Mapping[str, float]]]:
    """What a processor makes of each run, or has made of it before."""
    left = []
    for run in runs:
        known = kept.figures(run)
        if known is None:
            left.append(run)
        else:
            yield run, known
    if not left:
        return
    with _importable(spec.file.resolve().parent):
        processor = _imported(name, spec, problems)
        if processor is None:
            return
        for run in left:
            n_problems = len(problems)
            returned = _processed(processor, name, run, problems)
            if len(problems) == n_problems:
                kept.add(run, returned)
            yield run, returned
        kept.finish()


def _provenances(spec: SiteSpec) -> Callable[[str, RunResult], Provenance]:
    """How a figure of the site's own came about: read from the run's files, and no better than the energy or emissions
    that it is made with, as its name and the spec's words for it tell."""
    described = {name: v for node in spec.walk() for name, v in node.variables.items()}

    @cache
    def base(name: str) -> str:
        shown = described.get(name, Variable(""))
        return rests_on(name, shown.label, shown.unit)

    def provenance(name: str, result: RunResult) -> Provenance:
        found: set[Provenance] = {"reported"}
        if base(name) and result.figures[base(name)].value is not None:
            found.add(result.figures[base(name)].provenance)
        return weakest(found)

    return provenance


def processor_files(spec: SiteSpec) -> Iterator[Path]:
    """The files beside the spec that its processors come from."""
    folder = spec.file.parent
    for module in {node.processor.partition(".")[0] for node in spec.walk() if node.processor}:
        yield from folder.glob(f"{module}.py")
        yield from (folder / module).rglob("*.py")


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Make a folder's modules importable, behind all others, and forget them afterwards.

    Forgotten, so that two sites built by one process do not share a module called `processors`, and so that `serve`
    sees an edit.
    """
    before = set(sys.modules)
    sys.path.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin and Path(origin).is_relative_to(folder):
                del sys.modules[name]


def _imported(name: str, spec: SiteSpec, problems: list[Problem]) -> Processor | None:
    module, _, function = name.rpartition(".")
    try:
        processor: Processor = getattr(importlib.import_module(module), function)
        if not callable(processor):
            raise TypeError(f"expected a function, found {type(processor).__name__}")  # noqa: TRY301
    except Terminated:
        raise
    except (Exception, SystemExit) as error:
        log.debug("%s cannot be imported", name, exc_info=True)
        problems.append(
            Problem(
                str(spec.file),
                f'expected the processor "{name}", found: {type(error).__name__}: {error}',
                hint=f"{_remedy(module, function, error)}; its figures are missing from the site",
            )
        )
        return None
    return processor


def _remedy(module: str, function: str, error: BaseException) -> str:
    """What to do about a processor that cannot be imported."""
    absent = error.name if isinstance(error, ModuleNotFoundError) else None
    if absent is None:
        return f'see that {module} can be imported and has a function "{function}"'
    if not f"{module}.".startswith(f"{absent}."):
        return f"install {absent}, which {module} imports"
    found, _, part = absent.rpartition(".")
    if found:
        return f"see that the name is right: there is a {found}, and no {part} in it"
    return f"install the package that has it, or put {module.replace('.', '/')}.py beside the spec"


def _processed(
    processor: Processor, name: str, result: RunResult, problems: list[Problem]
) -> Mapping[str, float]:
    try:
        with local_folder(result.location) as folder:
            # The seed hands it over with a "/" at its end, and processors were written that count on it.
            returned = processor(os.path.join(folder, ""), _figures_so_far(result))  # noqa: PTH118
            if isinstance(returned, Mapping):
                returned = dict(returned)  # here, since a mapping of the site's own may fail too
    except (StoreError, Terminated):
        raise
    except RunError as error:
        problems += error.problems
        return {}
    except (Exception, SystemExit) as error:
        log.debug("%s failed on %s", name, result.location.path, exc_info=True)
        problems.append(
            Problem(
                result.location.path,
                f'the processor "{name}" failed: {type(error).__name__}: {error}',
                hint="this run's extra figures are missing",
            )
        )
        return {}
    if not isinstance(returned, Mapping):
        problems.append(
            Problem(
                result.location.path,
                f'expected the processor "{name}" to return names and numbers, found {type(returned).__name__}',
                hint="this run's extra figures are missing",
            )
        )
        return {}
    return dict(_checked(returned, name, result, problems))


def _figures_so_far(result: RunResult) -> dict[str, float]:
    """All figures that are there, by our names and by the seed's."""
    known = {}
    for kind in figure_kinds():
        value = result.figures[kind.name].value
        if value is not None:
            known[kind.name] = value
            if kind.seed_name:
                known[kind.seed_name] = value
    return known


def _checked(
    returned: Mapping[Any, Any], name: str, result: RunResult, problems: list[Problem]
) -> Iterator[tuple[str, float]]:
    for key, value in returned.items():
        wrong = _wrong(key, value)
        if wrong:
            problems.append(
                Problem(
                    result.location.path,
                    f'the processor "{name}" returned {wrong}',
                    hint="that figure is missing for this run",
                )
            )
        else:
            yield key, float(value)


def _wrong(key: object, value: object) -> str:
    """What is wrong with a figure that a processor returned; "" where nothing is."""
    if not isinstance(key, str) or not key.strip() or not key.isprintable():
        return f"a figure with the name {key!r}, expected text"
    if key in kinds_by_name():
        return f'"{key}", which is a figure of wattboard\'s own: choose another name'
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return f'{type(value).__name__} for "{key}", expected a number'
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not (abs(number) <= _LARGEST and (number == 0 or abs(number) >= _SMALLEST)):
        return f'{number} for "{key}", expected a number that can be averaged'
    return ""
