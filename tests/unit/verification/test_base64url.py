import pytest

from federation.verification.base64url import NotBase64url, decode, encode


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"", b""), (b"f", b"Zg"), (b"fo", b"Zm8"), (b"foo", b"Zm9v"), (b"\xfb\xff\xfe", b"-__-"), (bytes(3), b"AAAA")],
)
def test_a_value_and_its_one_text(value: bytes, text: bytes) -> None:
    assert encode(value) == text
    assert decode(text) == value


@pytest.mark.parametrize("text", [b"Zg==", b"Zg=", b"Zh", b"Zm9", b"Z", b"Zm9vZ", b"+/+/", b"Zm 9v", b"Zg\n", b"Zg\0"])
def test_any_other_text_is_refused(text: bytes) -> None:
    with pytest.raises(NotBase64url):
        decode(text)
