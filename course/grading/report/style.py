"""The style of the pages: colours for day and night, phones, and paper."""

LIGHT = {
    "paper": "#ffffff", "ink": "#1a1a1a", "soft": "#f2f3f5", "line": "#c9ccd1", "link": "#005a8c",
    "yes": "#1b6e33", "no": "#a8380a", "bar": "#0072b2", "mark": "#fbe3b0",
}  # fmt: skip
DARK = {
    "paper": "#15171a", "ink": "#ececec", "soft": "#22262b", "line": "#464b52", "link": "#8cc8f2",
    "yes": "#8fd6a4", "no": "#ffb38f", "bar": "#56b4e9", "mark": "#5a4312",
}  # fmt: skip
STYLE = """
:root { color-scheme: light dark; LIGHT }
@media screen and (prefers-color-scheme: dark) { :root { DARK } }
body { font: 1.05rem/1.55 system-ui, sans-serif; margin: 0; padding: 1rem;
  background: var(--paper); color: var(--ink); overflow-wrap: break-word; }
main { max-width: 46rem; margin: 0 auto; }
main.wide { max-width: 76rem; }
main.wide > p { max-width: 46rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; line-height: 1.35; margin-top: 2.2rem; padding-top: .8rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; }
a { color: var(--link); }
ul.checks { list-style: none; padding: 0; }
ul.checks li { padding-left: 1.5rem; text-indent: -1.5rem; }
ul.checks span { display: inline-block; width: 1.5rem; text-indent: 0; font-weight: bold; }
.yes { color: var(--yes); }
.no { color: var(--no); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; min-width: 3.6em; }
.share { display: block; background: var(--soft); margin: .15rem 0; }
.share span { display: block; height: .5rem; background: var(--bar); }
pre { overflow-x: auto; padding: .6rem .8rem; background: var(--soft); border-radius: .3rem; }
code, pre { font: .92em/1.45 ui-monospace, monospace; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1rem; }
.pair pre { margin-top: .3rem; }
mark { background: var(--mark); color: inherit; }
svg { width: 100%; height: auto; max-width: 30rem; }
rect { fill: var(--bar); }
@media (max-width: 40rem) { .pair { grid-template-columns: minmax(0, 1fr); }
  table, pre { font-size: .88em; } }
@media print { @page { margin: 16mm; } body { font-size: 10.5pt; padding: 0; }
  h2, pre, tr, svg { break-inside: avoid; } pre { white-space: pre-wrap; }
  h1, h2, h3, p:has(+ pre), p:has(+ div), p:has(+ ul) { break-after: avoid; }
  .share span, pre, mark { print-color-adjust: exact; } }
"""
for _word, _colours in ("LIGHT", LIGHT), ("DARK", DARK):
    _told = " ".join(f"--{name}: {colour};" for name, colour in _colours.items())
    STYLE = STYLE.replace(_word, _told)
