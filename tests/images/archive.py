"""Image archives as `docker save` writes them, made from files of this machine.

INVARIANT: the same files make the same bytes, so images that share a layer share its digest.
"""

import dataclasses
import gzip
import hashlib
import io
import json
import platform
import tarfile


@dataclasses.dataclass(frozen=True)
class Layer:
    """An uncompressed tar."""

    tar: bytes

    def digest(self):
        return hashlib.sha256(self.tar).hexdigest()


def layer(files=(), links=(), directories=()):
    """`files` maps paths to (bytes, mode), `links` paths to targets; both without a first `/`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, mode in sorted(dict(directories).items()):
            _add(tar, path, tarfile.DIRTYPE, mode)
        for path, (content, mode) in sorted(dict(files).items()):
            _add(tar, path, tarfile.REGTYPE, mode, content=content)
        for path, target in sorted(dict(links).items()):
            _add(tar, path, tarfile.SYMTYPE, 0o777, target=target)
    return Layer(out.getvalue())


def docker_archive(path, name, layers, config):
    """Writes one image; `config` is the image's `config` member (Env, Entrypoint, Cmd, …)."""
    content = {}
    for one in layers:
        content[f"{one.digest()}/layer.tar"] = one.tar
    image = json.dumps(
        {
            "architecture": architecture(),
            "os": "linux",
            "created": "2025-01-01T00:00:00Z",
            "config": config,
            "rootfs": {
                "type": "layers",
                "diff_ids": [f"sha256:{one.digest()}" for one in layers],
            },
            "history": [{"created_by": "tests/images"} for _one in layers],
        }
    ).encode()
    image_name = f"{hashlib.sha256(image).hexdigest()}.json"
    manifest = [{"Config": image_name, "RepoTags": [name], "Layers": list(content)}]
    content[image_name] = image
    content["manifest.json"] = json.dumps(manifest).encode()
    _write(path, content)


def oci_archive(path, name, layers, config):
    """The same image as an OCI layout, its layers compressed."""
    content = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        content[f"blobs/sha256/{digest}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    oci = "application/vnd.oci.image"
    image = {
        "architecture": architecture(),
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{one.digest()}" for one in layers]},
    }
    packed = [gzip.compress(one.tar, mtime=0) for one in layers]
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{oci}.manifest.v1+json",
        "config": blob(json.dumps(image).encode(), f"{oci}.config.v1+json"),
        "layers": [blob(data, f"{oci}.layer.v1.tar+gzip") for data in packed],
    }
    described = blob(json.dumps(manifest).encode(), f"{oci}.manifest.v1+json")
    described["annotations"] = {"org.opencontainers.image.ref.name": name}
    index = {"schemaVersion": 2, "manifests": [described]}
    content["index.json"] = json.dumps(index).encode()
    _write(path, content)


def architecture():
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def _write(path, content):
    with tarfile.open(path, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in content.items():
            _add(tar, name, tarfile.REGTYPE, 0o644, content=data)


def _add(tar, path, kind, mode, content=b"", target=""):
    member = tarfile.TarInfo(path)
    member.type, member.mode, member.linkname, member.size = kind, mode, target, len(content)
    tar.addfile(member, io.BytesIO(content))
