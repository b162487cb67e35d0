"""A plan that somebody looked at: what may be applied is that, and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, to_builtins

from federation.cli.failure import Failed
from federation.cli.planning import Plan
from federation.client.credential import write_private

FORMAT = 1


class SavedPlan(Struct, frozen=True):
    """What a plan comes down to."""

    format: int
    bridge: str
    base: int
    digest: str
    """Of the documents."""
    changes: Mapping[str, tuple[str, int]]
    """`kind id` -> action, and the version afterwards."""
    prune: bool = False

    @classmethod
    def of(cls, plan: Plan, bridge: str) -> "SavedPlan":
        """What is to be kept of it."""
        changes = {
            f"{change['kind']} {change['id']}": (str(change["action"]), int(change["version"]))
            for change in plan.changes
        }
        return cls(FORMAT, bridge, plan.base, plan.folder.digest, changes, plan.prune)

    @classmethod
    def read(cls, file: Path) -> "SavedPlan":
        """Raises Failed, OSError."""
        try:
            kept = json.loads(file.read_text("utf-8"))
            changes = {str(name): (str(action), int(version)) for name, (action, version) in kept["changes"].items()}
            known = str(kept["bridge"]), int(kept["base"]), str(kept["digest"])
            saved = cls(kept["format"], *known, changes, kept["prune"] is True)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Failed(f"{file} is no plan", "make one: fedbridge plan DIR --out FILE") from None
        if saved.format != FORMAT:
            raise Failed(f"{file} is a plan of another version of fedbridge", "plan again")
        return saved

    def write(self, file: Path) -> None:
        """As a whole or not at all; raises OSError."""
        write_private(file, json.dumps(to_builtins(self), indent=1))

    def check(self, now: Plan, bridge: str) -> int:
        """How many of the changes have been made already; raises Failed unless `now` is what is left of this plan.

        Every write moves trust by one. So if trust has moved by exactly what is done of the plan, nobody else wrote:
        an apply was interrupted, and may go on.
        """
        if self.bridge != bridge:
            raise Failed(f"this plan is for {self.bridge}", f"plan for {bridge}, or name that one with --url")
        if self.digest != now.folder.digest:
            raise Failed("the folder is not what was planned", "plan again: fedbridge plan DIR --out FILE")
        left = SavedPlan.of(now, bridge)
        done = len(self.changes) - len(left.changes)
        as_planned = left.changes.items() <= self.changes.items()
        if not as_planned or left.base - self.base != done:
            raise Failed("trust was changed since this was planned", "plan again: fedbridge plan DIR --out FILE")
        return done
