"""Places by address: OpenStreetMap's search service Nominatim is asked once for each, and never again.

The service gets the address and this program's name and version, and nothing else. Its terms ask for a name and for a
cache: https://operations.osmfoundation.org/policies/nominatim/.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import WattboardError

SERVICE_URL = "https://nominatim.openstreetmap.org"
SERVICE_VARIABLE = "WATTBOARD_NOMINATIM"
"""The environment variable for another service of the same kind, such as one's own."""

ATTRIBUTION = "© OpenStreetMap contributors (ODbL), https://www.openstreetmap.org/copyright"

TIMEOUT_S = 10.0

_MAX_REMEMBERED = 1000
_OFFLINE_HINT = "\n  hint: --coordinates LAT,LON and --zone ID need no network"


@dataclass(frozen=True, slots=True)
class Place:
    """What the service found for an address."""

    latitude: float
    """Degrees."""
    longitude: float
    label: str
    """The place's full name."""


class AddressError(WattboardError):
    """The address leads to no place: it is unknown, or the service gave no answer."""


def locate(
    address: str,
    cache_file: Path | None,
    service_url: str = SERVICE_URL,
    timeout_s: float = TIMEOUT_S,
) -> Place:
    """The place that an address means, as remembered, else as the service says.

    Args:
        cache_file: Where found places are kept; None to keep none.
        service_url: Where a Nominatim answers.
        timeout_s: For the whole of the request.

    Raises:
        AddressError: There is no such place, or no answer.
    """
    key = " ".join(address.casefold().split())
    if not key:
        raise AddressError('expected an address such as "Stanford, California", found none')
    remembered = _read(cache_file)
    if key in remembered:
        return remembered[key]
    place = _ask_within(address, service_url, timeout_s)
    _write(cache_file, {**remembered, key: place})
    return place


def default_cache_file(environ: Mapping[str, str]) -> Path | None:
    """Among the user's caches, by the XDG Base Directory Specification; None for a user without a home."""
    named = Path(environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / "wattboard" / "addresses.json"
    try:
        return Path.home() / ".cache" / "wattboard" / "addresses.json"
    except RuntimeError:
        return None


def _ask_within(address: str, service_url: str, timeout_s: float) -> Place:
    """Ask in a thread, so that neither a name lookup nor an answer that drips in takes longer."""
    answers: queue.SimpleQueue[Place | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask(address, service_url, timeout_s))
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise _no_answer(service_url, f"no answer within {timeout_s:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _ask(address: str, service_url: str, timeout_s: float) -> Place:
    from geopy.adapters import URLLibAdapter
    from geopy.exc import GeopyError
    from geopy.geocoders import Nominatim

    url = urlsplit(service_url)
    try:
        service = Nominatim(
            user_agent=f"wattboard/{version('wattboard')}",
            scheme=url.scheme,
            domain=url.netloc + url.path,
            timeout=timeout_s,
            # One attempt: the other adapter makes three.
            adapter_factory=URLLibAdapter,
        )
        found = service.geocode(address, language="en")
        # Not its latitude, which geopy makes 0 where the answer has none.
        place = found and Place(float(found.raw["lat"]), float(found.raw["lon"]), _label(found))
    except (GeopyError, ValueError, KeyError, TypeError, AttributeError) as error:
        # Not its text, which may hold a proxy's address or a page of HTML.
        raise _no_answer(service_url, _reason(error)) from None
    if place is None:
        raise AddressError(
            f"{address!r} is not known to {url.hostname}\n"
            "  hint: try a town and a country, or --coordinates LAT,LON"
        )
    return place


def _label(found: Any) -> str:
    """The place's name, which is shown in a terminal."""
    return "".join(c if c.isprintable() else " " for c in str(found.address))


def _reason(error: Exception) -> str:
    from geopy import exc

    reasons = {
        exc.GeocoderTimedOut: "no answer in time",
        exc.GeocoderRateLimited: "it was asked too often; try again later",
        exc.GeocoderInsufficientPrivileges: "it refuses to answer",
        exc.ConfigurationError: "that is no address of a service",
        exc.GeocoderParseError: "its answer cannot be understood",
        exc.GeocoderServiceError: "it cannot be reached",
    }
    known = (words for kind, words in reasons.items() if isinstance(error, kind))
    return next(known, "its answer cannot be understood")


def _no_answer(service_url: str, reason: str) -> AddressError:
    name = urlsplit(service_url).hostname or service_url
    return AddressError(f"the address cannot be looked up at {name}: {reason}{_OFFLINE_HINT}")


def _read(file: Path | None) -> dict[str, Place]:
    """The places that were found before. A file that cannot be understood counts as none."""
    if file is None:
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(key): Place(float(row["latitude"]), float(row["longitude"]), str(row["label"]))
            for key, row in kept.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(file: Path | None, places: Mapping[str, Place]) -> None:
    """Keep the latest places; where that cannot be, do without."""
    if file is None:
        return
    latest = dict(list(places.items())[-_MAX_REMEMBERED:])
    staged = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {key: asdict(place) for key, place in latest.items()}
        staged.write_text(json.dumps(content, ensure_ascii=False, indent=0), encoding="utf-8")
        staged.replace(file)
    except OSError:
        with suppress(OSError):
            staged.unlink()
