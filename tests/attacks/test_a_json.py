"""Group A, the text: correctly signed tokens that two readers could read differently, or that are too large to read."""

import json
from collections.abc import Callable

import pytest

from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from tests.support.issuer_world import claims, refusal, token, trusted, world
from tests.support.jose_keys import b64u, rsa_key
from tests.support.jose_tokens import signed
from tests.support.jose_vectors import Vector, vectors


def refused(vector: Vector) -> bool:
    text = signed(vector.header, vector.claims, rsa_key())
    return refusal(world(), text) is vector.reason


@pytest.mark.parametrize("vector", vectors("A8"))
def test_A8_duplicate_members_are_refused(vector: Vector) -> None:
    assert refused(vector)


GOOD = json.dumps(claims())
BENT_ENCODINGS: dict[str, bytes] = {
    "utf-16": GOOD.encode("utf-16"),
    "utf-16-le": GOOD.encode("utf-16-le"),
    "utf-16-be": GOOD.encode("utf-16-be"),
    "utf-32": GOOD.encode("utf-32"),
    "utf-32-be": GOOD.encode("utf-32-be"),
    "byte order mark": GOOD.encode("utf-8-sig"),
    "latin-1": GOOD.replace("workload", "wörkload").encode("latin-1"),
    "overlong slash": GOOD.encode().replace(b"workload", b"\xc0\xafload"),
    "overlong NUL": GOOD.encode().replace(b"workload", b"\xc0\x80load"),
    "encoded surrogate": GOOD.encode().replace(b"workload", b"\xed\xa0\x80load"),
    "beyond Unicode": GOOD.encode().replace(b"workload", b"\xf4\x90\x80\x80"),
    "cut short": GOOD.encode().replace(b"workload-1", b"workload\xc3"),
    "array": f"[{GOOD}]".encode(),
    "string": json.dumps(GOOD).encode(),
    "number": b"1",
    "true": b"true",
    "null": b"null",
    "nothing": b" ",
    "two objects": f"{GOOD}{GOOD}".encode(),
    "object and NUL": f"{GOOD}\0".encode(),
    "raw control character": GOOD.encode().replace(b"workload", b"work\nload"),
    "comment": GOOD.encode().replace(b"{", b"{/**/", 1),
    "trailing comma": GOOD.encode().replace(b"}", b",}"),
    "single quotes": GOOD.replace('"', "'").encode(),
}


@pytest.mark.parametrize("form", BENT_ENCODINGS)
def test_A9_claims_that_are_no_plain_json_object_are_refused(form: str) -> None:
    assert refusal(world(), token(BENT_ENCODINGS[form])) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_A9_a_header_in_another_encoding_is_refused(encoding: str) -> None:
    header = '{"alg":"RS256","kid":"rsa-1"}'.encode(encoding)
    assert refusal(world(), token(header=header)) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("header", ["[]", '"RS256"', "1", "null", "[{}]"])
def test_A9_a_header_that_is_no_object_is_refused(header: str) -> None:
    assert refusal(world(), token(header=header)) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("vector", vectors("A10"))
def test_A10_a_time_is_a_number_of_seconds(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("text", ["1800000000.0", "1800000000.75", "18e8", "1.8e9"])
def test_A10_a_time_may_have_a_fraction(name: str, text: str) -> None:
    """As in RFC 7519 section 2; pyop, SimpleSAMLphp and JetBrains Hub write it (authlib/authlib#801)."""
    members = {key: value for key, value in claims().items() if key != name}
    verified = world().verify(token(f'{json.dumps(members)[:-1]},"{name}":{text}}}'))
    times = {"iat": verified.issued_at, "exp": verified.expires_at}
    assert all(isinstance(time, int) for time in times.values())
    assert times.get(name, 1_800_000_000) == 1_800_000_000


@pytest.mark.parametrize("name", ["iat", "nbf", "jti"])
def test_A10_null_is_absence(name: str) -> None:
    assert world().verify(token({**claims(), name: None})).claims.keys() == claims().keys() - {name}


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("number", ["9" * 4000, "9" * 5000, "-" + "9" * 5000, "1." + "0" * 4000, "1e" + "9" * 4000])
def test_A10_a_number_of_thousands_of_digits_is_refused(name: str, number: str) -> None:
    members = {key: value for key, value in claims().items() if key != name}
    payload = f'{json.dumps(members)[:-1]},"{name}":{number}}}'
    assert refusal(world(), token(payload)) is Reason.MALFORMED_TOKEN


BENT_BASE64: dict[str, Callable[[str], str]] = {
    "one pad": lambda segment: segment + "=",
    "two pads": lambda segment: segment + "==",
    "space in front": lambda segment: " " + segment,
    "space behind": lambda segment: segment + " ",
    "line break inside": lambda segment: segment[:4] + "\n" + segment[4:],
    "tab inside": lambda segment: segment[:4] + "\t" + segment[4:],
    "foreign character": lambda segment: segment[:4] + "!" + segment[4:],
    "plus": lambda segment: segment[:4] + "+" + segment[5:],
    "slash": lambda segment: segment[:4] + "/" + segment[5:],
    "NUL": lambda segment: segment + "\0",
    "full-width letter": lambda segment: segment + "\uff21",
    "lone surrogate": lambda segment: segment + "\ud800",
    "one character too many": lambda segment: segment + "A" * ((1 - len(segment)) % 4),
    "trailing bits": lambda segment: segment[:-1] + chr(ord(segment[-1]) + 1),
}


@pytest.mark.parametrize("form", BENT_BASE64)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_A11_another_text_for_the_same_bytes_is_refused(form: str, position: int) -> None:
    # Segments of 3n+1 bytes, so that their last character has bits to spare and stands in the middle of the alphabet.
    segments = token(json.dumps(claims()).ljust(301), header='{"alg":"RS256","kid":"rsa-1"}'.ljust(31)).split(".")
    assert segments[2][-1] in "AQgw"
    segments[position] = BENT_BASE64[form](segments[position])
    assert refusal(world(), ".".join(segments)) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize(
    "shape",
    [
        "",
        ".",
        "..",
        "...",
        "{0}",
        "{0}.{1}",
        "{0}.{1}.{2}.{2}",
        "{0}.{1}.{2}.",
        ".{0}.{1}.{2}",
        "{0}.{1}.{2}.{0}.{1}",
        "{0}.{1}.{2}.{0}.{1}.{2}",
        '{{"payload":"{1}","signatures":[{{"protected":"{0}","signature":"{2}"}}]}}',
        '{{"payload":"{1}","protected":"{0}","signature":"{2}"}}',
        '{0}.{1}.{2}{{"protected":"{0}"}}',
        '{{"a":"{0}.{1}.{2}"}}',
        "Bearer {0}.{1}.{2}",
        "{0}.{1}.{2}\n",
        "{0}.{1}.{2},{0}.{1}.{2}",
    ],
)
def test_A14_anything_but_three_segments_is_refused(shape: str) -> None:
    assert refusal(world(), shape.format(*token().split("."))) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("opening", ['{"a":', "[", '{"a":[', '[{"a":'])
def test_A18_deep_json_is_refused_without_recursion(opening: str) -> None:
    assert refusal(world(), token(f'{{"deep":{opening * 1000}')) is Reason.MALFORMED_TOKEN
    with pytest.raises(NotStrictJson):
        parse_object(f'{{"deep":{opening * 100_000}'.encode())


def test_A18_a_token_nested_as_deep_as_allowed_is_read() -> None:
    payload = f'{json.dumps(claims())[:-1]},"deep":{"[" * 15}{"]" * 15}}}'
    assert world().verify(token(payload)).claims["deep"]
    deeper = f'{json.dumps(claims())[:-1]},"deep":{"[" * 16}{"]" * 16}}}'
    assert refusal(world(), token(deeper)) is Reason.MALFORMED_TOKEN


def test_A18_brackets_in_text_are_no_depth() -> None:
    text = '[{"\\' * 100
    assert world().verify(token(claims(note=text))).claims["note"] == text


def test_A19_a_token_above_16_kib_is_refused() -> None:
    filler = {f"c{number}": "x" * 1000 for number in range(13)}
    text = token({**claims(), **filler})
    assert len(text) > 16 * 1024
    assert refusal(world(), text) is Reason.TOKEN_TOO_LARGE


def test_A19_a_token_of_16_kib_is_read() -> None:
    signature = len(token().rsplit(".", 1)[1])
    header = '{"alg":"RS256","kid":"rsa-1"}'.ljust(30)
    room = (16 * 1024 - len(b64u(header.encode())) - signature - 2) * 3 // 4
    text = token(json.dumps(claims()).ljust(room), header=header)
    assert 16 * 1024 - 1 <= len(text) <= 16 * 1024
    assert world().verify(text).subject == "workload-1"


def test_A19_a_header_above_2_kib_is_refused() -> None:
    header = '{"alg":"RS256","kid":"rsa-1"}'
    assert world().verify(token(header=header.ljust(2048))).key_id == "rsa-1"
    assert refusal(world(), token(header=header.ljust(2049))) is Reason.TOKEN_TOO_LARGE


def test_A19_a_kid_above_256_characters_is_refused() -> None:
    longest = rsa_key("k" * 256)
    assert world(trusted(longest)).verify(token(key=longest)).key_id == "k" * 256
    header = {"alg": "RS256", "kid": "k" * 257}
    assert refusal(world(), token(header=header)) is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("long", ["x" * 2049, "é" * 1025], ids=["ASCII", "two bytes each"])
def test_A19_a_string_above_2_kib_is_refused_at_any_depth(long: str) -> None:
    deep: list[dict[str, str]] = [{"b": long}]
    for changed in (claims(note=long), claims(a=deep), claims(a=[long]), {**claims(), long: 1}):
        payload = json.dumps(changed, ensure_ascii=False)
        assert refusal(world(), token(payload)) is Reason.MALFORMED_CLAIMS
    assert world().verify(token(claims(note="x" * 2048)))


def test_A19_more_than_100_claims_are_refused() -> None:
    filler = {f"c{number}": number for number in range(100 - len(claims()))}
    assert world().verify(token({**claims(), **filler}))
    assert refusal(world(), token({**claims(), **filler, "last": 1})) is Reason.MALFORMED_CLAIMS


def test_A19_more_than_16_audiences_are_refused() -> None:
    assert refusal(world(), token(claims(aud=["a"] * 17))) is Reason.MALFORMED_CLAIMS
    assert refusal(world(), token(claims(aud=["a"] * 16))) is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize("vector", vectors("A20"))
def test_A20_a_subject_is_plain_text(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("sub", ["a", "a" * 2048, "repo:org/app:ref:refs/heads/main", "Jörg Müller", "日本語", "a b"])
def test_A20_a_subject_of_plain_text_is_kept_as_it_is(sub: str) -> None:
    assert world().verify(token(claims(sub=sub))).subject == sub
