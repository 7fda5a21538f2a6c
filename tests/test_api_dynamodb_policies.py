"""Policies decide on DynamoDB: by table, by partition key, by attribute, by what is returned."""

import json

import pytest

from harness.dynamodb import item, table
from harness.refusals import refused

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table"
OWN = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
ATTRIBUTES = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "level"]},
    "StringEqualsIfExists": {
        "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
        "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
    },
}


@pytest.fixture(scope="module")
def root(shared):
    dynamodb = shared.boto("dynamodb")
    for name in ("games", "other"):
        table(dynamodb, name)
        for key in ("ann", "bob"):
            dynamodb.put_item(TableName=name, Item=item(key, level=1, secret=2))
    return dynamodb


def user(host, name, actions, condition):
    """A client of a user who may do these actions on `games` under the condition."""
    iam = host.boto("iam")
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": f"{ARN}/games",
        "Condition": condition,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="games", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    return host.boto("dynamodb", credentials=credentials)


def denial(name, action, resource):
    return (
        f"AccessDeniedException: User: arn:aws:iam::000000000000:user/{name} is not authorized to "
        f"perform: dynamodb:{action} on resource: {resource} because no identity-based policy "
        f"allows the dynamodb:{action} action"
    )


def test_a_user_reaches_the_items_of_its_own_key(shared, root):
    ann = user(shared, "ann", ["GetItem", "PutItem", "Query", "BatchGetItem"], OWN)
    assert ann.get_item(TableName="games", Key=item("ann"))["Item"]["level"] == {"N": "1"}
    told = refused(ann.get_item, TableName="games", Key=item("bob"))
    assert told == denial("ann", "GetItem", f"{ARN}/games")
    told = refused(ann.get_item, TableName="other", Key=item("ann"))
    assert told == denial("ann", "GetItem", f"{ARN}/other")
    told = refused(ann.put_item, TableName="games", Item=item("bob", level=9))
    assert told == denial("ann", "PutItem", f"{ARN}/games")
    query = {"TableName": "games", "KeyConditionExpression": "#k = :k"}
    names = {"ExpressionAttributeNames": {"#k": "id"}}

    def of(key):
        return {"ExpressionAttributeValues": {":k": {"S": key}}}

    assert ann.query(**query, **names, **of("ann"))["Count"] == 1
    told = refused(ann.query, **query, **names, **of("bob"))
    assert told == denial("ann", "Query", f"{ARN}/games")
    both = {"games": {"Keys": [item("ann"), item("bob")]}}
    told = refused(ann.batch_get_item, RequestItems=both)
    assert told == denial("ann", "BatchGetItem", f"{ARN}/games")
    put = {"Put": {"TableName": "games", "Item": item("bob")}}
    told = refused(ann.transact_write_items, TransactItems=[put])
    assert told == denial("ann", "PutItem", f"{ARN}/games")
    assert refused(ann.scan, TableName="games") == denial("ann", "Scan", f"{ARN}/games")
    assert refused(ann.list_tables) == denial("ann", "ListTables", f"{ARN}/*")
    # Whoever may not is not told what there is.
    told = refused(ann.get_item, TableName="missing", Key=item("ann"))
    assert told == denial("ann", "GetItem", f"{ARN}/missing")


def test_a_user_reaches_the_attributes_that_are_named(shared, root):
    carl = user(shared, "carl", ["GetItem", "UpdateItem"], ATTRIBUTES)
    get = {"TableName": "games", "Key": item("ann")}
    assert carl.get_item(**get, ProjectionExpression="id")["Item"] == item("ann")
    told = denial("carl", "GetItem", f"{ARN}/games")
    assert refused(carl.get_item, **get) == told
    assert refused(carl.get_item, **get, ProjectionExpression="id, secret") == told
    two = {":two": {"N": "2"}}
    change = {"UpdateExpression": "SET #l = :two", "ExpressionAttributeValues": two}
    named = {"ExpressionAttributeNames": {"#l": "level"}}
    carl.update_item(**get, **change, **named, ReturnValues="UPDATED_NEW")
    told = denial("carl", "UpdateItem", f"{ARN}/games")
    assert refused(carl.update_item, **get, **change, **named, ReturnValues="ALL_NEW") == told
    hidden = {"ExpressionAttributeNames": {"#l": "secret"}}
    assert refused(carl.update_item, **get, **change, **hidden) == told
