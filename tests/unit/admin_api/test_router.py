"""What is not there, and what is no name of anything."""

import pytest

from tests.support.admin_world import AdminWorld


@pytest.mark.parametrize("path", ["/nonsense", "/nonsense/x", "/", "/issuers/x/y/z"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    answer = AdminWorld().call("GET", path)
    below_a_collection = path.startswith("/issuers/")
    expected = (400, "malformed_path") if below_a_collection else (404, "no_such_resource")
    assert (answer.status, answer.code) == expected


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/issuers/Acme", "id: Of the document: lower case letters"),
        ("/history/nonsense/x", "kind: Of the document: in the plural"),
    ],
)
def test_a_name_that_is_none_is_told_what_it_should_be(path: str, says: str) -> None:
    answer = AdminWorld().call("GET", path)
    assert (answer.status, answer.code) == (400, "malformed_path")
    assert answer.members["detail"].startswith(says)


def test_every_path_says_which_methods_it_has() -> None:
    world = AdminWorld()
    for path in {one.path for one in world.operations}:
        has = {one.method for one in world.operations if one.path == path}
        named = path.replace("{kind}", "issuers").replace("{id}", "x")
        for method in {"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"} - has:
            answer = world.call(method, named)
            assert (answer.status, answer.headers.get("allow")) == (405, ", ".join(sorted(has))), (method, path)
