"""`mtls:CERTIFICATE,KEY`: two files that belong together, looked at before they are shown."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.choice import find_source
from federation.client.sources.source import Surroundings
from federation.local.mtls.identity import CertifiedKey, device_identity
from federation.oauth.identifiers import TokenType
from tests.support.eventually import HANGS
from tests.support.x509_authority import HOUR, authority, device
from tests.support.x509_client import credentials

DEVICE, OTHER = device_identity("press-8"), device_identity("press-8")


def written(folder: Path, device: CertifiedKey) -> Path:
    (folder / "c.pem").write_text(device.certificate)
    (folder / "k.pem").write_text(device.private_key)
    return folder


def shown(argument: str) -> Subject:
    return find_source(f"mtls:{argument}", Surroundings(environment={})).subject("https://federation.example.com")


def refusal(argument: str) -> str:
    with pytest.raises(BrokenSource) as caught:
        shown(argument)
    assert caught.value.next
    return str(caught.value)


def test_a_client_certificate_is_two_files(tmp_path: Path) -> None:
    at = written(tmp_path, DEVICE)
    found = shown(f"{at}/c.pem,{at}/k.pem")
    assert (found.type, found.token, found.certificate) == (TokenType.MTLS, "mtls", (f"{at}/c.pem", f"{at}/k.pem"))


def test_what_cannot_be_shown_is_told_before_the_handshake(tmp_path: Path) -> None:
    at = written(tmp_path, DEVICE)
    (at / "other.pem").write_text(OTHER.private_key)
    (at / "none.pem").write_text("x")
    assert refusal(f"{at}/c.pem") == "mtls: it needs two files"
    assert refusal(f"{at}/c.pem,{at}/gone") == f"mtls: {at}/gone cannot be read"
    for pair in (f"{at}/c.pem,{at}/other.pem", f"{at}/none.pem,{at}/k.pem", f"{at}/c.pem,{at}/none.pem"):
        assert refusal(pair) == f"mtls: {' and '.join(pair.split(','))} are no certificate and its key"


def test_a_key_with_a_passphrase_asks_nobody_for_it(tmp_path: Path) -> None:
    at = written(tmp_path, DEVICE)
    key = load_pem_private_key(DEVICE.private_key.encode(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (at / "k.pem").write_bytes(locked)
    assert refusal(f"{at}/c.pem,{at}/k.pem") == "mtls: the key needs a passphrase"


def test_a_certificate_that_ended_is_told_with_its_age_but_not_for_two_minutes_of_another_clock(tmp_path: Path) -> None:
    ca, now = authority("presses", at=time.time()), time.time()
    just, long_ago = (device().around(now - HOUR - late) for late in (60, 600))
    file = credentials(tmp_path, ca.sign(just), just.key)
    assert shown(f"{file},{file}").certificate
    file = credentials(tmp_path, ca.sign(long_ago), long_ago.key)
    assert "expired 60" in refusal(f"{file},{file}")


def test_two_files_of_which_one_is_just_replaced_are_read_once_more(tmp_path: Path) -> None:
    at = written(tmp_path, DEVICE)
    (at / "next.pem").write_text(OTHER.private_key)
    (at / "c.pem").write_text(OTHER.certificate)
    script = f"import os, time; time.sleep(0.02); os.replace('{at}/next.pem', '{at}/k.pem')"
    with subprocess.Popen([sys.executable, "-S", "-c", script]) as writer:
        deadline = time.monotonic() + HANGS
        while (at / "next.pem").exists() and time.monotonic() < deadline:
            try:
                shown(f"{at}/c.pem,{at}/k.pem")
            except BrokenSource as error:
                assert "no certificate and its key" in str(error)  # noqa: PT017 (it may be too early each time)
        writer.wait()
    assert shown(f"{at}/c.pem,{at}/k.pem").certificate
