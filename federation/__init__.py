"""federation-bridge: trades a foreign machine identity for a short-lived internal token (RFC 8693).

The sub-packages stand in the order in which a request visits them; `federation.exchange` is the whole pipeline.
"""

from federation.version import VERSION

__version__ = VERSION
