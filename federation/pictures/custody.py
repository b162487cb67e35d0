"""The chain of custody of a token as a graph.

Takes what `GET /admin/v1/audit/{jti}/chain` answers, with the uses that services logged where `fedbridge audit trace
--uses` has joined them (`uses` of a token).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from federation.pictures.graph import Edge, Graph, Kind, Node, graph

_Link: TypeAlias = Mapping[str, Any]
MAX_USES = 20
"""Of one token that are drawn."""


def custody(chain: Mapping[str, Any]) -> Graph:
    """From who began, at the top, through every decision and token, down to what was made of it."""
    links = [*reversed(_maps(chain["items"])), *_maps(chain.get("children"))]
    asked = str(chain["items"][0]["jti"])
    revoked = _maps(chain.get("revocations"))
    void = {str(jti) for one in revoked for jti in _list(one.get("covers"))}
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for link in links:
        for node in _nodes(link, is_focus=link["jti"] == asked, is_revoked=link["jti"] in void):
            nodes.setdefault(node.id, node._replace(about=str(link["jti"])))
        edges += _edges(link)
    for number, one in enumerate(revoked):
        node = _revocation(number, one)._replace(about=f"revocation {number}")
        nodes[node.id] = node
        edges += [Edge(node.id, _token_id(jti), "ends") for jti in _first(_list(one.get("covers")), links)]
    drawn = [edge for edge in edges if edge.source in nodes and edge.target in nodes]
    return graph(f"Chain of custody of token {asked}", nodes.values(), drawn, _note(chain))


def _first(covered: Sequence[Any], links: Sequence[_Link]) -> list[Any]:
    """Those that were made from none of them: what was made of a token ends with it."""
    made_from = {link["jti"]: _record(link).get("parent_jti") for link in links}
    return [jti for jti in covered if made_from.get(jti) not in covered]


def _record(link: _Link) -> Mapping[str, Any]:
    """Empty where there is none to see."""
    record = link.get("record")
    return record if isinstance(record, Mapping) else {}


def _note(chain: Mapping[str, Any]) -> str:
    missing = []
    if not chain.get("complete"):
        missing.append("It does not lead back to who began: a record of it is missing, or is not yours to see.")
    if chain.get("children_complete") is False:
        missing.append("More tokens were made of it than are shown.")
    if any(len(_list(link.get("uses"))) > MAX_USES for link in _maps(chain["items"])):
        missing.append(f"Of each token the first {MAX_USES} uses are shown.")
    return " ".join(missing)


def _nodes(link: _Link, *, is_focus: bool, is_revoked: bool) -> Iterator[Node]:
    jti, record = str(link["jti"]), _record(link)
    if not record:
        yield Node(
            _token_id(jti), Kind.UNKNOWN, jti, ("there is no record of it that you may see",), is_focus, word="token"
        )
        return
    if "parent_jti" not in record:
        yield Node(_subject_id(record), Kind.IDENTITY, _said(record.get("subject")), tuple(_vouched(record, "")))
    if record.get("actor_issuer"):
        yield Node(
            _actor_id(record),
            Kind.IDENTITY,
            _said(record.get("actor_subject")),
            tuple(_vouched(record, "actor_")),
            word="actor",
        )
    if record.get("approval"):
        yield Node(_approval_id(record), Kind.APPROVAL, str(record["approval"]), tuple(_approval(record)))
    yield Node(_decision_id(jti), Kind.DECISION, _said(record.get("time")), tuple(_decision(record)))
    is_void = is_revoked or record.get("outcome") != "allow"
    facts = (*_token(record), *(("revoked",) if is_revoked else ()))
    yield Node(_token_id(jti), Kind.TOKEN, jti, facts, is_focus, is_void)
    for number, use in enumerate(_maps(link.get("uses"))[:MAX_USES]):
        yield Node(_use_id(jti, number), Kind.USE, _said(use.get("service")), tuple(_use(use)))


def _edges(link: _Link) -> Iterator[Edge]:
    jti, record = str(link["jti"]), _record(link)
    if not record:
        return
    decision = _decision_id(jti)
    begun = _token_id(record["parent_jti"]) if "parent_jti" in record else _subject_id(record)
    yield Edge(begun, decision)
    if record.get("actor_issuer"):
        yield Edge(_actor_id(record), decision, "acts")
    if record.get("approval"):
        yield Edge(_approval_id(record), decision, "allows")
    yield Edge(decision, _token_id(jti))
    for number, _ in enumerate(_maps(link.get("uses"))[:MAX_USES]):
        yield Edge(_token_id(jti), _use_id(jti, number), "used at")


def _vouched(record: _Link, whose: str) -> Iterator[str]:
    """Of whom an issuer vouched for."""
    yield f"issuer {_said(record.get(f'{whose}issuer'))}{_version(record.get(f'{whose}issuer_version'))}"
    if record.get(f"{whose}tenant"):
        yield f"tenant {record[f'{whose}tenant']}"
    if not whose and record.get("source_ip"):
        yield f"from {record['source_ip']}"


def _decision(record: _Link) -> Iterator[str]:
    yield f"mapping {_said(record.get('mapping'))}{_version(record.get('mapping_version'))}"
    if record.get("actor_mapping"):
        yield f"actor by mapping {record['actor_mapping']}{_version(record.get('actor_mapping_version'))}"
    policies = _list(record.get("policies"))
    yield f"policies {', '.join(map(str, policies))}" if policies else "no policy but the grants"
    if record.get("client_id"):
        yield f"client {record['client_id']}"
    if record.get("correlation_id"):
        yield f"request {record['correlation_id']}"


def _token(record: _Link) -> Iterator[str]:
    outcome = f"{_said(record.get('outcome'))} {record.get('discard_reason') or ''}".rstrip()
    yield f"outcome {outcome}"
    yield f"principal {_said(record.get('principal'))}"
    for actor in _actors(record.get("act")):
        yield f"acting {actor}"
    yield f"at {' '.join(map(str, _list(record.get('audience'))))}"
    yield f"scope {' '.join(map(str, _list(record.get('scope'))))}"
    for detail in _maps(record.get("authorization_details")):
        yield f"detail {' '.join(f'{name}={value}' for name, value in detail.items())}"
    if record.get("cnf"):
        yield "bound to a key"


def _approval(record: _Link) -> Iterator[str]:
    if record.get("approved_by"):
        yield f"by {record['approved_by']}"


def _use(use: _Link) -> Iterator[str]:
    yield from (f"{name} {use[name]}" for name in ("time", "request", "actor") if use.get(name))


def _revocation(number: int, one: _Link) -> Node:
    told = (f"{name} {one[name]}" for name in ("by", "reason") if one.get(name))
    facts = (f"{_said(one.get('what'))} {_said(one.get('value'))}", *told)
    return Node(f"revocation {number}", Kind.REVOCATION, _said(one.get("revoked_at")), facts)


def _actors(act: object) -> Iterator[str]:
    """The current actor first."""
    while isinstance(act, Mapping):
        yield str(act.get("sub"))
        act = act.get("act")


def _token_id(jti: object) -> str:
    return f"token {jti}"


def _decision_id(jti: object) -> str:
    return f"decision {jti}"


def _use_id(jti: object, number: int) -> str:
    return f"use {number} {jti}"


def _subject_id(record: _Link) -> str:
    return _identity_id(record.get("issuer"), record.get("subject"))


def _actor_id(record: _Link) -> str:
    """One of our own tokens is a token of the picture, where it is in it."""
    return _identity_id(record.get("actor_issuer"), record.get("actor_subject"))


def _identity_id(issuer: object, subject: object) -> str:
    return f"identity {len(str(issuer))} {issuer} {subject}"


def _approval_id(record: _Link) -> str:
    return f"approval {record['approval']}"


def _said(value: object) -> str:
    return "unknown" if value in (None, "") else str(value)


def _version(value: object) -> str:
    return "" if value is None else f" version {value}"


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _maps(value: object) -> list[_Link]:
    return [one for one in _list(value) if isinstance(one, Mapping)]
