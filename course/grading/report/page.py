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

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 1.05rem/1.55 system-ui, sans-serif; margin: 0; padding: 1rem; }
main { max-width: 46rem; margin: 0 auto; }
main.wide { max-width: 76rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin-top: 2.2rem; padding-top: .8rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
pre { overflow-x: auto; padding: .6rem .8rem; background: var(--soft); border-radius: .3rem; }
code, pre { font: .92em/1.45 ui-monospace, monospace; }
td pre { margin: 0; background: none; padding: 0; }
mark { background: #e69f0055; color: inherit; }
svg { width: 100%; height: auto; max-width: 30rem; }
@media print { body { font-size: 10.5pt; padding: 0; } h2, pre, tr { break-inside: avoid; }
  pre { white-space: pre-wrap; } }
"""
MARKDOWN = re.compile(r"([\\*_\[\]<>|$~&`])")
LINE_START = re.compile(r"^(\s*)(?=[#+=-])|^(\s*\d+)(?=[.)](?:\s|$))", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    """A heading.

    Args:
        level: 1 for the page, 2 for a section, 3 for a part of it.
        text: its words.
    """

    level: int
    text: str


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
    """A list with one point per item."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table.

    Args:
        header: titles of the columns.
        rows: cells as text.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


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
        case Heading(level, text):
            return f"<h{level}>{rich(text)}</h{level}>"
        case Paragraph(text, lead):
            parts = [f"<strong>{rich(lead)}</strong>" if lead else "", rich(text)]
            return f"<p>{' '.join(filter(None, parts))}</p>"
        case Listing(items):
            return "<ul>\n" + "\n".join(f"<li>{rich(item)}</li>" for item in items) + "\n</ul>"
        case Code(text):
            return f'<pre tabindex="0"><code>{html.escape(text)}</code></pre>'
        case Picture(svg, alt):
            return f'<div role="img" aria-label="{html.escape(alt)}">{svg}</div>'
        case Table(header, rows):
            head = "".join(f'<th scope="col">{rich(cell)}</th>' for cell in header)
            body = "\n".join(
                "<tr>" + "".join(f"<td>{rich(cell)}</td>" for cell in row) + "</tr>" for row in rows
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
    head = "".join(f'<th scope="col">{rich(title)}</th>' for title in block.titles)
    body = "".join(f"<td><pre>{column}</pre></td>" for column in columns)
    return (
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody><tr>{body}</tr></tbody>\n</table></div>"
    )


def _markdown(block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text, lead):
            return " ".join(filter(None, [f"**{_plain(lead)}**" if lead else "", _plain(text)]))
        case Listing(items):
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


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", _plain(text.replace("\n", " ")))
