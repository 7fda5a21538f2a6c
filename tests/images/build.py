"""Builds the test images from two static programs of this machine: busybox, and our test server.

Also a command, for the demo: `build.py OUTPUT_DIRECTORY [NAME:TAG …]`.

| image | holds |
|---|---|
| `busybox:1` | a shell and its tools |
| `web:1`, `web:2`, `web:3` | the same, and the test server on port 8080 telling that version |
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import binaries
from images import archive

PORT = 8080
_CACHE = binaries.ROOT / ".build" / "images"
# Another test run may still be using what an older build made.
_KEEP_SECONDS = 24 * 3600
_VERSIONS = ("1", "2", "3")


def all_images():
    """Paths by name and tag, built unless an earlier run left the same ones."""
    base = _busybox_layer()
    server = _server_layer()
    key = hashlib.sha256("".join([base.digest(), server.digest(), _OWN_TEXT]).encode())
    directory = _CACHE / key.hexdigest()[:16]
    paths = {name: directory / f"{name.replace(':', '-')}.tar" for name in _names()}
    _CACHE.mkdir(parents=True, exist_ok=True)
    with open(_CACHE / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            _build(directory, paths, base, server)
    return paths


def _names():
    return ["busybox:1", *(f"web:{version}" for version in _VERSIONS)]


def _build(directory, paths, base, server):
    for old in _CACHE.iterdir():
        if old.is_dir() and old.stat().st_mtime < time.time() - _KEEP_SECONDS:
            shutil.rmtree(old)
    unfinished = Path(tempfile.mkdtemp(dir=_CACHE))
    shell = {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/sh"]}
    archive.docker_archive(unfinished / paths["busybox:1"].name, "busybox:1", [base], shell)
    for version in _VERSIONS:
        name = f"web:{version}"
        archive.docker_archive(
            unfinished / paths[name].name, name, [base, server], _web_config(version)
        )
    unfinished.rename(directory)


def _web_config(version):
    return {
        "Env": ["PATH=/usr/bin:/bin", f"VERSION={version}", f"LISTEN=0.0.0.0:{PORT}"],
        "Entrypoint": ["/usr/bin/longshore-testserver"],
        "ExposedPorts": {f"{PORT}/tcp": {}},
    }


def _busybox_layer():
    program = shutil.which("busybox", path=os.environ["PATH"] + ":/bin:/usr/bin")
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    tools = [name for name in listed.stdout.split() if name != "busybox"]
    return archive.layer(
        directories={
            "bin": 0o755,
            "etc": 0o755,
            "tmp": 0o1777,
            "root": 0o700,
            "usr": 0o755,
            "usr/bin": 0o755,
            "var": 0o755,
        },
        files={
            "bin/busybox": (Path(program).read_bytes(), 0o755),
            "etc/passwd": (b"root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n", 0o644),
            "etc/group": (b"root:x:0:\nweb:x:1000:\nlogs:x:2000:web\n", 0o644),
        },
        links={f"bin/{name}": "busybox" for name in tools},
    )


def _server_layer():
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory, "server")
        shutil.copy(binaries.testserver(), program)
        # A third of the size; where there is no `strip`, the image works as well.
        if shutil.which("strip"):
            subprocess.run(["strip", program], check=True)
        content = program.read_bytes()
    return archive.layer(files={"usr/bin/longshore-testserver": (content, 0o755)})


_SOURCES = ("build.py", "archive.py")
_OWN_TEXT = "".join(Path(__file__).with_name(name).read_text() for name in _SOURCES)


def main(arguments):
    directory = Path(arguments[0])
    directory.mkdir(parents=True, exist_ok=True)
    images = all_images()
    for name in arguments[1:] or images:
        print(shutil.copy(images[name], directory))


if __name__ == "__main__":
    main(sys.argv[1:])
