"""Pages by Jinja2 and nothing else: the floor under what a page of ours may cost.

    python benchmarks/scale_jinja.py FOLDER PAGES BYTES

Writes as many pages of as many bytes: a third of each the frame that all share, a third rows of a table whose cells are
escaped, a third text that is put in as it is, as a page's charts are.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jinja2 import DictLoader, Environment
from markupsafe import Markup

_FRAME = "<!doctype html>\n<html><title>{{ title }}</title>\n%s<main>{%% block main %%}{%% endblock %%}</main></html>\n"
_PAGE = """\
{% extends "frame.html" %}
{% block main %}
<h1>{{ title }}</h1>
<table>
{% for row in rows %}
<tr><th scope="row">{{ row.name }}</th><td>{{ row.version }}</td></tr>
{% endfor %}
</table>
{{ chart }}
{% endblock %}
"""
_ROW_BYTES = 64
_LINK = '<li><a href="../../{0}/">Page {0} of the site</a></li>\n'


def main(folder: Path, n_pages: int, n_bytes: int) -> None:
    """Render and write the pages."""
    third = n_bytes // 3
    links = "".join(_LINK.format(i) for i in range(third // len(_LINK.format(100))))
    environment = Environment(
        loader=DictLoader({"frame.html": _FRAME % links, "page.html": _PAGE}),
        autoescape=True,
        auto_reload=False,
    )
    template = environment.get_template("page.html")
    n_rows = third // _ROW_BYTES
    for number in range(n_pages):
        rows = [{"name": f"package-{i}", "version": f"{i}.{number}"} for i in range(n_rows)]
        chart = Markup("<svg>" + "M10.5 3.25" * (third // 10) + "</svg>")
        place = folder / f"{number:06}"
        place.mkdir(parents=True, exist_ok=True)
        text = template.render(title=f"Run {number}", rows=rows, chart=chart)
        (place / "index.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
