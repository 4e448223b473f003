"""Every source that a statement can cite, and which one a log or a table means by its words."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version

from ..latex.bib import Source


@cache
def wattboard() -> Source:
    """This program, as it is installed."""
    return Source(
        "wattboard",
        "misc",
        ("The Wattboard contributors",),
        "Wattboard: energy leaderboards from the logs of machine-learning experiments",
        2026,
        note=f"Software, version {version('wattboard')}",
    )


HENDERSON = Source(
    "henderson2020",
    "article",
    (
        *("Henderson, Peter", "Hu, Jieru", "Romoff, Joshua", "Brunskill, Emma"),
        *("Jurafsky, Dan", "Pineau, Joelle"),
    ),
    "Towards the Systematic Reporting of the Energy and Carbon Footprints of Machine Learning",
    2020,
    journal="Journal of Machine Learning Research",
    volume="21",
    number="248",
    pages="1–43",
    url="https://jmlr.org/papers/v21/20-312.html",
)
LACOSTE = Source(
    "lacoste2019",
    "misc",
    ("Lacoste, Alexandre", "Luccioni, Alexandra", "Schmidt, Victor", "Dandres, Thomas"),
    "Quantifying the Carbon Emissions of Machine Learning",
    2019,
    note="arXiv:1910.09700",
    url="https://arxiv.org/abs/1910.09700",
)
RICKE = Source(
    "ricke2018",
    "article",
    ("Ricke, Katharine", "Drouet, Laurent", "Caldeira, Ken", "Tavoni, Massimo"),
    "Country-level social cost of carbon",
    2018,
    journal="Nature Climate Change",
    volume="8",
    number="10",
    pages="895–900",
    doi="10.1038/s41558-018-0282-y",
)
EPA_COST = Source(
    "epa2023scghg",
    "techreport",
    ("U.S. Environmental Protection Agency",),
    "Report on the Social Cost of Greenhouse Gases: Estimates Incorporating Recent Scientific Advances",
    2023,
    institution="U.S. Environmental Protection Agency",
    url="https://www.epa.gov/environmental-economics/scghg",
)
RENNERT = Source(
    "rennert2022",
    "article",
    (
        *("Rennert, Kevin", "Errickson, Frank", "Prest, Brian C.", "Rennels, Lisa"),
        *("Newell, Richard G.", "Pizer, William", "Kingdon, Cora", "Wingenroth, Jordan"),
        *("Cooke, Roger", "Parthum, Bryan", "Smith, David", "Cromar, Kevin", "Diaz, Delavane"),
        *("Moore, Frances C.", "Müller, Ulrich K.", "Plevin, Richard J.", "Raftery, Adrian E."),
        *("Ševčíková, Hana", "Sheets, Hannah", "Stock, James H.", "Tan, Tammy", "Watson, Mark"),
        *("Wong, Tony E.", "Anthoff, David"),
    ),
    "Comprehensive evidence implies a higher social cost of CO2",
    2022,
    journal="Nature",
    volume="610",
    number="7933",
    pages="687–692",
    doi="10.1038/s41586-022-05224-9",
)
UPTIME = Source(
    "uptime2018",
    "techreport",
    ("Uptime Institute",),
    "Uptime Institute Global Data Center Survey 2018",
    2018,
    institution="Uptime Institute",
    url="https://uptimeinstitute.com",
)
EMBER = Source(
    "ember2026",
    "misc",
    ("Ember", "Our World in Data"),
    "Lifecycle carbon intensity of electricity generation",
    2026,
    note="Data by Ember, with major processing by Our World in Data; CC BY 4.0",
    url="https://ourworldindata.org/grapher/carbon-intensity-electricity",
)
EGRID = Source(
    "egrid2023",
    "misc",
    ("U.S. Environmental Protection Agency",),
    "Emissions & Generation Resource Integrated Database (eGRID), year 2023 data",
    2025,
    url="https://www.epa.gov/egrid",
)
CANADA = Source(
    "eccc2024nir",
    "techreport",
    ("Environment and Climate Change Canada",),
    "National Inventory Report 1990–2022: Greenhouse Gas Sources and Sinks in Canada",
    2024,
    institution="Environment and Climate Change Canada",
    note="Annex 13",
    url="https://publications.gc.ca/site/eng/9.506002/publication.html",
)
CHINA = Source(
    "mee2025",
    "misc",
    ("Ministry of Ecology and Environment of the People's Republic of China",),
    "Announcement 2025 No. 47: carbon dioxide emission factors of electricity, 2023",
    2025,
    url="https://www.mee.gov.cn/xxgk2018/xxgk/xxgk01/202512/t20251231_1139517.html",
)
AUSTRALIA = Source(
    "dcceew2024",
    "techreport",
    ("Department of Climate Change, Energy, the Environment and Water",),
    "Australian National Greenhouse Accounts Factors 2024",
    2024,
    institution="Australian Government",
    url="https://www.dcceew.gov.au/climate-change/publications/national-greenhouse-accounts-factors-2024",
)
CODECARBON = Source(
    "codecarbon",
    "misc",
    ("The CodeCarbon contributors",),
    "CodeCarbon: carbon intensities of Nordic bidding zones",
    2026,
    note="Software, version 3.3.2",
    doi="10.5281/zenodo.22285397",
)
ELECTRICITY_MAPS = Source(
    "electricitymaps",
    "misc",
    ("Electricity Maps",),
    "Electricity Maps: carbon intensity of electricity by zone",
    None,
    url="https://www.electricitymaps.com",
)

CAISO = Source(
    "caiso",
    "misc",
    ("California Independent System Operator",),
    "Today's Outlook: emissions of the power that serves California's grid",
    None,
    url="https://www.caiso.com/todays-outlook",
)
GREAT_BRITAIN = Source(
    "neso",
    "misc",
    ("National Energy System Operator",),
    "Carbon Intensity API: Great Britain",
    None,
    url="https://carbonintensity.org.uk",
)
ENERGY_CHARTS = Source(
    "energycharts",
    "misc",
    ("Fraunhofer Institute for Solar Energy Systems ISE",),
    "Energy-Charts: CO2 equivalents of electricity production",
    None,
    note="CC BY 4.0",
    url="https://www.energy-charts.info",
)
WATTTIME = Source(
    "watttime",
    "misc",
    ("WattTime",),
    "Marginal operating emissions rates of power grids",
    None,
    url="https://watttime.org",
)

_BY_WORDS = (
    (re.compile(r"\begrid"), EGRID),
    (re.compile(r"\bember\b|our world in data|\bowid\b"), EMBER),
    (re.compile(r"\beccc\b|national inventory report|environment and climate change c"), CANADA),
    (re.compile(r"\bmee\b|ministry of ecology"), CHINA),
    (re.compile(r"\bdcceew\b|national greenhouse accounts"), AUSTRALIA),
    (re.compile(r"(?<!by the figures of )\bcodecarbon\b"), CODECARBON),
    (re.compile(r"electricity ?maps?"), ELECTRICITY_MAPS),
    (re.compile(r"\bcaiso\b|california iso"), CAISO),
    (re.compile(r"\bneso\b|carbonintensity\.org"), GREAT_BRITAIN),
    (re.compile(r"energy-charts"), ENERGY_CHARTS),
    (re.compile(r"\bwatttime\b"), WATTTIME),
)


def of_intensity(words: str) -> Source | None:
    """The source of a carbon intensity, by what a log or a table calls it; None where it is none of these."""
    return next((source for name, source in _BY_WORDS if name.search(words.lower())), None)


def every_source() -> tuple[Source, ...]:
    """All that a statement may cite."""
    others = (HENDERSON, LACOSTE, RICKE, EPA_COST, RENNERT, UPTIME)
    return (wattboard(), *others, *(source for _, source in _BY_WORDS))
