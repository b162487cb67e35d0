"""Install real issuers: `python -m tests.interop.install [NAME ...]`, without names every one there is.

Exit status 0: the suite has something to run with. 1: none of them could be installed.
"""

import sys
from collections.abc import Sequence

from tests.interop.support.child import unwind_on_sigterm
from tests.interop.support.installation import Installation, NotInstalled
from tests.interop.support.issuers import installations


def main(names: Sequence[str]) -> int:
    """Try them all; say what came of each."""
    unwind_on_sigterm()
    wanted = [each for each in installations() if not names or each.name in names]
    for stranger in set(names) - {each.name for each in wanted}:
        _say(f"{stranger} is no issuer of the suite")
    installed = [each for each in wanted if _is_installed(each)]
    return 0 if installed else 1


def _is_installed(installation: Installation) -> bool:
    try:
        installation.install()
    except NotInstalled as error:
        _say(f"{installation.name} NOT INSTALLED: {error}")
        return False
    _say(f"{installation.name} installed")
    return True


def _say(what: str) -> None:
    sys.stdout.write(f"interop: {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
