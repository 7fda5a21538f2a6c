"""Builds the shop's image from Debian's packages, without a registry: PostgreSQL and Python.

Nothing is installed here, and none of the packages' own scripts runs.
"""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests"))

from images import archive

NAME = "shop:1"
_CACHE = _ROOT / ".build" / "shop"
_OWN = Path(__file__).with_name("image")
_WANTED = ["postgresql", "python3-minimal", "python3-psycopg2", "busybox-static"]

# What they depend on for being installed, not for running; and the compiler of queries.
_UNNEEDED = re.compile(
    r"adduser|cdebconf|debconf|dpkg|init-.*|install-info|lib(debian|elogind|llvm|perl|z3).*"
    r"|lib.*-perl|libc-l10n|locales.*|logrotate|lsb-.*|mailcap|mawk|openssl|passwd|perl.*"
    r"|postgresql(-client)?-common|sensible-.*|ssl-cert|sysvinit.*|systemd.*|tar|ucf|usr.*"
)
_UNREAD = re.compile(
    r"usr/share/(bash-completion|bug|doc|doc-base|info|lintian|locale|man|perl5|python3)/"
    r"|usr/share/postgresql/\d+/man/|usr/lib/postgresql/\d+/lib/(bitcode/|llvmjit)"
    r"|usr/lib/.*/perl|.*/__pycache__/"
)
# Debian keeps these under `usr` now, and some packages still have them at the root.
_MERGED = ("bin", "lib", "lib64", "sbin")


def _output(*command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not here: the shop's image is made of Debian's packages")


def packages():
    """The names of all packages that make up the image."""
    no = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"]
    options = [f"--no-{kind}" for kind in no]
    listed = _output("apt-cache", "depends", "--recurse", *options, *_WANTED).decode()
    names = set(re.findall(r"^[a-z0-9][a-z0-9.+-]*$", listed, re.MULTILINE))
    if not names:
        sys.exit("apt knows no packages yet: `apt-get update` tells it")
    return sorted(name for name in names if not _UNNEEDED.fullmatch(name))


def _apt(directory, names, *more):
    """Downloads packages into a folder, and nothing where `--print-uris` is asked for."""
    plan = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download"]
    return _output(*plan, *more, *names, cwd=directory)


class _Tree:
    """What a layer is made of."""

    def __init__(self):
        self.files, self.links, self.directories = {}, {}, {}

    def add_package(self, path):
        data = io.BytesIO(_output("dpkg-deb", "--fsys-tarfile", path))
        with tarfile.open(fileobj=data) as tar:
            for member in tar:
                self._add(tar, member)

    def _add(self, tar, member):
        path = member.name.removeprefix("./")
        if path.split("/")[0] in _MERGED:
            path = f"usr/{path}"
        if path == "." or not path or _UNREAD.match(f"{path}/"):
            return
        if member.isdir():
            self.directories[path] = member.mode
        elif member.issym():
            self.links[path] = member.linkname
        elif member.isfile() or member.islnk():
            self.files[path] = (tar.extractfile(member).read(), member.mode)

    def add_own(self):
        """The root's links, a shell, users, a folder for what is temporary, and our programs."""
        for name in _MERGED:
            self.directories[f"usr/{name}"] = 0o755
            self.links[name] = f"usr/{name}"
        self.links["usr/bin/sh"] = "busybox"
        for tool in ("cat", "echo", "rm"):
            self.links[f"usr/bin/{tool}"] = "busybox"
        self.directories |= {"etc": 0o755, "tmp": 0o1777}
        users = "root:x:0:0::/:/bin/sh\nshop:x:1000:1000::/tmp:/bin/sh\n"
        self.files["etc/passwd"] = (users.encode(), 0o644)
        self.files["etc/group"] = (b"root:x:0:\nshop:x:1000:\n", 0o644)
        for path in _OWN.iterdir():
            self.files[f"shop/{path.name}"] = (path.read_bytes(), 0o755)
        [programs] = {path.rpartition("/")[0] for path in self.files if path.endswith("/initdb")}
        self.links["shop/postgresql"] = f"/{programs}"

    def layer(self):
        return archive.layer(self.files, self.links, self.directories)


def build(path, names):
    tree = _Tree()
    with tempfile.TemporaryDirectory() as directory:
        _apt(directory, names)
        for package in sorted(Path(directory).glob("*.deb")):
            tree.add_package(package)
    tree.add_own()
    config = {"Env": ["PATH=/shop:/shop/postgresql:/usr/bin"], "User": "shop"}
    archive.docker_archive(path, NAME, [tree.layer()], config)


def main():
    """Prints the path of the image, which is kept while the packages are of the same versions."""
    names = packages()
    with tempfile.TemporaryDirectory() as empty:
        versions = _apt(empty, names, "--print-uris")
    own = [path.read_bytes() for path in sorted([Path(__file__), *_OWN.iterdir()])]
    key = hashlib.sha256(b"".join([versions, *own])).hexdigest()[:16]
    image = _CACHE / f"{key}.tar"
    if not image.exists():
        shutil.rmtree(_CACHE, ignore_errors=True)
        _CACHE.mkdir(parents=True)
        unfinished = image.with_suffix(".unfinished")
        build(unfinished, names)
        unfinished.rename(image)
    print(image)


if __name__ == "__main__":
    main()
