"""Pages made of a few blocks, written as self-contained HTML or as Markdown.

All text is escaped; between two backticks it becomes code. The HTML holds no script, loads nothing,
reads well on a phone and in the dark, and prints.

    page = [Heading(1, "Softmax"), Paragraph("Subtract the largest logit before `np.exp`.")]
    to_html("Feedback", page), to_markdown(page)
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from course.grading.report.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MARKDOWN = re.compile(r"([\\*_\[\]<>|$~&`])")
LINE_START = re.compile(r"^(\s*)(?=[#+=-])|^(\s*\d+)(?=[.)](?:\s|$))", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    """A heading.

    Args:
        level: 1 for the page, 2 for a section, 3 for a part of it.
        text: its words.
        anchor: what a `Link` leads to; letters, digits, ``_`` and ``-``.
    """

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Args:
        text: its words.
        lead: words before it that stand out.
    """

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Listing:
    """A list with one point per item.

    Args:
        items: the points.
        checks: whether each item begins with ✓ or ✗.
    """

    items: Sequence[str]
    checks: bool = False


@dataclass(frozen=True)
class Link:
    """A cell of a table that leads to a heading of the page.

    Args:
        text: its words.
        anchor: the heading's.
    """

    text: str
    anchor: str


@dataclass(frozen=True)
class Share:
    """A cell of a table that tells how many of how many, with a bar.

    Args:
        part: how many.
        whole: of how many.
        text: the words, where they are not these two numbers.
    """

    part: float
    whole: float
    text: str = ""

    @property
    def told(self) -> str:
        """The words."""
        return self.text or f"{self.part:g} of {self.whole:g}"


@dataclass(frozen=True)
class Table:
    """A table.

    Args:
        header: titles of the columns.
        rows: cells, each a text, a `Link` or a `Share`.
    """

    header: Sequence[str]
    rows: Sequence[Sequence]


@dataclass(frozen=True)
class Code:
    """Lines of code."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A drawing.

    Args:
        svg: SVG made by this package from numbers and escaped text.
        alt: what it shows, for who cannot see it; it stands for the drawing in Markdown.
    """

    svg: str
    alt: str


@dataclass(frozen=True)
class Comparison:
    """Two pieces of code side by side.

    Args:
        titles: whose they are.
        sources: their code.
        marked: numbers of the lines that stand out in each, from 1.
    """

    titles: tuple[str, str]
    sources: tuple[str, str]
    marked: tuple[frozenset[int], frozenset[int]]


def to_html(title: str, blocks: Sequence, wide: bool = False) -> str:
    """Write a page as HTML.

    Args:
        title: title of the window.
        blocks: the page.
        wide: whether two columns of code should fit.

    Returns:
        The HTML, complete in itself.
    """
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main{' class=wide' if wide else ''}>\n{body}\n</main>\n</body>\n</html>\n"
    )


def to_markdown(blocks: Sequence) -> str:
    """Write a page as Markdown.

    Args:
        blocks: the page.

    Returns:
        CommonMark with tables.
    """
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _html(block) -> str:
    match block:
        case Heading(level, text, anchor):
            name = f' id="{html.escape(anchor)}"' if anchor else ""
            return f"<h{level}{name}>{rich(text)}</h{level}>"
        case Paragraph(text, lead):
            parts = [f"<strong>{rich(lead)}</strong>" if lead else "", rich(text)]
            return f"<p>{' '.join(filter(None, parts))}</p>"
        case Listing(items, checks):
            lines = [_check(item) if checks else rich(item) for item in items]
            opening = "<ul class=checks>" if checks else "<ul>"
            return "\n".join([opening, *(f"<li>{line}</li>" for line in lines), "</ul>"])
        case Code(text):
            return f'<pre tabindex="0"><code>{html.escape(text)}</code></pre>'
        case Picture(svg, alt):
            return f'<div role="img" aria-label="{html.escape(alt)}">{svg}</div>'
        case Table(header, rows):
            head = "".join(f'<th scope="col">{rich(cell)}</th>' for cell in header)
            body = "\n".join(
                "<tr>" + "".join(f"<td>{_html_cell(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            return (
                f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
                f"<tbody>\n{body}\n</tbody>\n</table></div>"
            )
        case Comparison():
            return _comparison(block)
    raise TypeError(f"A page cannot hold a {type(block).__name__}")


def _comparison(block: Comparison) -> str:
    """Marked lines have a bar at their beginning too: colour alone tells not everybody."""
    columns = [
        "\n".join(
            f"<mark>▌{html.escape(line)}</mark>" if number in marked else f" {html.escape(line)}"
            for number, line in enumerate(source.splitlines(), 1)
        )
        for source, marked in zip(block.sources, block.marked, strict=True)
    ]
    parts = [
        f'<div><strong>{rich(title)}</strong><pre tabindex="0">{column}</pre></div>'
        for title, column in zip(block.titles, columns, strict=True)
    ]
    return f'<div class="pair">\n{"".join(parts)}\n</div>'


def _check(item: str) -> str:
    """The mark stands apart and has a colour; the words after it say the same."""
    kind = "yes" if item.startswith("✓") else "no"
    return f'<span class="{kind}" aria-hidden="true">{item[0]}</span>{rich(item[1:].strip())}'


def _html_cell(cell) -> str:
    match cell:
        case Link(text, anchor):
            return f'<a href="#{html.escape(anchor)}">{rich(text)}</a>'
        case Share(part, whole):
            width = 100 * part / whole if whole else 0
            bar = f'<span class="share"><span style="width: {width:.0f}%"></span></span>'
            return f"{rich(cell.told)}{bar}"
    return rich(cell)


def _markdown(block) -> str:
    match block:
        case Heading(level, text, _):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text, lead):
            return " ".join(filter(None, [f"**{_plain(lead)}**" if lead else "", _plain(text)]))
        case Listing(items, _):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Code(text):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return f"{fence}python\n{text}\n{fence}"
        case Picture(_, alt):
            return _plain(alt)
        case Table(header, rows):
            lines = [map(_cell, header), ["---"] * len(header), *(map(_cell, row) for row in rows)]
            return "\n".join(f"| {' | '.join(row)} |" for row in lines)
    raise TypeError(f"A page cannot hold a {type(block).__name__}")


def rich(text: str) -> str:
    """Escape a line of text for HTML.

    Args:
        text: any text; between two backticks it is code.

    Returns:
        HTML.
    """
    return re.sub("`([^`\n]+)`", r"<code>\1</code>", html.escape(text)).replace("\n", "<br>\n")


def _plain(text: str) -> str:
    """Escape for Markdown, but keep code between backticks."""
    parts = re.split("(`[^`\n]+`)", text)
    parts[::2] = [MARKDOWN.sub(r"\\\1", part) for part in parts[::2]]
    return LINE_START.sub(r"\1\2\\", "".join(parts)).replace("\n", "  \n")


def _cell(cell) -> str:
    text = cell.told if isinstance(cell, Share) else getattr(cell, "text", cell)
    return re.sub(r"(?<!\\)\|", r"\\|", _plain(text.replace("\n", " ")))
