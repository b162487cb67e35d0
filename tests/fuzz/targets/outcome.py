"""What a run may end in: a value, or a refusal of the type that the parser promises. Anything else is a fault."""

from dataclasses import dataclass, field


class Accepted(AssertionError):
    """What was made of a good input is taken for good, or two readers read one text differently."""


@dataclass
class Tally:
    """How many runs ended in which way: a target that refuses everything tests nothing."""

    accepted: int = 0
    refused: int = 0
    reasons: set[str] = field(default_factory=set)

    def refuse(self, why: object) -> None:
        self.refused += 1
        if len(self.reasons) < 500:
            self.reasons.add(str(why)[:60])


TALLY = Tally()
"""Of this process."""
