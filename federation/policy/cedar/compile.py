"""Cedar text -> rules. Everything is checked where a policy is written; the token path reads what was checked."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cedarpy import PolicySet, policies_to_json_str, validate_policies
from msgspec.structs import replace

from federation.policy.cedar.annotations import AnnotationProblem, read_obligations
from federation.policy.cedar.contradictions import contradicts
from federation.policy.cedar.heads import named_actions, read_head
from federation.policy.cedar.impossible import impossible, never, permits_nothing
from federation.policy.cedar.locate import parse_problem, schema_problem
from federation.policy.cedar.mentions import mentions
from federation.policy.cedar.nested_actors import rests_on_nested_actors
from federation.policy.cedar.out_of_reach import entities_by_name, told_actors
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.rules import CompiledPolicy, Rule
from federation.policy.cedar.schema import policy_schema
from federation.policy.cedar.text import Source, read_source

_PREFIX = re.compile(r"^for policy `policy\d+`, ")


def compile_policy(document_id: str, text: str) -> CompiledPolicy:
    """A policy that may be activated: it parses, fits the schema and is cheap to evaluate; raises PolicyProblem."""
    source = read_source(text)
    compiled = read_policy(document_id, text)
    for number, rule in enumerate(compiled.rules):
        _check_loadable(source, number, rule)
        _check_in_reach(source, number, rule)
    _check_schema(source)
    for number, rule in enumerate(compiled.rules):
        for one in never(json.loads(rule.cedar)):
            raise _at(source, number, one.quoted, f"this can never hold: {one.message}")
    rules = [json.loads(rule.cedar) for rule in compiled.rules]
    excluded = {number for number, rule in enumerate(rules) if contradicts(rule)}
    for number in sorted(impossible(source.texts) | excluded):
        if not permits_nothing(rules[number]):
            raise _at(source, number, compiled.rules[number].effect, _NEVER_APPLIES)
    return compiled


@lru_cache(maxsize=4_000)
def read_policy(document_id: str, text: str) -> CompiledPolicy:
    """A policy that was compiled before, without asking the schema again; raises PolicyProblem.

    Should a policy no longer fit the schema, its evaluation errs, and that is a denial.
    """
    return CompiledPolicy(document_id, tuple(_rules(document_id, read_source(text))))


@lru_cache(maxsize=4_000)
def read_rule(document_id: str, number: int, text: str) -> Rule:
    """One Cedar policy of a document that was compiled before, by its own text; raises PolicyProblem."""
    rule, *others = _rules(document_id, read_source(text))
    if others:
        raise PolicyProblem("more than one policy, where there is to be one")
    return replace(rule, id=f"{document_id}#{number}")


def rule_texts(text: str) -> tuple[str, ...]:
    """The text of each Cedar policy of a document, in order, at least one; raises PolicyProblem."""
    texts = read_source(text).texts
    if not texts:
        raise PolicyProblem(_NOTHING)
    return texts


def policy_set(rules: tuple[Rule, ...]) -> PolicySet:
    """The rules as the engine's handle; raises ValueError. Ids go in as data, never as text (ATTACKS F3)."""
    policies = {rule.id: json.loads(rule.cedar) for rule in rules}
    return PolicySet.from_json_str(json.dumps({"templates": {}, "staticPolicies": policies, "templateLinks": []}))


def _static_policies(source: Source) -> dict[str, Any]:
    parsed = _parse(source)
    if parsed["templates"]:
        raise PolicyProblem("a template with ?principal or ?resource decides nothing; write a policy")
    if not parsed["staticPolicies"]:
        raise PolicyProblem(_NOTHING)
    policies: dict[str, Any] = parsed["staticPolicies"]
    return policies


def _parse(source: Source) -> Any:  # noqa: ANN401  (Cedar's JSON form, as it comes)
    try:
        return json.loads(policies_to_json_str(source.text))
    except ValueError as error:
        raise parse_problem(source, str(error)) from error
    except RecursionError as error:
        raise PolicyProblem(_TOO_DEEP) from error


_NEVER_APPLIES = "this can never apply to any request, whatever it says; mend its conditions or leave it out"
_NOTHING = "there is no policy in the text"
_TOO_DEEP = "too many conditions joined in one expression; write several when clauses or a set"


def _rules(document_id: str, source: Source) -> Iterator[Rule]:
    parsed = _static_policies(source)
    for number in range(len(parsed)):
        policy = parsed[f"policy{number}"]
        effect = policy["effect"]
        if effect == "permit" and rests_on_nested_actors(policy["conditions"]):
            raise _at(source, number, "chain", "only a forbid may look at who acted before (RFC 8693 section 4.1)")
        try:
            obligations = read_obligations(effect, policy.get("annotations", {}))
        except AnnotationProblem as problem:
            raise _at(source, number, f"@{problem.name}", problem.message) from problem
        head = read_head(policy)
        mentioned = mentions(head, policy["conditions"])
        yield Rule(
            id=f"{document_id}#{number}",
            document=document_id,
            effect=effect,
            head=head,
            actions=named_actions(policy),
            obligations=obligations,
            mentions=mentioned,
            cedar=json.dumps(policy),
        )


def _at(source: Source, number: int, quoted: str, message: str) -> PolicyProblem:
    place = schema_problem(source, number, f"`{quoted}`")
    return PolicyProblem(message, place.line, place.column)


def _check_loadable(source: Source, number: int, rule: Rule) -> None:
    """The engine reads JSON only so deep, which bounds how deep an evaluation goes."""
    try:
        policy_set((rule,))
    except (ValueError, RecursionError) as error:
        raise _at(source, number, "when", _TOO_DEEP) from error


def _check_in_reach(source: Source, number: int, rule: Rule) -> None:
    conditions = json.loads(rule.cedar)["conditions"]
    for name in entities_by_name(conditions):
        raise _at(source, number, name, f"no request has a {name} of that name; begin with context")
    for name in told_actors(conditions) if rule.effect == "permit" else ():
        raise _at(source, number, name, "only a forbid may look at who acted before (RFC 8693 section 4.1)")


def _check_schema(source: Source) -> None:
    """The first policy's error that names something, since that can be shown in the text."""
    errors = validate_policies(source.text, policy_schema()).errors
    found = [(int(error.policy_id.removeprefix("policy")), _PREFIX.sub("", error.error)) for error in errors]
    if found:
        number, message = min(found, key=lambda one: (one[0], "`" not in one[1], one[1]))
        raise schema_problem(source, number, message)
