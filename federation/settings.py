"""Environment -> typed settings, read once at cold start."""

import re
from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.model.quotas import Quotas
from federation.model.trust import RateLimit

ISSUER_RATE = RateLimit(per_second=200, burst=400)
TENANT_RATE = RateLimit(per_second=300, burst=400)
ADDRESS_RATE = RateLimit(per_second=100, burst=200)
ADMIN_RATE = RateLimit(per_second=50, burst=200)
ADMIN_TENANT_RATE = RateLimit(per_second=100, burst=400)
HIGHEST_RATE = 100_000
DAY = 24 * 60 * 60
KEY_LIFETIME_DAYS = 30
LONGEST_KEY_LIFETIME_DAYS = 365

_RATE = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


class SettingsError(Exception):
    """A setting is missing or contradicts another."""


class Settings(Struct, frozen=True):
    """What a deployment decides."""

    issuer: str
    """Our public URL: `iss`, and the base of every path. Never taken from a request."""
    trust_table: str
    state_table: str
    audit_table: str
    documents_bucket: str
    signing_key: str
    """KMS key ARN or id."""
    signing_algorithm: str = "RS256"
    mtls_url: str = ""
    """Our URL for callers with client certificates; empty: there is none."""
    loopback_issuers: bool = False
    """Whether `http://127.0.0.1` issuers are accepted: on a laptop only."""
    dpop_nonces: bool = True
    """Whether a DPoP proof at the token endpoint needs a nonce of ours (RFC 9449 section 8)."""
    issuer_rate: RateLimit = ISSUER_RATE
    """Of all identities of an issuer together, and of a client, where their documents do not say."""
    tenant_rate: RateLimit = TENANT_RATE
    """Of all clients and issuers of a tenant together, whatever their documents say."""
    address_rate: RateLimit = ADDRESS_RATE
    """Of a source address."""
    token_processes: int = 0
    """How many processes of the token function there can be; 0: as many as the account allows."""
    quotas: Quotas = Quotas()
    """How much of trust a tenant may fill; for the admin API."""
    admin_rate: RateLimit = ADMIN_RATE
    """Of a principal at the admin API."""
    admin_tenant_rate: RateLimit = ADMIN_TENANT_RATE
    """Of all admins of a tenant together."""
    key_lifetime: int = KEY_LIFETIME_DAYS * DAY
    """Seconds for which a signing key signs before the next one does; for who rotates and who shows it."""
    deployment: str = "federation-bridge"
    """Names the deployment in the tags of keys that it makes."""
    rotate_function: str = ""
    """Name of the function that rotates; empty: the process does it itself, as on a laptop."""
    approval_topic: str = ""
    """ARN of the SNS topic that is told of requests for approval; for the function that tells."""
    signal_topic: str = ""
    """ARN of the SNS topic that is told of signals that ring; for the function that finds them."""
    log_groups: tuple[str, ...] = ()
    """Where refusals are logged, and looked for."""
    archive_bucket: str = ""
    """Where the archive of the audit trail lies; for who writes and who shows it."""
    stack: str = ""
    """What the names of our functions and alarms begin with; empty: they are not looked at."""
    queues: tuple[str, ...] = ()
    """Names of queues whose age the admin API shows."""

    def urls(self, path: str) -> frozenset[str]:
        """Every public URL of an endpoint, by which a caller may name it."""
        return frozenset(host + path for host in (self.issuer, self.mtls_url) if host)


def read_settings(environment: ReadOnly[str, str]) -> Settings:
    """The settings that `environment` holds; raises SettingsError."""
    return Settings(
        issuer=_required(environment, "FEDERATION_ISSUER"),
        trust_table=_required(environment, "FEDERATION_TRUST_TABLE"),
        state_table=_required(environment, "FEDERATION_STATE_TABLE"),
        audit_table=_required(environment, "FEDERATION_AUDIT_TABLE"),
        documents_bucket=_required(environment, "FEDERATION_DOCUMENTS_BUCKET"),
        signing_key=_required(environment, "FEDERATION_SIGNING_KEY"),
        signing_algorithm=environment.get("FEDERATION_SIGNING_ALGORITHM", "RS256"),
        mtls_url=environment.get("FEDERATION_MTLS_URL", ""),
        loopback_issuers=_loopback(environment),
        dpop_nonces=_dpop_nonces(environment),
        issuer_rate=_rate(environment, "FEDERATION_ISSUER_RATE", ISSUER_RATE),
        tenant_rate=_rate(environment, "FEDERATION_TENANT_RATE", TENANT_RATE),
        address_rate=_rate(environment, "FEDERATION_ADDRESS_RATE", ADDRESS_RATE),
        token_processes=_token_processes(environment),
        quotas=_quotas(environment.get("FEDERATION_TENANT_QUOTAS", "")),
        admin_rate=_rate(environment, "FEDERATION_ADMIN_RATE", ADMIN_RATE),
        admin_tenant_rate=_rate(environment, "FEDERATION_ADMIN_TENANT_RATE", ADMIN_TENANT_RATE),
        key_lifetime=_key_lifetime(environment),
        deployment=environment.get("FEDERATION_DEPLOYMENT", "federation-bridge"),
        rotate_function=environment.get("FEDERATION_ROTATE_FUNCTION", ""),
        approval_topic=environment.get("FEDERATION_APPROVAL_TOPIC", ""),
        signal_topic=environment.get("FEDERATION_SIGNAL_TOPIC", ""),
        log_groups=tuple(environment.get("FEDERATION_LOG_GROUPS", "").split()),
        archive_bucket=environment.get("FEDERATION_ARCHIVE_BUCKET", ""),
        stack=environment.get("FEDERATION_STACK", ""),
        queues=tuple(environment.get("FEDERATION_QUEUES", "").split()),
    )


def _quotas(text: str) -> Quotas:
    """`policies=300 issuers=1000`: what is not named stays as it is."""
    named = [one.partition("=") for one in text.split()]
    if any(
        name not in Quotas.__struct_fields__ or not re.fullmatch(r"[1-9][0-9]{0,6}", number)
        for name, _, number in named
    ):
        known = " ".join(f"{name}={getattr(Quotas(), name)}" for name in Quotas.__struct_fields__)
        raise SettingsError(f"FEDERATION_TENANT_QUOTAS is numbers by name, such as {known}")
    return Quotas(**{name: int(number) for name, _, number in named})


def _required(environment: ReadOnly[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _loopback(environment: ReadOnly[str, str]) -> bool:
    wanted = environment.get("FEDERATION_LOOPBACK_ISSUERS") == "yes"
    if wanted and "AWS_LAMBDA_FUNCTION_NAME" in environment:
        raise SettingsError("FEDERATION_LOOPBACK_ISSUERS is for a laptop; a deployed function never takes it")
    return wanted


def _dpop_nonces(environment: ReadOnly[str, str]) -> bool:
    wanted = environment.get("FEDERATION_DPOP_NONCE", "required")
    if wanted not in ("required", "off"):
        raise SettingsError("FEDERATION_DPOP_NONCE is required or off")
    return wanted == "required"


def _key_lifetime(environment: ReadOnly[str, str]) -> int:
    days = environment.get("FEDERATION_KEY_LIFETIME_DAYS", str(KEY_LIFETIME_DAYS))
    if not re.fullmatch(r"[1-9][0-9]{0,2}", days) or int(days) > LONGEST_KEY_LIFETIME_DAYS:
        raise SettingsError(f"FEDERATION_KEY_LIFETIME_DAYS is 1 to {LONGEST_KEY_LIFETIME_DAYS} days, such as 30")
    return int(days) * DAY


def _token_processes(environment: ReadOnly[str, str]) -> int:
    number = environment.get("FEDERATION_TOKEN_PROCESSES", "0")
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise SettingsError("FEDERATION_TOKEN_PROCESSES is a number; 0 where it is not known")
    return int(number)


def _rate(environment: ReadOnly[str, str], name: str, default: RateLimit) -> RateLimit:
    if name not in environment:
        return default
    found = _RATE.fullmatch(environment[name])
    per_second, burst = map(int, found.groups()) if found else (0, 0)
    if not (1 <= per_second <= HIGHEST_RATE and 1 <= burst <= HIGHEST_RATE):
        raise SettingsError(f"{name} is requests a second / requests at once, such as 200/400")
    return RateLimit(per_second, burst)
