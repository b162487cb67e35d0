"""The console beside a bridge of this process, as `fedbridge serve --console` has it: in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from federation.client.admin import AdminApi
from federation.client.credential import NoCredential, read_credential
from federation.console.server import Standing, in_a_thread, stand
from federation.console.trouble import NotConnected


@contextmanager
def beside(bridge: str, credential: Path) -> Iterator[Standing]:
    """On a free port of loopback. `credential`: the file of the admin's token, read for each page."""

    def connect() -> AdminApi:
        try:
            return AdminApi(bridge, read_credential(credential))
        except NoCredential as error:
            raise NotConnected(str(error)) from None

    with in_a_thread(stand(0, bridge, connect)) as standing:
        yield standing
