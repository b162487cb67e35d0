"""A token in a file of a folder of its own, kept fresh for as long as it is read."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Self

from federation.client.credential import write_private
from federation.client.errors import ClientError
from federation.client.token import FederatedToken

EVERY = 5.0
"""Seconds between two looks: a token is replaced as soon as there is a newer one."""


class KeptToken:
    """As a context: the folder is made, holds a good token, and is gone in the end."""

    def __init__(self, token: FederatedToken, tell: Callable[[str], None], every: float = EVERY) -> None:
        """`tell`: shows a line to the user."""
        self._token, self._tell, self._every = token, tell, every
        self._ended = Event()
        self._thread = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="fedbridge-"))
        try:
            self._write()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def file(self) -> Path:
        """Where the token is, with nothing beside it."""
        return self.folder / "token"

    def beside(self, name: str, text: str) -> Path:
        """Another file in the folder, for its owner alone."""
        write_private(self.folder / name, text)
        return self.folder / name

    def _keep(self) -> None:
        told = ""
        while not self._ended.wait(self._every):
            try:
                self._write()
                told = ""
            except (ClientError, OSError) as error:
                if told != str(error):
                    self._tell(f"the token could not be replaced: {error}")
                told = str(error)

    def _write(self) -> None:
        text = self._token.get().access_token
        if not self.file.exists() or self.file.read_text("ascii") != text:
            write_private(self.file, text)
