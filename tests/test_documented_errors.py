"""Every error that AWS documents for what is implemented is provoked by a test, or has a reason."""

import pathlib
import re
import tomllib

import botocore.session
import pytest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
NOT_GIVEN = tomllib.loads((TESTS / "errors_not_given.toml").read_text())


@pytest.fixture(scope="module")
def provoked():
    """Every name that a test of the running node has."""
    files = [*TESTS.glob("test_*.py"), *(TESTS / "harness").glob("*.py")]
    return {name for file in files for name in re.findall(r"\w+", file.read_text())}


def documented(service):
    """The errors of a service's implemented operations, by the code that is sent."""
    table = (ROOT / "docs" / "coverage" / f"{service}.md").read_text()
    implemented = re.findall(r"^\| (\w+) \| implemented", table, re.MULTILINE)
    model = botocore.session.Session().get_service_model(service)
    shapes = [shape for name in implemented for shape in model.operation_model(name).error_shapes]
    return {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}


@pytest.mark.parametrize("service", sorted(NOT_GIVEN))
def test_documented_errors_are_provoked_or_have_a_reason(provoked, service):
    reasons = NOT_GIVEN[service]
    codes = documented(service)
    assert sorted(codes - provoked - set(reasons)) == [], "neither provoked nor in the list"
    assert sorted(set(reasons) & provoked) == [], "in the list, and provoked"
    assert sorted(set(reasons) - codes) == [], "in the list, and not documented"
