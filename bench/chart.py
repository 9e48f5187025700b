# SPDX-License-Identifier: Apache-2.0
"""The chart of results.json as SVG: for each algorithm a panel of bars, in microseconds for a token that was never seen."""
from html import escape

WIDTH, PANEL, BAR, GAP, LABEL, HEAD = 900, 440, 15, 5, 118, 34
# The page follows the reader's preference, as a transparent one would be unreadable on one of them.
STYLE = """
  .page { fill: #ffffff }
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .head { font-weight: 600; font-size: 14px }
  .soft { fill: #59636e }
  .ours { fill: #d9480f } .floor { fill: #7a8794 } .peer { fill: #4078c8 }
  @media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .soft { fill: #9198a1 } }
"""


def bars_of(results, algorithm, peers):
    named = [("mxauth", "ours", f"ns.cold.{algorithm}"), ("libcrypto, best", "floor", f"ns.evp.{algorithm}"),
             ("libcrypto, naive", "floor", f"ns.naive.{algorithm}"), ("libsodium", "floor", f"ns.sodium.{algorithm}")]
    named += [(peer, "peer", f"ns.peer.{peer}.{algorithm}") for peer in peers]
    return [(name, kind, results[key] / 1000) for name, kind, key in named if key in results]


def panel(results, algorithm, peers, x, y):
    bars = bars_of(results, algorithm, peers)
    if not bars:
        return "", 0
    # Cut where the slow ones would leave nothing to see of the others.
    ours_and_floors = max(value for _, kind, value in bars if kind != "peer")
    limit = min(max(value for _, _, value in bars), 3 * ours_and_floors)
    room = PANEL - LABEL - 74
    parts = [f'<text class="head" x="{x}" y="{y + 16}">{algorithm}</text>']
    for row, (name, kind, value) in enumerate(bars):
        top = y + HEAD + row * (BAR + GAP)
        width = max(1, room * min(value, limit) / limit)
        digits = 1 if value < 100 else 0
        cut = value > limit
        parts.append(f'<text x="{x + LABEL - 8}" y="{top + 12}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{x + LABEL}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2"/>')
        parts.append(f'<text class="soft" x="{x + LABEL + width + 6:.1f}" y="{top + 12}">{"… " if cut else ""}{value:,.{digits}f} µs</text>')
    return "\n".join(parts), HEAD + len(bars) * (BAR + GAP) + 12


def draw(results, algorithms, peers):
    parts, y = [], 58
    for row in range(0, len(algorithms), 2):
        height = 0
        for column, algorithm in enumerate(algorithms[row:row + 2]):
            drawn, used = panel(results, algorithm, peers, 10 + column * (PANEL + 8), y)
            parts.append(drawn)
            height = max(height, used)
        y += height
    meta = results["meta"]
    note = f"{meta['processor']}, {meta['libcrypto']}, median of {meta['repetitions']} repetitions, {meta['date']}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" width="{WIDTH}" height="{y + 8}" role="img">
<title>What a token costs that was never seen, by algorithm</title>
<style>{STYLE}</style>
<rect class="page" width="100%" height="100%" rx="6"/>
<text class="head" x="10" y="20">A token that was never seen, microseconds: shorter is better</text>
<text class="soft" x="10" y="38">{escape(note)}. Grey: the signature alone; all others: everything.</text>
{chr(10).join(parts)}
</svg>
"""
