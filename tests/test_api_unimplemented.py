"""Every operation that AWS has of our services is answered: done, refused, or named as missing."""

import json
import pathlib
import random

import botocore.exceptions
import pytest

from harness import clients
from wire.values import Values

MODELS = pathlib.Path(__file__).resolve().parents[1] / "models"
SERVICES = tuple(sorted(path.stem for path in MODELS.glob("*.json")))
DRAWS = 3


@pytest.fixture(scope="module")
def client(shared):
    """One client a service, as its model is loaded for longer than all its calls take."""
    made = {}

    def of(service):
        if service not in made:
            made[service] = shared.boto(service)
        return made[service]

    return of


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_answered(client, service):
    imported = json.loads((MODELS / f"{service}.json").read_text())["operations"]
    model = client(service).meta.service_model
    wrong = {}
    for name in model.operation_names:
        status, code, message = answer(client(service), model.operation_model(name))
        if status in (500, 503) or code in ("InternalFailure", "ServiceUnavailable"):
            wrong[name] = (status, code, message)
        elif code == "NotImplemented" and f"`{name}`" not in message:
            wrong[name] = (status, code, message)
        elif code in ("UnknownOperationException", "InvalidAction") and name in imported:
            wrong[name] = (status, code, message)
    assert wrong == {}


@pytest.mark.parametrize("service", SERVICES)
def test_no_input_that_fits_the_model_is_our_failure(client, service):
    imported = json.loads((MODELS / f"{service}.json").read_text())["operations"]
    model = client(service).meta.service_model
    wrong = {}
    for name in sorted(imported):
        for seed in range(DRAWS):
            told = answer(client(service), model.operation_model(name), seed, fill=0.4)
            if told[0] >= 500 and told[:2] != (501, "NotImplemented"):
                wrong[name, seed] = told
    assert wrong == {}


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("ecs", "CreateCapacityProvider"),
        ("ecs", "CreateDaemon"),
        ("ecs", "ExecuteCommand"),
        ("ecs", "RegisterContainerInstance"),
        ("elbv2", "CreateTrustStore"),
        ("elbv2", "AddListenerCertificates"),
        ("iam", "CreateLoginProfile"),
        ("iam", "CreateSAMLProvider"),
    ],
)
def test_what_is_not_implemented_is_named(client, service, name):
    model = client(service).meta.service_model.operation_model(name)
    status, code, message = answer(client(service), model)
    assert (status, code) == (501, "NotImplemented")
    assert message == f"operation `{name}` of `{service}` is not implemented by Longshore"


@pytest.mark.parametrize(
    ("service", "name"),
    [("ec2", "RunInstances"), ("logs", "StartQuery"), ("cloudwatch", "PutCompositeAlarm")],
)
def test_what_is_not_imported_is_unknown(client, service, name):
    model = client(service).meta.service_model.operation_model(name)
    status, code, message = answer(client(service), model)
    unknown = "InvalidAction" if service == "ec2" else "UnknownOperationException"
    assert (status, code) == (400, unknown)
    assert name in message


def test_the_cli_shows_what_is_not_implemented(shared):
    with pytest.raises(clients.AwsError) as refused:
        shared.aws("ecs", "list-services-by-namespace", namespace="x")
    assert (refused.value.code, refused.value.operation) == (
        "NotImplemented",
        "ListServicesByNamespace",
    )
    assert "`ListServicesByNamespace`" in refused.value.message


@pytest.mark.parametrize(("arguments", "named"), [(("sns", "list-topics"), "`sns`")])
def test_the_cli_shows_which_service_is_not_there(shared, arguments, named):
    with pytest.raises(clients.AwsError) as refused:
        shared.aws(*arguments)
    assert refused.value.code == "NotImplemented"
    assert named in refused.value.message


def answer(client, operation, seed=0, fill=0.0):
    """The status, code and message of a call whose input fits the model, drawn from `seed`.

    What is required is given, and the share `fill` of the rest.
    """
    method = client.meta.method_to_api_mapping
    [name] = [python for python, wire in method.items() if wire == operation.name]
    protocol = client.meta.service_model.protocol
    values = Values(random.Random(f"{operation.name} {seed}"), fill, protocol)
    given = values.draw(operation.input_shape) if operation.input_shape else {}
    try:
        told = getattr(client, name)(**given)
    except botocore.exceptions.ClientError as error:
        told = error.response
    found = told.get("Error", {})
    status = told["ResponseMetadata"]["HTTPStatusCode"]
    return status, found.get("Code"), found.get("Message", "")
