"""One thing that happens on the stage and is told in a few lines; it checks itself."""

from typing import Any

from msgspec import Struct, field

from federation.client.http import Answer


class Moment(Struct, frozen=True):
    """What somebody did, and what came of it."""

    title: str
    story: str
    facts: list[tuple[str, str]]
    """(label, text), as they are read."""
    checks: dict[str, bool]
    """What is wrong if it is false."""
    details: dict[str, Any] = field(default_factory=dict)
    """For machines: claims and answers, never token text."""

    @property
    def problems(self) -> list[str]:
        """What did not end as it should."""
        return [problem for problem, good in self.checks.items() if not good]


def seen(answer: Answer) -> list[tuple[str, str]]:
    """What a caller sees of a refusal."""
    members = answer.members
    return [
        ("caller", f"{answer.status} {members.get('error', 'issued')}"),
        ("sees", str(members.get("error_description", ""))),
    ]


def without_token(answer: Answer) -> dict[str, Any]:
    """The answer's members, for a report that may end up in a log."""
    return {name: value for name, value in answer.members.items() if name != "access_token"}
