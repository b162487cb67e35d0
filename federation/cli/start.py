"""Where `fedbridge` begins: without its libraries it says which extra brings them."""

import sys
from importlib import import_module

INSTALL = "pip install 'federation-bridge[cli]'"


def main() -> None:
    """The whole command line; exits 2 where only what callers import is installed."""
    try:
        app = import_module("federation.cli.main").app
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("federation"):
            raise
        print(f"fedbridge needs the extra 'cli' ({error.name} is not installed): {INSTALL}", file=sys.stderr)
        raise SystemExit(2) from None
    app()


if __name__ == "__main__":
    main()
