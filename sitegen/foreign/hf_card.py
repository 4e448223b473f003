"""Model cards of Hugging Face: the emissions in the front matter of a README.md.

`co2_eq_emissions` is a number or an object with `emissions`, in grams: huggingface.co/docs/hub/model-cards-co2.
A card tells no energy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import Problem
from ..model import Figure, RunInfo
from ..text import number as number_text
from ..units import GRAMS_PER_KG
from .facts import gpu_facts, region, words
from .json_values import mapping, text
from .model import ForeignFile, ReportedRun
from .values import number, refused

name = "hf_card"
file_names = ("README.md", "*model_card*.md", "*model-card*.md", "*modelcard*.md")
version = 1

TOOL = "Hugging Face model card"
_KEY = "co2_eq_emissions"
_MAX_BYTES = 64 << 10
_FRONT_MATTER = re.compile(
    rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_GPU = re.compile(
    r"\d+\s*[x×]\s+.+|.*\b(?:GPU|A100|H100|H200|V100|P100|T4|A10G?|L4|L40S?|RTX|GTX)\b.*",
    re.IGNORECASE,
)
_LEAST_KG, _MOST_KG = 1e-6, 1e7
"""A milligram, and ten thousand tonnes: what lies outside is nobody's training."""


def recognises(file: ForeignFile) -> bool:
    """By the key in the front matter."""
    match = _FRONT_MATTER.match(file.data[:_MAX_BYTES])
    return match is not None and _KEY.encode() in match[1]


def read(file: ForeignFile) -> tuple[tuple[ReportedRun, ...], tuple[Problem, ...]]:
    """One run, with emissions alone."""
    match = _FRONT_MATTER.match(file.data[:_MAX_BYTES])
    card = _front_matter(match[1]) if match else None
    if card is None:
        message = "expected front matter in YAML without anchors, found something else"
        return (), (Problem(file.path, message, 1, hint="the card is skipped", severity="error"),)
    told = card.get(_KEY)
    stated = mapping(told)
    grams = number(stated.get("emissions") if stated else told)
    if grams is None:
        found = stated.get("emissions") if stated else told
        return (), (refused(file.path, None, _KEY, "a number of grams", found),)
    kg = grams / GRAMS_PER_KG
    run = ReportedRun(
        key="",
        tool=TOOL,
        figures={"emissions_kg": Figure(kg, "reported")},
        info=_info(card, stated),
        problems=(_doubt(file, kg),),
    )
    return (run,), ()


def _front_matter(data: bytes) -> Mapping[str, Any] | None:
    """The card's mapping. Without anchors, of which a few make a text without end."""
    import yaml  # which nothing else here needs

    try:
        tokens = yaml.scan(data, Loader=yaml.CSafeLoader)
        if any(isinstance(token, yaml.AliasToken | yaml.AnchorToken) for token in tokens):
            return None
        loaded = yaml.load(data, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return loaded if isinstance(loaded, dict) else None


def _doubt(file: ForeignFile, kg: float) -> Problem:
    """What is to be feared of every card, and more of some."""
    if kg == 0 or _LEAST_KG <= kg <= _MOST_KG:
        message = f"the card's number is read as grams, as its format says: {number_text(kg)} kg"
        hint = "many cards have kilograms or tonnes there: see its text"
    else:
        message = f"expected {_LEAST_KG:g} to {_MOST_KG:g} kg, found {number_text(kg)} kg"
        hint = "the unit is wrong, most likely: the format says grams"
    return Problem(file.path, message, key=_KEY, hint=hint)


def _info(card: Mapping[str, Any], stated: Mapping[str, Any]) -> RunInfo:
    hardware = text(stated.get("hardware_used"))
    place = text(stated.get("geographical_location"))
    told = {
        "Source": text(stated.get("source")),
        "Training": text(stated.get("training_type")),
        "Hardware": hardware,
        "Place": place,
        "Model": text(card.get("model_name")) or text(card.get("base_model")),
        "PUE": "the card does not tell whether one is in its figure",
    }
    is_gpu = _GPU.fullmatch(hardware) is not None
    return RunInfo(
        format=TOOL,
        gpu_info=gpu_facts(hardware) if is_gpu else (),
        region=region(
            place.rpartition(",")[2].strip(), place.partition(",")[0].strip(), "told by the card"
        ),
        pue=1.0,
        told={label: words(said) for label, said in told.items() if said},
    )
