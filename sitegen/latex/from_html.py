"""Simple HTML, as descriptions are written in, as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from .wrapping import wrapping

_AROUND: Mapping[str, tuple[str, str]] = {
    "p": ("\n\n", "\n\n"),
    "div": ("\n\n", "\n\n"),
    "em": (r"\emph{", "}"),
    "i": (r"\emph{", "}"),
    "strong": (r"\textbf{", "}"),
    "b": (r"\textbf{", "}"),
    "code": (r"\texttt{", "}"),
    "sub": (r"\textsubscript{", "}"),
    "sup": (r"\textsuperscript{", "}"),
    "ul": ("\n\\begin{itemize}\n", "\n\\end{itemize}\n"),
    "ol": ("\n\\begin{enumerate}\n", "\n\\end{enumerate}\n"),
    "li": ("\n\\item{} ", ""),
    "blockquote": ("\n\\begin{quote}\n", "\n\\end{quote}\n"),
    "tr": ("", "\n\n"),
    "td": ("", " "),
    "th": (r"\textbf{", "} "),
    "br": (" ", ""),
    **{f"h{i}": ("\n\n\\textbf{", "}\n\n") for i in range(1, 7)},
}
_EMPTY_LINES = re.compile(r"\n{3,}")
_LISTS = ("ul", "ol")
_DEEPEST = 3
"""Lists within lists that every LaTeX class has room for."""
_IN_TEXT = frozenset(
    {"em", "i", "strong", "b", "code", "sub", "sup", "th", *(f"h{i}" for i in range(1, 7))}
)


def from_html(html: str) -> str:
    """HTML as LaTeX: its text, with emphasis, lists and the addresses of links; without pictures.

    Args:
        html: Well-formed, such as a sanitiser writes it.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).split("\n"))
    text = _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    return f"{text}\n" if text else ""


class _Reader(HTMLParser):
    """Writes LaTeX as it reads. What is opened is closed, whatever the HTML says."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._open: list[tuple[str, str]] = []
        """Tag and what closes it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        before, after = _AROUND.get(tag, ("", ""))
        if tag == "a":
            after = _footnote(dict(attrs).get("href") or "")
        if (tag in _LISTS and self._depth() >= _DEEPEST) or (tag == "li" and not self._depth()):
            before = after = ""
        if any(open_tag in _IN_TEXT for open_tag, _ in self._open) and "\n" in before:
            before = after = " "  # no paragraph within emphasis
        self.pieces.append(before)
        if tag not in {"br", "img", "hr"}:
            self._open.append((tag, after))

    def handle_endtag(self, tag: str) -> None:
        if tag not in (open_tag for open_tag, _ in self._open):
            return
        while self._open:
            closed, after = self._open.pop()
            self.pieces.append(after)
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        in_list = [tag for tag, _ in self._open if tag in {*_LISTS, "li"}]
        if in_list and in_list[-1] in _LISTS and not data.strip():
            return
        self.pieces.append(wrapping(data))

    def close(self) -> None:
        super().close()
        while self._open:
            self.pieces.append(self._open.pop()[1])

    def _depth(self) -> int:
        return sum(tag in _LISTS for tag, _ in self._open)


def _footnote(href: str) -> str:
    """The address of a link; nothing for one within the site, which a paper's reader cannot follow."""
    if not href.startswith(("https://", "http://", "mailto:")):
        return ""
    # Not by \url, which takes no "%" or "#" inside of a footnote.
    return rf"\footnote{{\texttt{{{wrapping(href)}}}}}"
