"""A GitHub Actions job's token, with the `sub` of old and with the one that carries immutable ids."""

from federation.local.issuers.claims import ClaimSet

ISSUER = "https://token.actions.githubusercontent.com"
ALGORITHM = "RS256"
LIFETIME = 300
OWNER = "acme"
OWNER_ID = "8675309"
REPOSITORY = "deployer"
REPOSITORY_ID = "424242424"
REF = "refs/heads/main"

_SHA = "c0ffee254729296a45a3885639ac7e10f9d54979"
_WORKFLOW = f"{OWNER}/{REPOSITORY}/.github/workflows/deploy.yml@{REF}"


def claims(audience: str, now: int) -> ClaimSet:
    """A deployment from the main branch; `sub` names the repository."""
    return {
        "jti": f"9b6d2c1e-0000-4000-8000-{now:012x}",
        "sub": f"repo:{OWNER}/{REPOSITORY}:ref:{REF}",
        "aud": audience,
        "ref": REF,
        "sha": _SHA,
        "repository": f"{OWNER}/{REPOSITORY}",
        "repository_owner": OWNER,
        "repository_owner_id": OWNER_ID,
        "run_id": "9876543210",
        "run_number": "17",
        "run_attempt": "1",
        "repository_visibility": "private",
        "repository_id": REPOSITORY_ID,
        "actor_id": "583231",
        "actor": "octocat",
        "workflow": "deploy",
        "head_ref": "",
        "base_ref": "",
        "event_name": "push",
        "ref_protected": "true",
        "ref_type": "branch",
        "workflow_ref": _WORKFLOW,
        "workflow_sha": _SHA,
        "job_workflow_ref": _WORKFLOW,
        "job_workflow_sha": _SHA,
        "runner_environment": "github-hosted",
        "iss": ISSUER,
        "nbf": now - 300,
        "exp": now + LIFETIME,
        "iat": now,
    }


def claims_with_immutable_sub(audience: str, now: int) -> ClaimSet:
    """The same job in a repository created, renamed or moved since 2026-07-15."""
    subject = f"repo:{OWNER}@{OWNER_ID}/{REPOSITORY}@{REPOSITORY_ID}:ref:{REF}"
    return {**claims(audience, now), "sub": subject}
