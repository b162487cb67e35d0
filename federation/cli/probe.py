"""`fedbridge probe`: attack a bridge from outside; every attack must be refused."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import to_builtins
from rich.table import Table
from rich.text import Text

from federation.cli.bridge import bridge_url
from federation.cli.console import AsJson, NoColor, Progress, Terminal, printable
from federation.cli.failure import FAILED, USAGE, Failed, failing_well
from federation.client.http import send
from federation.later import module_later
from federation.oauth.metadata import OPENID_PATH
from federation.prober.aim import Aim
from federation.prober.attacks import Attack
from federation.prober.identity import made_key
from federation.prober.laptop import KEY_FILE, TRUST_FILE, key_in, set_up, write_trust
from federation.prober.run import Outcome, Report
from federation.prober.run import probe as run_probe

if TYPE_CHECKING:
    from federation.aws import probe_key
else:
    probe_key = module_later("federation.aws.probe_key")

EXAMPLE = "Example: fedbridge probe https://federation.example.com --key probe/prober.key"
UNCLEAR = 3
_STYLES = {Outcome.REFUSED: "green", Outcome.SUCCEEDED: "bold red", Outcome.UNCLEAR: "yellow", Outcome.NOT_TRIED: "dim"}

Bridge = Annotated[str | None, typer.Argument(metavar="URL", help="The bridge.")]
Key = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The prober's private key, which --setup made.")
]
Setup = Annotated[
    Path | None,
    typer.Option("--setup", metavar="DIR", help="Make the prober's key and trust documents there, and attack nothing."),
]
KmsKey = Annotated[
    str | None,
    typer.Option(
        "--kms-key", metavar="ARN", help="With --setup: documents for this key in KMS, of the scheduled prober."
    ),
]


def probe(
    url: Bridge = None,
    *,
    key: Key = None,
    setup: Setup = None,
    kms_key_arn: KmsKey = None,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Try the 25 sharpest attacks of the threat model against a bridge: from outside, over HTTP, with no right to harm.

    Most need an identity that the bridge knows, since else it refuses everything: make one by --setup DIR, apply DIR to
    the bridge, and name its key by --key. What the identity is granted is good nowhere.

    Exits 0 if every attack that was tried was refused as it must be, 1 if one succeeded, 3 if an answer says nothing.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        if setup is not None:
            _set_up(terminal, setup, kms_key_arn)
            return
        report = _probed(terminal, bridge_url(url), key)
        _show(terminal, report)
        if code := _exit_code(report):
            raise typer.Exit(code)


def _set_up(terminal: Terminal, folder: Path, arn: str | None) -> None:
    try:
        if arn is None:
            set_up(folder)
        else:
            write_trust(folder, probe_key.kms_probe_key(arn).jwk)
    except ModuleNotFoundError:
        raise Failed("--kms-key needs the extra 'aws'", "pip install 'federation-bridge[aws]'", code=USAGE) from None
    except ValueError as error:
        raise Failed(f"{folder / KEY_FILE}: {error}", "remove it, and a new one is made") from None
    terminal.answer({"trust": str(folder / TRUST_FILE), "key": None if arn else str(folder / KEY_FILE)})
    terminal.say(f"wrote {folder / TRUST_FILE}", "green")
    terminal.say(f"  fedbridge apply {folder}")
    if arn is None:
        terminal.say(f"  fedbridge probe URL --key {folder / KEY_FILE}")


def _probed(terminal: Terminal, url: str, key: Path | None) -> Report:
    try:
        own = made_key()[0] if key is None else key_in(key)
    except ValueError as error:
        raise Failed(f"{key}: {error}", "make one: fedbridge probe --setup DIR", code=USAGE) from None
    progress = Progress(terminal)

    def shown(attacks: Sequence[Attack]) -> Iterator[Attack]:
        return progress.through("attacks", attacks)

    return run_probe(Aim(url, _issuer(url), own, made_key()[0]), shown)


def _issuer(url: str) -> str:
    """What the bridge calls itself; raises OSError."""
    return str(send(url + OPENID_PATH, "GET").loose_members.get("issuer") or url)


def _show(terminal: Terminal, report: Report) -> None:
    terminal.answer({**to_builtins(report), **{one.name.lower(): len(report.of(one)) for one in Outcome}})
    if terminal.as_json:
        return
    table = Table("row", "attack", "", "answer", box=None, padding=(0, 2, 0, 0))
    for one in report.results:
        answer = f"{one.status or ''} {printable(one.reason)}".strip()
        table.add_row(one.row, one.name, Text(one.outcome.value, _STYLES[one.outcome]), Text(answer, "dim"))
    terminal.results.print(table)
    counted = ", ".join(f"{len(report.of(one))} {one.value}" for one in Outcome if report.of(one))
    terminal.say(counted, "bold red" if report.of(Outcome.SUCCEEDED) else "bold")
    if not report.known:
        terminal.note(f"the bridge does not know this prober ({report.control}): see --setup", "yellow")


def _exit_code(report: Report) -> int:
    if report.of(Outcome.SUCCEEDED):
        return FAILED
    return UNCLEAR if report.of(Outcome.UNCLEAR) else 0
