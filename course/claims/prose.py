"""Which numbers in a lecture's prose are claims, and does each have its evidence?

A claim in prose is a link to the ledger whose title is the claim's key:
``[0.91](../course/claims/02_lenet.json "lenet/test_accuracy")``. Every other number in running text
is a defect, except what is definition rather than result: code, formulas, headings' numbers,
lecture numbers, years, and the equations, figures, sections and tables of a paper.
"""

import re

LINK = re.compile(r'\[([^\]]+)\]\((?:\.\./)+course/claims/(\w+)\.json "([\w/.+-]+)"\)')
NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:\s?%)?")
NOT_CLAIMS = (  # "." stops at the end of a line; what may run over several says so
    r"```[\s\S]*?```",
    r"`[^`]*`",
    r"\$\$[^$]*\$\$",
    r"\$[^$]*\$",
    r"</?[a-z][^>]*>",
    r"\[\d\d[^\]]*\]\([\w/]+\.ipynb\)",  # a lecture by its number and name
    r"\]\([^)]*\)",  # targets of other links
    r"^#+ .*$",
    r"^\s*\d+\. ",
    r"[Ll]ectures? \d\d(?:(?:[–-]|, | and )\d\d)*",
    r"(?:[Ee]quation|[Ff]igure|[Ss]ection|[Tt]able) \d+(?:\.\d+)*",  # of a paper
    r"\b(?:1[89]|20)\d\d[a-z]?\b",
    r"\b[A-Za-z]+-\d+s?\b",  # LeNet-5, VGG-16, FCN-8s
)


def links(markdown):
    """Return the claims of a text as (text of the link, ledger file, key)."""
    return LINK.findall(markdown)


def numbers_without_claim(markdown):
    """Return the numbers of a text that no claim stands behind.

    Args:
        markdown: source of a notebook's Markdown cell.

    Returns:
        list of the offending numbers, as written.
    """
    text = LINK.sub("", markdown)
    for pattern in NOT_CLAIMS:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    return NUMBER.findall(text)


def value_range(text):
    """Read a number as written and return the range of values that round to it.

    ``"0.91"`` → (0.905, 0.915), ``"91 %"`` → (0.905, 0.915), ``"61,706"`` → (61705.5, 61706.5).

    Raises:
        ValueError: if the text holds no number, or more than one.
    """
    found = NUMBER.findall(text)
    if len(found) != 1:
        raise ValueError(f"The claim's text {text!r} should hold exactly one number.")
    digits = found[0].rstrip("% \u202f").replace(",", "").replace("−", "-")
    scale = 0.01 if found[0].endswith("%") else 1
    half = 0.5 * 10 ** -len(digits.partition(".")[2])
    return (float(digits) - half) * scale, (float(digits) + half) * scale
