"""Builds `boto:1`: this machine's Python with boto3, as an application's image has them.

Also a command, for the demo: it prints the archive's path.

The files keep their places, so that what finds them here finds them there.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from images import archive, build

NAME = "boto:1"
_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
# Of the services' models, those that tests call from inside: all of them are large.
_SERVICES = ("dynamodb", "ecs", "iam", "kms", "s3", "secretsmanager", "ssm", "sts")
_LEFT_OUT = {"__pycache__", "test", "idlelib", "lib2to3", "tkinter", "turtledemo", "site-packages"}
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")


def image():
    """The archive's path; built unless an earlier run left the same."""
    versions = [metadata.version(name) for name in ("boto3", "botocore", "urllib3")]
    own = Path(__file__).read_text()
    key = hashlib.sha256("".join([sys.version, sys.prefix, own, *versions]).encode()).hexdigest()
    path = build._CACHE.with_name("python-images") / f"{key[:16]}.tar"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name("lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in path.parent.glob("*.tar"):
                old.unlink()
            draft = path.with_suffix(".draft")
            base = build._busybox_layer()
            config = {"Env": [f"PATH=/usr/bin:/bin:{sys.base_prefix}/bin"], "Cmd": ["/bin/sh"]}
            archive.docker_archive(draft, NAME, [base, _layer()], config)
            draft.rename(path)
    return path


def main():
    print(image())


def _layer():
    program = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}").resolve()
    standard = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    packages = Path(sysconfig.get_path("purelib"))
    files = [program, *_tree(standard)]
    for name in _PACKAGES:
        place = packages / name
        files += [place] if place.is_file() else _tree(place)
    for extension in [program, *(standard / "lib-dynload").glob("*.so")]:
        files += _libraries(extension)
    files = {path for path in files if not _is_other_service(path, packages)}
    held = {_inside(path): (path.read_bytes(), path.stat().st_mode & 0o755) for path in files}
    # What the virtual environment would say, it says by itself.
    start = f'#!/bin/sh\nPYTHONPATH={packages} exec {program} "$@"\n'
    held["usr/bin/python3"] = (start.encode(), 0o755)
    directories = {str(parent): 0o755 for path in held for parent in list(Path(path).parents)[:-1]}
    directories.pop("bin", None)
    return archive.layer(files=held, directories=directories)


def _tree(directory):
    found = []
    for top, names, files in os.walk(directory):
        names[:] = [name for name in names if name not in _LEFT_OUT]
        found += [Path(top, name) for name in files if not name.endswith((".pyc", ".a"))]
    return found


def _libraries(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return [Path(path) for path in _LIBRARY.findall(listed.stdout)]


def _is_other_service(path, packages):
    data = packages / "botocore" / "data"
    if data not in path.parents:
        return False
    first = path.relative_to(data).parts
    return len(first) > 1 and first[0] not in _SERVICES


def _inside(path):
    return str(path).removeprefix("/")


if __name__ == "__main__":
    main()
