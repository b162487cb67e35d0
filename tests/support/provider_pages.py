"""What the committed page of a provider says of getting a token."""

import re
from functools import cache
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "providers"
HEADINGS = {"curl": "sh", "fedbridge": "sh", "Python": "python", "Node": "js", "Go": "go"}


@cache
def blocks(provider: str) -> dict[str, str]:
    """Heading -> text, of the page as it is committed."""
    section = (PAGES / f"{provider}.md").read_text().partition("## Getting a token\n")[2].partition("\n## ")[0]
    found = re.findall(r"^### (\w+)\n\n```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert {heading: language for heading, language, _ in found} == HEADINGS
    return {heading: text for heading, _, text in found}
