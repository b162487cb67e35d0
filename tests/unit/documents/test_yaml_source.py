"""Documents from files."""

from os import mkfifo
from pathlib import Path

import pytest

from federation.documents.yaml_source import MAX_BYTES, read_sources


def test_what_cannot_be_read_is_told_and_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "folder.yaml").mkdir()
    sources = read_sources(tmp_path)
    assert [(Path(one.file).name, one.message) for one in sources.problems] == [
        (name, "not a file, or a link to nothing") for name in ("gone.yaml", "pipe.yml")
    ]


def test_a_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "A.YAML").write_text("kind: Zone\nid: a\n")
    (tmp_path / "B.JSON").write_text('{\t"kind": "Zone", "id": "b"}')
    assert [one.name for one in read_sources(tmp_path).documents] == ["Zone a", "Zone b"]


def test_a_folder_is_read_in_the_order_of_names_hidden_ones_left_alone(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "sub/c.json", ".hidden.yaml", ".git/d.yaml", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'{{"id": "{name}"}}')
    sources = read_sources(tmp_path)
    assert [document.name for document in sources.documents] == ["a.yml", "b.yaml", "sub/c.json"]
    assert sources.problems == ()


def test_one_file_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "trust.conf"
    file.write_text("id: x")
    assert [document.value for document in read_sources(file).documents] == [{"id": "x"}]


def test_json_may_be_indented_with_tabs(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{\n\t"id": "x",\n\t"list": [1,\t"a\\tb"]\n}')
    [document] = read_sources(tmp_path).documents
    assert document.value == {"id": "x", "list": [1, "a\tb"]}
    assert document.problem(("list",), "").line == 3


@pytest.mark.parametrize(
    ("name", "content", "line", "says"),
    [
        ("a.yaml", b"a: 1\nb: \xff", 2, "not UTF-8"),
        ("a.yaml", b"\xef\xbb\xbfa: 1", 1, "byte order mark"),
        ("a.yaml", "a: 1".encode("utf-16"), 1, "not UTF-8"),
        ("a.yaml", b"#" * (MAX_BYTES + 1), 0, "larger than 1 MiB"),
        ("a.json", b'{"a": 1,\n}', 2, "not JSON"),
        ("a.json", b"a: 1", 1, "not JSON"),
        ("a.json", b'{"a": NaN}', 0, "NaN"),
        ("a.json", b"[" * 100_000, 0, "not JSON"),
        ("a.json", b'{"a": 1, "a": 2}', 1, "duplicate key a"),
        ("a.json", b'{"a": "\\ud800"}', 1, "surrogate"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_and_hides_no_other(
    tmp_path: Path, name: str, content: bytes, line: int, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.yaml").write_text("id: z")
    sources = read_sources(tmp_path)
    assert sources.documents[-1].value == {"id": "z"}
    [problem] = sources.problems
    assert (problem.file, problem.line) == (str(tmp_path / name), line)
    assert says in problem.message


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_no_documents_are_a_problem_since_they_are_most_likely_a_typo(tmp_path: Path, name: str) -> None:
    [problem] = read_sources(tmp_path / name).problems
    assert problem.message == "no trust documents here"
