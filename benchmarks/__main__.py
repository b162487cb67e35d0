"""`make bench`: what an exchange costs, beside what it may cost. Prints; judges nothing."""

from rich.console import Console
from rich.table import Table

from benchmarks import callers, calls, cold, cpu, services
from benchmarks.world import aws_process, world


def main() -> None:
    """Measure and print."""
    console = Console()
    with aws_process() as aws:
        with console.status("exchanging over HTTP to a stub of AWS ..."), world(aws) as bridge:
            counted = list(calls.measure(bridge))
            cost = cpu.measure(bridge)
            client = cpu.client_ratio(aws)
        console.print(_calls_table(counted))
        with console.status("starting processes ..."):
            start = cold.measure(aws)
    console.print(_ratio_table(cost, client, start))
    with console.status("verifying as services do ..."):
        verified = services.measure()
    console.print(services.table(verified))
    with console.status("asking as callers do ..."):
        asked = callers.measure()
    console.print(callers.table(asked))


def _calls_table(rows: list[calls.Measured]) -> Table:
    table = Table(title="AWS calls", title_justify="left")
    for heading in ("request", "status", "calls", "in sequence", "which"):
        table.add_column(heading)
    for row in rows:
        which = ", ".join(f"{name} x{count}" if count > 1 else name for name, count in sorted(row.calls.items()))
        table.add_row(row.what, str(row.status), str(row.calls.total()), str(row.in_sequence), which)
    return table


def _ratio_table(cost: cpu.Cost, client: float, start: cold.Start) -> Table:
    table = Table(title="CPU, medians", title_justify="left")
    for heading in ("what", "measured", "over", "ratio", "must"):
        table.add_column(heading)
    floor = f"RS256 verify + ES256 sign, {cost.floor:.0f} us"
    table.add_row("warm exchange", f"{cost.exchange:.0f} us", floor, f"{cost.over_floor:.1f}", "28")
    table.add_row("the same, undisturbed", "", floor, f"{cost.undisturbed:.1f}", "28")
    table.add_row("three AWS calls", "lean client", "botocore", f"{client:.2f}", "0.20")
    raw = f"raw RS256 verify, {cost.rsa_verify:.0f} us"
    table.add_row("verify + claims", f"{cost.verify:.0f} us", raw, f"{cost.over_verify:.1f}", "2.5")
    clients = f"boto3 + two clients, {start.clients:.2f} s"
    table.add_row("cold start", f"{start.ours:.2f} s", clients, f"{start.ratio:.2f}", "0.75")
    table.add_row("peak memory", f"{start.peak:.0f} MiB", "", "", "60 MiB")
    table.add_row("zipped", f"{start.zipped / 1e6:.1f} MB", "", "", "12 MB")
    return table


if __name__ == "__main__":
    main()
