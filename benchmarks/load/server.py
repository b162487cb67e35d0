"""The gateway of a laptop and all functions behind it, on the AWS that the environment names.

Prints its URL, and serves until its standard input ends. Its memory is the functions' own: AWS is another process.
"""

import os
import sys
from contextlib import redirect_stderr
from pathlib import Path

from federation.aws.lean.services import lean_services
from federation.bootstrap.keys import publication
from federation.local.functions import Runtime, build_handlers
from federation.local.gateway import Gateway
from federation.local.iam import IamAuthorizer
from federation.local.routes import load_template, read_routes
from federation.local.server import Server, listen, url_of
from federation.settings import read_settings
from federation.system import RandomIdentifiers, SystemClock
from federation.web.authorities import system_trust


def main() -> None:
    """Serve."""
    environment, clock, identifiers = dict(os.environ), SystemClock(), RandomIdentifiers()
    routes = read_routes(load_template())
    with Path(os.devnull).open("w") as log, redirect_stderr(log), listen(0) as listener:
        handlers = build_handlers(routes, environment, lean_services(environment, system_trust))
        publisher = publication(read_settings(environment)).publisher
        runtime = Runtime(handlers, clock, identifiers)
        gateway = Gateway(routes, runtime, publisher, clock, identifiers, IamAuthorizer(clock))
        with Server(listener, gateway.answer):
            print(url_of(listener), flush=True)  # noqa: T201
            sys.stdin.read()


if __name__ == "__main__":
    main()
