"""An image registry inside a test host: Debian's `docker-registry`, with a password."""

import base64
import gzip
import hashlib
import json
import tarfile
import urllib.parse

LISTEN = "127.0.0.1:5000"
# The password is found nowhere by chance.
USER, PASSWORD = "puller", "puller-8c1f2e7d"
# `PASSWORD` by bcrypt, the one kind that the registry takes.
_HTPASSWD = f"{USER}:$2b$04$Yl1sukozz2344dkpdKiDZ.ppJRD7WeLFZ0CuMF3.ZGklPpmKk27dK\n"
_DOCKER = "application/vnd.docker"


def start(host):
    """Starts it on the host's loopback, and returns the program when it listens."""
    directory = host.data_dir / "registry"
    directory.mkdir()
    (directory / "htpasswd").write_text(_HTPASSWD)
    config = {
        "version": 0.1,
        "log": {"level": "info", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(directory / "data")}},
        "http": {"addr": LISTEN},
        "auth": {"htpasswd": {"realm": "test", "path": str(directory / "htpasswd")}},
    }
    # JSON is YAML.
    (directory / "config.yml").write_text(json.dumps(config))
    command = ["docker-registry", "serve", directory / "config.yml"]
    program = host.start(command, log=directory / "registry.log")
    line = program.wait_for_line(lambda line: "listening on" in line, 10)
    assert line is not None, program.lines
    return program


def login(host, password=PASSWORD, name="auth.json"):
    """The path of a configuration as `docker login` leaves it."""
    encoded = base64.b64encode(f"{USER}:{password}".encode()).decode()
    path = host.data_dir / name
    path.write_text(json.dumps({"auths": {LISTEN: {"auth": encoded}}}))
    path.chmod(0o600)
    return path


def push(host, archive, repository, tag):
    """Pushes the one image of a `docker save` archive; the digest of its manifest."""
    with tarfile.open(archive) as tar:
        (described,) = json.load(tar.extractfile("manifest.json"))
        config = tar.extractfile(described["Config"]).read()
        layers = [gzip.compress(tar.extractfile(name).read()) for name in described["Layers"]]
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_DOCKER}.distribution.manifest.v2+json",
        "config": _blob(host, repository, config, f"{_DOCKER}.container.image.v1+json"),
        "layers": [
            _blob(host, repository, layer, f"{_DOCKER}.image.rootfs.diff.tar.gzip")
            for layer in layers
        ],
    }
    body = json.dumps(manifest).encode()
    headers = {"Content-Type": manifest["mediaType"]}
    url = f"http://{LISTEN}/v2/{repository}/manifests/{tag}"
    assert _send(host, url, "PUT", body, headers).status == 201
    return _digest(body)


def _blob(host, repository, content, media_type):
    begun = _send(host, f"http://{LISTEN}/v2/{repository}/blobs/uploads/", "POST")
    assert begun.status == 202, begun
    digest = _digest(content)
    url = f"{begun.headers['location']}&{urllib.parse.urlencode({'digest': digest})}"
    headers = {"Content-Type": "application/octet-stream"}
    assert _send(host, url, "PUT", content, headers).status == 201
    return {"mediaType": media_type, "size": len(content), "digest": digest}


def _send(host, url, method, body=None, headers=()):
    encoded = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {encoded}", **dict(headers)}
    return host.http(url, method=method, body=body, headers=headers)


def _digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
