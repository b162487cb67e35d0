"""Refusals of requests without a proven subject: only the address is known."""

from federation.signals.cases import HOUR, refused, stranger
from federation.signals.catalogue.jumps import jump
from federation.signals.signal import Case, Definition, Step

LEAST, FIRST = 60, 60

SIGNAL = Definition(
    name="strangers",
    title="Many refusals of requests without a proven subject, from one address",
    of=frozenset({"address"}),
    severity="medium",
    look=jump("strangers", LEAST, FIRST),
    runbook="signals.md#strangers",
    strangers=True,
    raises=False,
    cases=(
        Case("two hundred in twenty seconds", (Step(stranger("bad_signature"), times=200, every=0.1),), 70),
        Case("sixty in ten minutes", (Step(stranger("bad_signature"), times=60, every=10),), 0),
        Case("of a proven subject", (Step(refused("no_mapping"), times=200, every=0.1),), 0),
        Case(
            "as many as every hour",
            (Step(stranger("untrusted_issuer"), times=50, every=0.1, after=HOUR),) * 10,
            0,
        ),
    ),
)
