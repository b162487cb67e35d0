import pytest

from federation.model.json import Json
from federation.oauth.strict_json import MAX_DEPTH, NotStrictJson, parse_object


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (' {"a": [1, -1, 0.5, true, false, null, "x"]}\n', {"a": [1, -1, 0.5, True, False, None, "x"]}),
        ('{"a":{"b":{"a":1}}}', {"a": {"b": {"a": 1}}}),
        (r'{"a":"\u00e9\ud83d\ude00\\\"\/"}', {"a": 'é😀\\"/'}),
        ('{"a":9007199254740992,"b":-9007199254740992}', {"a": 2**53, "b": -(2**53)}),
        ('{"a":1e3,"b":-0}', {"a": 1000.0, "b": 0}),
    ],
)
def test_plain_json_is_read(text: str, value: dict[str, Json]) -> None:
    assert parse_object(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a":1,"a":1}', "duplicate member"),
        ('{"b":{"a":1,"\\u0061":2}}', "duplicate member"),
        ('{"a":NaN}', "NaN or Infinity"),
        ('{"a":-Infinity}', "NaN or Infinity"),
        ('{"a":1e999}', "number out of range"),
        ('{"a":9007199254740993}', "integer out of range"),
        ('{"a":-9007199254740993}', "integer out of range"),
        ('{"a":"\\ud800"}', "lone surrogate"),
        ('{"\\udfff":1}', "lone surrogate"),
        ('{"a":["\\ude00\\ud83d"]}', "lone surrogate"),
        ("[]", "not an object"),
        ('"{}"', "not an object"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"a":01}', "not JSON"),
        ('{"a":.5}', "not JSON"),
        ('{"a":+1}', "not JSON"),
        ('{"a":0x1}', "not JSON"),
        ('{"a":1}}', "not JSON"),
        ("{'a':1}", "not JSON"),
        ('{"a":"\t"}', "not JSON"),
        ('{"a":"\\x"}', "not JSON"),
        ('{"a":1,}', "not JSON"),
        ("{a:1}", "not JSON"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text: str, problem: str) -> None:
    with pytest.raises(NotStrictJson, match=problem):
        parse_object(text.encode())


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_depth_is_limited() -> None:
    assert parse_object(nested(MAX_DEPTH))
    with pytest.raises(NotStrictJson, match="nested too deeply"):
        parse_object(nested(MAX_DEPTH + 1))


def test_breadth_is_not_depth() -> None:
    text = b'{"a":[' + b",".join([b'{"b":[]}'] * 100) + b"]}"
    assert parse_object(text) == {"a": [{"b": []}] * 100}


@pytest.mark.parametrize(
    "text", ['{"a":"' + '\\"[{' * 50_000, '{"' + "[" * 50_000, "[" * 100_000, '"' * 100_000 + "[" * 17]
)
def test_deep_or_broken_text_is_refused_without_recursion(text: str) -> None:
    with pytest.raises(NotStrictJson):
        parse_object(text.encode())
