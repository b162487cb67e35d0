"""`make bench`: what an exchange costs, beside what DESIGN allows. Prints; judges nothing."""

from rich.console import Console
from rich.table import Table

from benchmarks import calls, cold, cpu
from benchmarks.world import world


def main() -> None:
    """Measure and print."""
    console = Console()
    with console.status("exchanging against a stub of AWS ..."), world() as bridge:
        counted = list(calls.measure(bridge))
        cost = cpu.measure(bridge)
    console.print(_calls_table(counted))
    with console.status("starting processes ..."):
        ours, clients = cold.measure()
    console.print(_ratio_table(cost, ours, clients))


def _calls_table(rows: list[calls.Measured]) -> Table:
    table = Table(title="AWS calls", title_justify="left")
    for heading in ("request", "status", "calls", "in sequence", "which"):
        table.add_column(heading)
    for row in rows:
        which = ", ".join(f"{name} x{count}" if count > 1 else name for name, count in sorted(row.calls.items()))
        table.add_row(row.what, str(row.status), str(row.calls.total()), str(row.in_sequence), which)
    return table


def _ratio_table(cost: cpu.Cost, ours: float, clients: float) -> Table:
    table = Table(title="CPU, medians", title_justify="left")
    for heading in ("what", "measured", "over", "ratio", "must"):
        table.add_column(heading)
    floor = f"RS256 verify + ES256 sign, {cost.floor:.0f} us"
    table.add_row("warm exchange", f"{cost.exchange:.0f} us", floor, f"{cost.exchange / cost.floor:.1f}", "15")
    raw = f"raw RS256 verify, {cost.rsa_verify:.0f} us"
    table.add_row("verify + claims", f"{cost.verify:.0f} us", raw, f"{cost.verify / cost.rsa_verify:.1f}", "3")
    start = f"boto3 + two clients, {clients:.2f} s"
    table.add_row("cold start", f"{ours:.2f} s", start, f"{ours / clients:.2f}", "0.45")
    return table


if __name__ == "__main__":
    main()
