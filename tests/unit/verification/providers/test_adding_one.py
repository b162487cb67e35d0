"""docs/adding-a-provider.md shows what is there."""

import re
from pathlib import Path

from federation.verification.provider import Provider
from federation.verification.providers import provider_names

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "adding-a-provider.md").read_text()
PROVIDERS = ROOT / "federation" / "verification" / "providers"


def lines(name: str) -> list[str]:
    return (PROVIDERS / f"{name.replace('-', '_')}.py").read_text().splitlines()


def test_the_diff_is_the_whole_file_of_the_smallest_provider() -> None:
    smallest = min(provider_names(), key=lambda name: len(lines(name)))
    [diff] = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)
    head, body = diff.splitlines()[:3], diff.splitlines()[3:]
    assert head[1:] == [
        f"+++ b/federation/verification/providers/{smallest}.py",
        f"@@ -0,0 +1,{len(lines(smallest))} @@",
    ]
    assert body == [f"+{line}" for line in lines(smallest)]


def test_every_member_of_a_provider_is_explained() -> None:
    assert [name for name in Provider.__struct_fields__ if f"`{name}`" not in PAGE] == []


def test_every_place_it_names_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
