"""The interop suite never passes by testing nothing, and says why an issuer is not there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.support.installation import Command, Installation, NotInstalled
from tests.support.eventually import HANGS

ROOT = Path(__file__).parents[2]


def installation(folder: Path, *steps: Command, tools: tuple[str, ...] = (), seconds: int = 60) -> Installation:
    (folder / "manifest").touch()
    return Installation("example", folder, tools, ("manifest",), steps, seconds)


def python(code: str) -> Command:
    return lambda _: (sys.executable, "-c", code)


def test_a_run_without_any_issuer_fails_and_names_them_all(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "tests/interop", "--issuers", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS, check=False)
    assert result.returncode == 3
    for name in ("oidc-provider", "keycloak", "spire"):
        assert f"{name} NOT INSTALLED: never tried" in result.stdout + result.stderr


def test_an_installation_is_made_once_and_anew_when_its_manifest_changes(tmp_path: Path) -> None:
    count = "print('again', file=open('count', 'a'))"
    example = installation(tmp_path, python(count))
    for _ in range(2):
        example.install()
        assert example.why_not() is None
    (tmp_path / "manifest").write_text("changed", encoding="ascii")
    assert example.why_not() is not None
    example.install()
    assert (tmp_path / "count").read_text(encoding="ascii").split() == ["again", "again"]


def test_a_missing_tool_is_named(tmp_path: Path) -> None:
    example = installation(tmp_path, tools=("no-such-tool",))
    with pytest.raises(NotInstalled, match="needs no-such-tool on the PATH"):
        example.install()
    assert example.why_not() == "needs no-such-tool on the PATH"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("trying|cannot be reached", "cannot be reached"),
        ("trying|\x1b[1mERROR\x1b[m no such package|see the manual", "ERROR no such package"),
        ("", "without a word"),
    ],
)
def test_a_step_that_fails_is_told_by_its_error_or_its_last_words(tmp_path: Path, words: str, told: str) -> None:
    code = f"import sys; print({words!r}.replace('|', chr(10))); sys.exit(1)"
    with pytest.raises(NotInstalled) as failure:
        installation(tmp_path, python(code)).install()
    assert str(failure.value).endswith(f"failed: {told}")


def test_a_step_that_hangs_is_ended(tmp_path: Path) -> None:
    example = installation(tmp_path, python("import time; time.sleep(600)"), seconds=1)
    with pytest.raises(NotInstalled, match="took more than 1 seconds"):
        example.install()


def test_an_installation_that_failed_is_tried_again(tmp_path: Path) -> None:
    example = installation(tmp_path, python("import pathlib, sys; sys.exit(not pathlib.Path('fixed').exists())"))
    with pytest.raises(NotInstalled):
        example.install()
    (tmp_path / "fixed").touch()
    example.install()
    assert example.why_not() is None
