"""How much of trust one tenant may fill: others read, parse and compare what it writes."""

from msgspec import Struct


class Quotas(Struct, frozen=True):
    """Of each tenant, but for `examples`, of each policy, and `patterns`, of each issuer, in any tenant."""

    policies: int = 200
    policy_bytes: int = 256 * 1024
    """Of all its policies' Cedar texts together, in UTF-8."""
    examples: int = 50
    patterns: int = 200
    """Enabled mappings that pin none of their provider's selectors. Of exact ones there may be any number."""
    issuers: int = 500
    clients: int = 1_000
