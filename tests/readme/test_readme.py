"""What the README shows is what happens: its blocks are run, in order, against a bridge on this machine."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from federation.client.http import post_form
from federation.documents.validate import validate_path
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.eventually import HANGS

ROOT = Path(__file__).parents[2]
PRINTED = "http://127.0.0.1:8080"
"""Where the README's bridge listens."""
FEDBRIDGE = Path(sys.executable).with_name("fedbridge")
_CODE = re.compile(r"```.*?```", re.DOTALL)
_LINK = re.compile(r"\]\(((?!http)[^)#\s]*)(#([^)\s]+))?\)")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


STORY = "docs/changing-trust.md"


def blocks(language: str, containing: str = "", page: str = "README.md") -> list[str]:
    """A page's fenced blocks of a language, in order."""
    text = (ROOT / page).read_text()
    found = [block for name, block in _BLOCK.findall(text) if name == language and containing in block]
    assert found, f"{page} has no {language} block with {containing!r}"
    return found


@dataclass(frozen=True)
class Laptop:
    """`make serve`, but on a free port and in a folder of its own."""

    url: str
    folder: Path

    def run(self, block: str) -> str:
        script = block.replace(PRINTED, self.url)
        done = subprocess.run(["/bin/bash", "-ec", script], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / "examples").symlink_to(ROOT / "examples")
    trust = str(ROOT / "examples" / "trust")
    options = ["--port", "0", "--trust", trust, "--demo-tokens", "demo-tokens", "--admin-token-file", "admin.token"]
    command = [str(FEDBRIDGE), "serve", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")}
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as serve:
        assert serve.stdout is not None
        ready = serve.stdout.readline().decode().split()
        assert ready[0] == "ready"
        yield Laptop(ready[1], folder)
        serve.send_signal(signal.SIGINT)
        assert serve.wait(HANGS) == 0


def token_from(laptop: Laptop) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(laptop.run(blocks("sh", "curl")[0]))
    return answer


def test_the_curl_stands_by_line_30() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert any("curl" in line for line in lines[:30])


def test_the_curl_is_answered_as_printed(laptop: Laptop) -> None:
    printed = json.loads(blocks("json", "access_token")[0])
    answer = token_from(laptop)
    assert answer.keys() == printed.keys()
    assert {**answer, "access_token": ""} == {**printed, "access_token": ""}


def test_the_refusal_reads_as_printed(laptop: Laptop) -> None:
    printed = json.loads(blocks("json", '"error"')[0])
    token = (laptop.folder / "demo-tokens" / "partner.jwt").read_text().strip()
    parameters = {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token_type": TokenType.JWT.value,
        "subject_token": token,
        "audience": "risk-engine",
        "scope": "risk:score:read everything",
    }
    answer = post_form(f"{laptop.url}/token", list(parameters.items())).members
    assert answer.keys() == printed.keys()
    for name in ("error", "error_description"):
        assert answer[name] == printed[name]
    assert answer["error_uri"] == printed["error_uri"].replace(PRINTED, laptop.url)


def test_the_verifier_verifies(laptop: Laptop) -> None:
    script = blocks("python", "PyJWKClient")[0].replace(PRINTED, laptop.url)
    names: dict[str, Any] = {"token": token_from(laptop)["access_token"]}
    exec(script, names)  # noqa: S102  (the README's own text)
    assert names["claims"]["sub"] == "partner/acme/billing-sync"


def test_the_example_documents_are_sound(tmp_path: Path) -> None:
    for number, block in enumerate(blocks("yaml", "kind: Issuer")):
        (tmp_path / f"{number}.yaml").write_text(block)
    assert validate_path(tmp_path).warnings == ()


def test_the_commands_run(laptop: Laptop) -> None:
    for block in blocks("sh", ".venv/bin/fedbridge", "docs/trust-documents.md"):
        laptop.run(block)


def story() -> list[tuple[str, int, list[str]]]:
    """What an admin types, how it ends, and lines of what is printed."""
    section = (ROOT / STORY).read_text().partition("\n## ")[0]
    found = [*_BLOCK.findall(section), ("", "")]
    return [
        (block, _exits(block), printed.splitlines() if after == "text" else [])
        for (name, block), (after, printed) in pairwise(found)
        if name == "sh"
    ]


def _exits(block: str) -> int:
    said = re.search(r"# exits (\d)", block)
    return int(said[1]) if said else 0


def test_an_admin_sees_breaks_explains_mends_and_undoes_as_told(laptop: Laptop) -> None:
    token_from(laptop)  # somebody has been seen
    exported = next(block for block, _, _ in story() if block.startswith("export")).splitlines()[0]
    for block, exits, printed in story():
        script = f"{exported} COLUMNS=200\n{block}".replace(PRINTED, laptop.url)
        command = ["/bin/bash", "-ec", script]
        done = subprocess.run(command, cwd=laptop.folder, capture_output=True, text=True, check=False)
        assert done.returncode == exits, done
        assert [line for line in printed if line not in done.stdout] == [], done.stdout


def test_the_trail_is_searched_and_whole_as_told(laptop: Laptop) -> None:
    exported = next(block for block, _, _ in story() if block.startswith("export")).splitlines()[0]
    (block,) = blocks("sh", "fedbridge audit search", "docs/audit.md")
    printed = laptop.run(f"{exported} COLUMNS=200\n{block}")
    assert printed.splitlines()[-3].startswith("whole: ")


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets


PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_every_file_and_heading_that_is_linked_exists(name: str) -> None:
    page = ROOT / name
    for link, _, heading in _LINK.findall(_CODE.sub("", page.read_text())):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not heading or heading in _headings(target), f"{link}#{heading}"


def _headings(page: Path) -> set[str]:
    """Their anchors, as they are made of text: lower case, hyphens, no punctuation."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_is_short_and_the_index_of_the_pages_leaves_none_out() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 300
    index = (ROOT / "docs" / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"]({page.name}" not in index] == ["README.md"]
