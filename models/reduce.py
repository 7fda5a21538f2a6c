#!/usr/bin/env python3
"""Reduce botocore's service models to the facts Longshore generates code from.

Reads operations.toml beside this file for which services and operations, and writes
one <service>.json a service: metadata, operations, shapes and their constraints. The
prose (documentation, examples) stays behind: it is not needed, and it is not ours.

    models/reduce.py /path/to/botocore[-X.Y.Z.whl | /data]
"""

import gzip
import json
import pathlib
import sys
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

METADATA = (
    "apiVersion", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "protocol", "protocols",
    "serviceId", "signingName", "targetPrefix", "xmlNamespace",
)
SHAPE = (
    "type", "enum", "min", "max", "pattern", "required", "sensitive", "union",
    "document", "flattened", "locationName", "timestampFormat", "payload",
)
MEMBER = (
    "shape", "locationName", "location", "queryName", "flattened", "timestampFormat",
    "idempotencyToken", "streaming", "jsonvalue", "xmlNamespace", "xmlAttribute",
)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    wanted = tomllib.loads((HERE / "operations.toml").read_text())
    for service, choice in wanted.items():
        model = load(source, choice["model"])
        reduced = reduce(service, model, choice)
        text = json.dumps(reduced, indent=1, ensure_ascii=False) + "\n"
        (HERE / f"{service}.json").write_text(text)
        print(f"{service}: {len(reduced['operations'])} operations,"
              f" {len(reduced['shapes'])} shapes")


def load(source, model):
    """The model `service/version` from a wheel, an installed botocore, or its data."""
    path = f"botocore/data/{model}/service-2.json.gz"
    if source.is_file():
        with zipfile.ZipFile(source) as wheel:
            return json.loads(gzip.decompress(wheel.read(path)))
    for base in (source.parent.parent, source.parent, source):
        if (base / path).is_file():
            return json.loads(gzip.decompress((base / path).read_bytes()))
    sys.exit(f"no {path} under {source}")


def reduce(service, model, choice):
    names = choice["operations"]
    unknown = [name for name in names if name not in model["operations"]]
    if unknown:
        sys.exit(f"{service}: no such operations: {unknown}")
    missing = sorted(set(model["operations"]) - set(names))
    if choice.get("complete") and missing:
        sys.exit(f"{service} is to be complete, but lacks: {missing}")
    operations = {name: operation(model["operations"][name]) for name in sorted(names)}
    shapes = {}
    for facts in operations.values():
        for root in (facts.get("input"), facts.get("output"), *facts.get("errors", ())):
            reach(model["shapes"], root, shapes)
    for error in choice.get("errors", ()):
        reach(model["shapes"], error, shapes)
    metadata = {key: model["metadata"][key] for key in METADATA if key in model["metadata"]}
    return {"metadata": metadata, "operations": operations,
            "shapes": {name: shapes[name] for name in sorted(shapes)}}


def operation(model):
    facts = {"http": model["http"]}
    for key in ("input", "output"):
        if key in model:
            facts[key] = model[key]["shape"]
    if wrapper := model.get("output", {}).get("resultWrapper"):
        facts["resultWrapper"] = wrapper
    if model.get("errors"):
        facts["errors"] = [error["shape"] for error in model["errors"]]
    for key in ("idempotent", "readonly"):
        if model.get(key):
            facts[key] = True
    return facts


def reach(shapes, name, found):
    if name is None or name in found:
        return
    model = shapes[name]
    facts = {key: model[key] for key in SHAPE if key in model}
    found[name] = facts
    if model.get("exception"):
        error = model.get("error", {})
        facts["error"] = {
            "code": error.get("code", name),
            "status": error.get("httpStatusCode", 500 if model.get("fault") else 400),
            "fault": "server" if model.get("fault") else "client",
        }
    if "members" in model:
        facts["members"] = {key: member(value) for key, value in model["members"].items()}
        for value in model["members"].values():
            reach(shapes, value["shape"], found)
    for key in ("member", "key", "value"):
        if key in model:
            facts[key] = member(model[key])
            reach(shapes, model[key]["shape"], found)


def member(model):
    return {key: model[key] for key in MEMBER if key in model}


if __name__ == "__main__":
    main()
