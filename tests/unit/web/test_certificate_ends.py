"""When the certificate of a host ends is noted where it was believed, over real TLS."""

import time
from pathlib import Path

import pytest

from federation.ports import FetchFailed
from federation.web.certificate_ends import CertificateEnds
from federation.web.connection import Connector
from federation.web.fetcher import WebFetcher
from tests.support.issuer_server import document, issuer_server
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.unit.web.test_fetcher import HOST, KEYS, Rerouted

DAY = 86_400


def seen(tmp_path: Path, client: ThrowAwayAuthority, server: ThrowAwayAuthority) -> CertificateEnds:
    ends = CertificateEnds()
    with issuer_server(server.server_context(HOST, tmp_path)) as running:
        running.routes["/jwks.json"] = document(KEYS)
        connector = Connector(lambda _host, _port: ("8.8.8.8",), Rerouted(running), client.client_context, ends)
        WebFetcher(connector=connector).fetch(f"https://{HOST}/jwks.json")
    return ends


def test_a_host_is_named_while_its_certificate_ends_soon_and_not_before(tmp_path: Path) -> None:
    authority, now = ThrowAwayAuthority(), int(time.time())
    ends = seen(tmp_path, authority, authority)
    (left,) = ends.days_left(now, 100_000).values()
    assert ends.days_left(now, left) == {}
    assert ends.days_left(now + 2 * DAY, left) == {HOST: left - 2}


def test_one_that_nobody_vouches_for_is_not_looked_at(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed):
        seen(tmp_path, ThrowAwayAuthority(), ThrowAwayAuthority())
