"""Where the programs under test are: built by `make build`, or named by a variable."""

import os
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BUILT = ROOT / "target" / f"{platform.machine()}-unknown-linux-gnu" / "debug"


def longshore():
    return _program("longshore", "LONGSHORE_BIN")


def testserver():
    return _program("longshore-testserver", "LONGSHORE_TESTSERVER_BIN")


def load():
    return _program("longshore-load", "LONGSHORE_LOAD_BIN")


# Where `make setup` puts the DynamoDB engine, which Longshore finds on its path.
ENGINES = ROOT / ".build" / "bin"


def aws():
    """The AWS CLI of the tests' own environment, never another one that is on the path."""
    return _existing(ROOT / ".venv" / "bin" / "aws", "make setup")


def _program(name, variable):
    path = os.environ.get(variable)
    return _existing(Path(path) if path else _BUILT / name, "make build")


def _existing(path, remedy):
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: run `{remedy}`")
    return str(path)
