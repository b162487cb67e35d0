"""Whether stored policies still say what their authors meant: others move what their examples rest on."""

from collections.abc import Iterator

from federation.cli.doctor.admins import listed, some
from federation.cli.doctor.finding import Verdict, ok, warning
from federation.cli.doctor.visit import Visit
from federation.documents.checks.standing import standing_problems
from federation.documents.registry import REGISTRY
from federation.model.documents import StoredDocument
from federation.model.trust import Kind

_LOOK = "See why: fedbridge export trust && fedbridge validate trust, or `warnings` of GET /admin/v1/policies/ID."


def standing(visit: Visit) -> Verdict:
    """By the documents as they are: those whose examples fail now, and those that could not be written any more."""
    policies = list(_stored(visit, Kind.POLICY))
    around = [*_stored(visit, Kind.AUDIENCE), *_stored(visit, Kind.ZONE)]
    told = [
        f"{policy.id} ({problems[0].pointer})" for policy in policies if (problems := standing_problems(policy, around))
    ]
    if told:
        return warning(f"{len(told)} of {len(policies)} policies would be refused today: {some(told)}.", _LOOK)
    return ok("Every policy would be taken as it stands, and its examples hold.")


def _stored(visit: Visit, kind: Kind) -> Iterator[StoredDocument]:
    for body in listed(visit, REGISTRY[kind].plural):
        yield StoredDocument(kind, str(body["id"]), 1, body)
