"""YAML in which a text has one meaning."""

import pytest

from federation.documents.yaml_source import YamlTree
from federation.model.json import Json


def read(text: str) -> tuple[list[Json], list[tuple[int, str]]]:
    tree = YamlTree("a.yaml", text)
    values = [document.value for document in tree.documents()]
    return values, [(problem.line, problem.message) for problem in tree.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("True", "True"),
        ("y", "y"),
        ("17", 17),
        ("-17", -17),
        ("0", 0),
        ("017", "017"),
        ("0x11", "0x11"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("1.10", "1.10"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("12:30", "12:30"),
        ("2026-07-15", "2026-07-15"),
        ("90s", "90s"),
        ("~", None),
        ("null", None),
        ("Null", "Null"),
        ('"17"', "17"),
        ("'true'", "true"),
        ('""', ""),
        ("|\n  17", "17"),
        ("[a, 1, true]", ["a", 1, True]),
        ("{a: {b: [c]}}", {"a": {"b": ["c"]}}),
        ('"\\u00e4\\/"', "ä/"),
        ("9" * 101, "9" * 101),
    ],
)
def test_a_scalar_is_what_somebody_typed(text: str, value: Json) -> None:
    assert read(f"key: {text}") == ([{"key": value}], [])


def test_keys_are_always_text() -> None:
    assert read("true: 1\n2: 3\n'\"kubernetes.io\".namespace': x") == (
        [{"true": 1, "2": 3, '"kubernetes.io".namespace': "x"}],
        [],
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, "duplicate key a"),
        ('a: 1\n"\\u0061": 2', 2, "duplicate key a"),
        ("a: &x 1", 1, "anchor"),
        ("a: 1\n<<: *x", 2, "alias"),
        ("a: !!str 1", 1, "tag"),
        ("a: ! 1", 1, "tag"),
        ("!mapping\na: 1", 1, "tag"),
        ("&x a: 1", 1, "anchor"),
        ("a: [1", 1, "not YAML"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: 1\nb", 2, "not YAML"),
        ("? [a]\n: 1", 1, "a key must be text"),
        ("[" * 40, 1, "nested deeper"),
        ("[" * 100_000, 1, "nested deeper"),
        ("{a: " * 40, 1, "nested deeper"),
        ("a: \x00", 0, "must not stand in it"),
        ('a: "\\ud800"', 1, "surrogate"),
        ("%YAML 3.0\n---\na: 1", 1, "not YAML"),
    ],
)
def test_what_could_mean_two_things_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    _, problems = read(text)
    assert [line for line, _ in problems] == [line]
    assert says in problems[0][1]


def test_documents_before_a_broken_one_are_still_read() -> None:
    values, problems = read("a: 1\n---\nb: 2\n---\nc: [\n---\nd: 4")
    assert values == [{"a": 1}, {"b": 2}]
    assert len(problems) == 1


def test_empty_documents_are_left_out() -> None:
    assert read("# nothing\n---\n---\na: 1\n---\n") == ([{"a": 1}], [])


def test_every_place_has_its_line() -> None:
    text = "---\n# comment\nkind: Issuer\nid: x\nkeys:\n  jwks_uri: y\nlist:\n- a\n- b"
    [document] = YamlTree("a.yaml", text).documents()
    assert document.name == "Issuer x"
    lines = {(): 3, ("keys",): 5, ("keys", "jwks_uri"): 6, ("keys", "nowhere", 1): 5, ("list", 1): 9, ("nowhere",): 3}
    assert {place: document.problem(place, "").line for place in lines} == lines


def test_a_problem_names_its_place_as_a_json_pointer() -> None:
    [document] = YamlTree("a.yaml", "kind: Mapping\nid: m\nmatch: {a/b~c: 1}").documents()
    problem = document.problem(("match", "a/b~c"), "is wrong", "mend it")
    assert str(problem) == "a.yaml:3: Mapping m /match/a~1b~0c: is wrong (mend it)"
