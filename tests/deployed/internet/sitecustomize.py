"""The open internet of a deployment on one machine: names under which others reach it lead to ports of loopback.

Python runs this before anything else wherever this folder is on PYTHONPATH: in the engine, in the functions that it
starts, in the command line. DEPLOYED_NAMES is a JSON file, suffix of a host name -> port; nothing else is changed. The
addresses are public ones that nobody routes any more (RFC 7526), so that what refuses private addresses is kept.
"""

import json
import os
import socket
from contextlib import suppress
from typing import Any

_NETWORK = "192.88.99."
_names: dict[str, int] = {}
_resolve, _connect = socket.getaddrinfo, socket.socket.connect


def _port(host: object) -> int | None:
    if not isinstance(host, str):
        return None
    with suppress(OSError), open(os.environ["DEPLOYED_NAMES"], encoding="utf-8") as file:  # noqa: PTH123 (early)
        _names.update(json.load(file))
    return next((port for suffix, port in _names.items() if host == suffix or host.endswith("." + suffix)), None)


def _getaddrinfo(host: Any, port: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 (socket's)
    found = _port(host)
    if found is None:
        return _resolve(host, port, *rest, **named)
    address = f"{_NETWORK}{list(_names.values()).index(found) + 1}"
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, int(port or 0)))]


def _connected(self: socket.socket, address: Any) -> None:  # noqa: ANN401 (socket's)
    if isinstance(address, tuple) and str(address[0]).startswith(_NETWORK):
        address = ("127.0.0.1", list(_names.values())[int(address[0].removeprefix(_NETWORK)) - 1])
    _connect(self, address)


if "DEPLOYED_NAMES" in os.environ:
    socket.getaddrinfo = _getaddrinfo
    socket.socket.connect = _connected  # type: ignore[assignment, method-assign]
