"""Two tasks of one image: each may what its own role may, on real stores, and nothing else."""

import json

import pytest

from harness.ecs import Cluster
from harness.iam import ACCOUNT, allow, make_role
from images import python
from test_run_task_roles import define

SCRIPT = """
import boto3, botocore.exceptions, json
s3, table = boto3.client("s3"), boto3.client("dynamodb")

def told(call, **named):
    try:
        call(**named)
        return "done"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"] + ": " + error.response["Error"]["Message"]

print(json.dumps({
    "get": told(s3.get_object, Bucket="photos", Key="cat"),
    "other": told(s3.get_object, Bucket="papers", Key="tax"),
    "put": told(s3.put_object, Bucket="photos", Key="dog", Body=b"woof"),
    "item": told(table.get_item, TableName="orders", Key={"id": {"S": "1"}}),
    "others": told(table.get_item, TableName="people", Key={"id": {"S": "1"}}),
}), flush=True)
"""


@pytest.fixture(scope="module")
def cluster(shared):
    shared.import_image(python.image())
    s3, dynamodb = shared.boto("s3"), shared.boto("dynamodb")
    for bucket, key in (("photos", "cat"), ("papers", "tax")):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for name in ("orders", "people"):
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}})
    return Cluster(shared)


def told(cluster, family, role):
    """What the script says of each call, and the principal that it was made by."""
    task = cluster.run(define(cluster, family, SCRIPT, taskRoleArn=role))
    lines = cluster.wait_line(task, lambda line: line.startswith("{"))
    answers = json.loads(next(line for line in lines if line.startswith("{")))
    return answers, f"arn:aws:sts::{ACCOUNT}:assumed-role/{family}/{task}"


def of_s3(principal, action, resource):
    return (
        f"AccessDenied: User: {principal} is not authorized to perform: {action} on resource: "
        f'"{resource}" because no identity-based policy allows the {action} action'
    )


def of_dynamodb(principal, table):
    action = "dynamodb:GetItem"
    return (
        f"AccessDeniedException: User: {principal} is not authorized to perform: {action} on "
        f"resource: arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table} because no identity-based "
        f"policy allows the {action} action"
    )


def test_each_task_may_what_its_own_role_may(shared, cluster):
    photos = make_role(shared, "photos", allow("s3:GetObject", "arn:aws:s3:::photos/*"))
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
    orders = make_role(shared, "orders", allow("dynamodb:GetItem", table))
    answers, who = told(cluster, "photos", photos)
    assert answers == {
        "get": "done",
        "other": of_s3(who, "s3:GetObject", "arn:aws:s3:::papers/tax"),
        "put": of_s3(who, "s3:PutObject", "arn:aws:s3:::photos/dog"),
        "item": of_dynamodb(who, "orders"),
        "others": of_dynamodb(who, "people"),
    }
    answers, who = told(cluster, "orders", orders)
    assert answers == {
        "get": of_s3(who, "s3:GetObject", "arn:aws:s3:::photos/cat"),
        "other": of_s3(who, "s3:GetObject", "arn:aws:s3:::papers/tax"),
        "put": of_s3(who, "s3:PutObject", "arn:aws:s3:::photos/dog"),
        "item": "done",
        "others": of_dynamodb(who, "people"),
    }


def test_what_a_role_may_is_explained(shared, cluster):
    make_role(shared, "explained", allow("s3:GetObject", "arn:aws:s3:::photos/*", Sid="Photos"))
    allowed, words = shared.explain_access(
        "role/explained", "s3:GetObject", "arn:aws:s3:::photos/cat"
    )
    assert allowed
    assert "identity-based policy `own`, statement 1 (Photos) allows it" in words
    put = ("s3:PutObject", "arn:aws:s3:::photos/x")
    allowed, words = shared.explain_access("role/explained", *put)
    assert not allowed
    assert "because no identity-based policy allows the s3:PutObject action" in words
    _allowed, words = shared.explain_access()
    assert "is not authorized to perform: dynamodb:GetItem" in words
