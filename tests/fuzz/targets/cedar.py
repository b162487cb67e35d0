"""A policy's text: what is taken decides as Cedar's own reading of the whole text does, rule by rule."""

from federation.policy.cedar.compile import compile_policy, read_rule, rule_texts
from federation.policy.cedar.problem import PolicyProblem
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.fuzz.targets.seeds import seeds
from tests.support.policy_requests import decide

SEEDS = seeds("cedar")


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        compiled = compile_policy("fuzzed", text)
    except PolicyProblem as refusal:
        return TALLY.refuse(refusal.message)
    TALLY.accepted += 1
    texts = rule_texts(text)
    if tuple(read_rule("fuzzed", number, one) for number, one in enumerate(texts)) != compiled.rules:
        raise Accepted(data)
    if decide({"whole": text}).allowed != decide({f"part{number}": one for number, one in enumerate(texts)}).allowed:
        raise Accepted(data)
    return None
