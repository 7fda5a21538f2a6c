"""The imported operations, as botocore's service models.

Where the installed botocore knows the operation, its own model is taken, so that a fact
lost in the reduction shows; else the reduced one is put back into botocore's form.
"""

import json
import pathlib

import botocore.session
from botocore.exceptions import DataNotFoundError
from botocore.model import ServiceModel

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
SERVICES = tuple(sorted(path.stem for path in MODELS.glob("*.json")))


class Imported:
    """One service: its reduced facts, and botocore's model of each operation."""

    def __init__(self, name):
        self.name = name
        self.reduced = json.loads((MODELS / f"{name}.json").read_text())
        self.restored = ServiceModel(restore(self.reduced), name)
        try:
            model = botocore.session.get_session().get_service_model(name)
            self.installed = model if self._is_same_api(model) else self.restored
        except DataNotFoundError:
            self.installed = self.restored

    @property
    def protocols(self):
        return self.reduced["metadata"]["protocols"]

    @property
    def signing_name(self):
        metadata = self.reduced["metadata"]
        return metadata.get("signingName", metadata["endpointPrefix"])

    def operation(self, name):
        if name in self.installed.operation_names:
            return self.installed.operation_model(name)
        return self.restored.operation_model(name)

    def _is_same_api(self, model):
        return model.metadata["apiVersion"] == self.reduced["metadata"]["apiVersion"]


def restore(reduced):
    operations = {}
    for name, facts in reduced["operations"].items():
        operation = {"name": name, "http": facts["http"], "errors": []}
        if "input" in facts:
            operation["input"] = {"shape": facts["input"]}
        if "output" in facts:
            operation["output"] = {"shape": facts["output"]}
            if "resultWrapper" in facts:
                operation["output"]["resultWrapper"] = facts["resultWrapper"]
        operation["errors"] = [{"shape": shape} for shape in facts.get("errors", ())]
        operations[name] = operation
    shapes = {}
    for name, facts in reduced["shapes"].items():
        shape = dict(facts)
        if error := shape.pop("error", None):
            shape["exception"] = True
            shape["error"] = {"code": error["code"], "httpStatusCode": error["status"]}
        shapes[name] = shape
    return {"metadata": reduced["metadata"], "operations": operations, "shapes": shapes}


IMPORTED = {name: Imported(name) for name in SERVICES}
# Each operation in each protocol that its service is spoken to in.
CALLS = [
    (service, operation, protocol)
    for service, imported in IMPORTED.items()
    for operation in imported.reduced["operations"]
    for protocol in imported.protocols
]
