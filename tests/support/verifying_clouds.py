"""Clouds on loopback that verify our token by joserfc and our published keys before they answer, as their own would."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from federation.client.http import send
from tests.support.fake_bridge import Asked, FakeBridge, Reply

ROLE = "arn:aws:iam::123456789012:role/reader"
POOL = "projects/42/locations/global/workloadIdentityPools/acme/providers/bridge"
TENANT, APPLICATION = "4c1e9a20-5b6d-4f3a-8e21-90d7c3a1b2e4", "00001111-aaaa-2222-bbbb-3333cccc4444"
HOUR = timedelta(hours=1)


@dataclass
class Clouds(FakeBridge):
    """All of them, at one address. `bridge` and `audience`: what they were told to trust."""

    bridge: str = ""
    audience: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Claims of the tokens that were good."""
    lifetime: timedelta = HOUR

    def __post_init__(self) -> None:
        self.on("POST", "/", self._aws)
        self.on("POST", "/v1/token", self._google)
        self.on("POST", f"/{TENANT}/oauth2/v2.0/token", self._entra)
        base = f"{self.url}/{TENANT}"
        found = {"token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": f"{base}/a"}
        discovery = f"/{TENANT}/v2.0/.well-known/openid-configuration"
        self.on("GET", discovery, Reply({**found, "issuer": f"{base}/v2.0"}))
        self.on("POST", "/v1/auth/jwt/login", self._vault)

    def verified(self, token: str) -> dict[str, Any] | None:
        """The claims; None for a token that a cloud refuses."""
        keys = KeySet.import_key_set(json.loads(send(f"{self.bridge}/.well-known/jwks.json", "GET").body))
        try:
            claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
            registry = jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.bridge},
                aud={"essential": True, "value": self.audience},
                exp={"essential": True},
                sub={"essential": True},
            )
            registry.validate(claims)
        except Exception:  # noqa: BLE001 (whatever is wrong, the cloud refuses)
            return None
        self.seen.append(dict(claims))
        return dict(claims)

    def _aws(self, asked: Asked) -> Reply:
        form = asked.form
        if form["Action"] == "GetCallerIdentity":
            return _xml(_IDENTITY.format(role=form.get("role", ROLE)))
        claims = self.verified(form["WebIdentityToken"])
        if claims is None or form["RoleArn"] != ROLE:
            return _xml(_REFUSED, 400)
        ends = (datetime.now(UTC) + self.lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _xml(_ASSUMED.format(subject=claims["sub"], ends=ends, count=len(self.seen)))

    def _google(self, asked: Asked) -> Reply:
        form = asked.form
        if form["audience"] != f"//iam.googleapis.com/{POOL}" or self.verified(form["subject_token"]) is None:
            return Reply({"error": "invalid_grant", "error_description": "the token is not accepted"}, 400)
        issued = "urn:ietf:params:oauth:token-type:access_token"
        return Reply(
            {
                "access_token": f"ya29.{len(self.seen)}",
                "issued_token_type": issued,
                "token_type": "Bearer",
                "expires_in": 3600,
            }
        )

    def _entra(self, asked: Asked) -> Reply:
        form = asked.form
        if form["client_id"] != APPLICATION or self.verified(form["client_assertion"]) is None:
            return Reply({"error": "invalid_client", "error_description": "AADSTS700213"}, 401)
        return Reply({"token_type": "Bearer", "expires_in": 3600, "access_token": f"entra.{len(self.seen)}"})

    def _vault(self, asked: Asked) -> Reply:
        claims = self.verified(asked.json["jwt"])
        if claims is None or asked.json["role"] != "reader":
            return Reply({"errors": ["error validating token: invalid audience (aud) claim"]}, 400)
        auth = {
            "client_token": "hvs.token",
            "lease_duration": 600,
            "renewable": True,
            "policies": ["default", "reader"],
        }
        return Reply({"auth": auth})


def written(file: Path, text: str) -> str:
    """The file's name."""
    file.write_text(text)
    return str(file)


def _xml(text: str, status: int = 200) -> Reply:
    return Reply(text.encode(), status, {"content-type": "text/xml"})


_ASSUMED = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>{subject}</SubjectFromWebIdentityToken>
<Credentials><AccessKeyId>ASIA{count}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>session</SessionToken><Expiration>{ends}</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/federation-bridge</Arn>
<AssumedRoleId>AROA:federation-bridge</AssumedRoleId></AssumedRoleUser>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""
_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>{role}</Arn><UserId>AROA:x</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
_REFUSED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>InvalidIdentityToken</Code><Message>the token is not accepted</Message></Error></ErrorResponse>"""
