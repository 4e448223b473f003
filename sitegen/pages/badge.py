"""A badge for READMEs: the energy of a run, or of a group's runs on average, as a small SVG that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import escape

from ..model import Figure, Group, Provenance, RunResult
from ..scales import best
from ..stats import describe
from ..table import spread
from ..text import count, number, with_spread
from .links import Links
from .site import Site
from .subject import permanent

BADGE = "badge.svg"
LABEL = "energy"
_FIGURE = "facility_energy_kwh"
_UNIT = "kWh"

_FONT_PX = 11
_HEIGHT_PX = 20
_PADDING_PX = 6
_WIDTHS = {
    **dict.fromkeys("0123456789", 636),
    **dict.fromkeys("±≈×−+<>=", 818),
    **dict.fromkeys(" ", 352),
    **dict.fromkeys(".,", 364),
    **dict.fromkeys("()", 454),
    **dict.fromkeys("ijl", 290),
    **dict.fromkeys("frt", 410),
    **dict.fromkeys("csz", 523),
    **dict.fromkeys("kvxy", 592),
    **dict.fromkeys("abdeghnopqu", 624),
    **dict.fromkeys("mw", 940),
    **dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", 543),
    "I": 421,
    "M": 843,
    "W": 989,
    "P": 603,
    "T": 616,
}
"""Thousandths of the font's size that a character of Verdana is wide, the widest of the fonts named below."""
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class Badge:
    value: str
    """Such as "0.053 ± 0.002 kWh"."""
    title: str
    """In full, for screen readers."""
    label: str = LABEL

    @property
    def words(self) -> str:
        """The text of the badge, where it is no picture."""
        return f"{self.label}: {self.value}"


@dataclass(frozen=True, slots=True)
class BadgeView:
    url: str
    """Relative to the page."""
    words: str
    title: str
    markdown: str
    """"" where the site does not know its address: then nobody else can show the badge."""
    html: str


def group_badge(group: Group) -> Badge:
    """The mean energy of a group's runs."""
    figures = [run.figures[_FIGURE] for run in group.runs]
    stat = describe(figures, summable=True)
    if stat.mean is None:
        return _absent()
    around = spread(group.node, stat)
    scale = best(_UNIT, [stat.mean])
    text, spread_text = with_spread(
        stat.mean * scale.factor, None if around is None else around * scale.factor
    )
    value = f"{text} ± {spread_text}" if spread_text else text
    of = f"mean of {count(stat.n, 'run')}" if stat.n > 1 else "one run"
    return _badge(f"{value} {scale.unit}", stat.provenance, of)


def run_badge(run: RunResult) -> Badge:
    """The energy of a run."""
    figure: Figure = run.figures[_FIGURE]
    if figure.value is None:
        return _absent()
    scale = best(_UNIT, [figure.value])
    return _badge(f"{number(figure.value * scale.factor)} {scale.unit}", figure.provenance, "")


def _absent() -> Badge:
    return Badge("not measured", "Energy: not measured")


def _badge(value: str, provenance: Provenance, of: str) -> Badge:
    shown = {"estimated": f"≈ {value}", "partial": f"{value} (partial)"}.get(provenance, value)
    said = ", ".join(filter(None, (value, "with PUE", of, provenance)))
    return Badge(shown, f"Energy: {said}")


def badge_view(badge: Badge, site: Site, links: Links, address: str) -> BadgeView:
    """A badge on its page, and how other pages show it with a link to the page."""
    page, picture = permanent(site, links, address), site.permanent(address + BADGE)
    markdown = html = ""
    if page:
        markdown = f"[![{badge.words}]({_in_markdown(picture)})]({_in_markdown(page)})"
        html = f'<a href="{escape(page)}"><img src="{escape(picture)}" alt="{escape(badge.words)}"></a>'
    return BadgeView(BADGE, badge.words, badge.title, markdown, html)


def _in_markdown(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def badge_svg(badge: Badge) -> str:
    """The picture. `textLength` makes the text as wide as its place, whatever the font."""
    left, right = _width(badge.label) + 2 * _PADDING_PX, _width(badge.value) + 2 * _PADDING_PX
    width = left + right
    title = escape(badge.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT_PX}" '
        f'viewBox="0 0 {width} {_HEIGHT_PX}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n"
        f'<clipPath id="r"><rect width="{width}" height="{_HEIGHT_PX}" rx="3"/></clipPath>\n'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{_HEIGHT_PX}" fill="#3d444d"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT_PX}" fill="#e9edf1"/></g>\n'
        # Its edge shows on a page of either of its colours.
        f'<rect x=".5" y=".5" width="{width - 1}" height="{_HEIGHT_PX - 1}" rx="2.5" fill="none" stroke="#7d8590"/>\n'
        f'<g font-family="Verdana,Geneva,\'DejaVu Sans\',sans-serif" font-size="{_FONT_PX}">\n'
        f"{_text(badge.label, _PADDING_PX, '#fff')}\n"
        f"{_text(badge.value, left + _PADDING_PX, '#1f2328')}\n"
        "</g>\n</svg>\n"
    )


def _text(text: str, x: int, colour: str) -> str:
    return f'<text x="{x}" y="14" textLength="{_width(text)}" fill="{colour}">{escape(text)}</text>'


@lru_cache(256)
def _width(text: str) -> int:
    thousandths = sum([_WIDTHS.get(char, _WIDEST) for char in text])
    return -(-thousandths * _FONT_PX // 1000)
