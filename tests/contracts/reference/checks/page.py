"""Reads the tables of worked examples out of docs/reference."""

from pathlib import Path

PAGES = Path(__file__).resolve().parents[4] / "docs" / "reference"


def table_after(heading, page="ledger.md"):
    """Returns the rows of the first table after a heading: header cells, then lists of cells."""
    text = (PAGES / page).read_text(encoding="utf-8")
    at = text.index(heading)
    lines = iter(text[at:].splitlines())
    for line in lines:
        if line.startswith("|"):
            break
    rows = [line]
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append(line)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return cells[0], cells[2:]
