"""DynamoDB as boto3, its resources and the AWS CLI see it."""

import json
import zlib
from pathlib import Path

import boto3.dynamodb.conditions
import botocore.session
import pytest

from harness import clients, commands
from harness.dynamodb import devices, engines, item, listening, table
from harness.refusals import refused
from harness.waiting import wait_until
from harness.wire_calls import Service, code

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table"
UNSUPPORTED = "is not supported by Longshore yet"


@pytest.fixture(scope="module")
def dynamodb(shared):
    return shared.boto("dynamodb")


# -- the CLI


def test_the_life_of_a_table(shared):
    def call(operation, *arguments, **named):
        return shared.aws("dynamodb", operation, *arguments, **named)

    made = call(
        "create-table",
        table_name="life",
        attribute_definitions="AttributeName=id,AttributeType=S",
        key_schema="AttributeName=id,KeyType=HASH",
        billing_mode="PAY_PER_REQUEST",
        tags="Key=team,Value=shop",
    )["TableDescription"]
    assert made["TableArn"] == f"{ARN}/life"
    call("wait", "table-exists", table_name="life")
    shown = call("describe-table", table_name=f"{ARN}/life")["Table"]
    assert (shown["TableStatus"], shown["ItemCount"]) == ("ACTIVE", 0)
    assert "life" in call("list-tables")["TableNames"]
    tags = call("list-tags-of-resource", resource_arn=f"{ARN}/life")["Tags"]
    assert tags == [{"Key": "team", "Value": "shop"}]
    call("put-item", table_name="life", item=item("ann", total=3))
    [found] = call("scan", table_name="life")["Items"]
    assert found == item("ann", total=3)
    gone = call("delete-table", table_name="life")["TableDescription"]
    assert gone["TableArn"] == f"{ARN}/life"
    call("wait", "table-not-exists", table_name="life")
    with pytest.raises(clients.AwsError) as missing:
        call("describe-table", table_name="life")
    assert missing.value.code == "ResourceNotFoundException"


# -- items


def test_items_through_the_resource(shared, dynamodb):
    table(dynamodb, "orders", sort="placed")
    with shared.inside():
        orders = boto3.resource("dynamodb", **known(shared)).Table("orders")
        for day in range(3):
            orders.put_item(Item={"id": "ann", "placed": f"d{day}", "price": day, "note": b"\x00"})
        key = {"id": "ann", "placed": "d1"}
        assert orders.get_item(Key=key)["Item"]["price"] == 1
        is_ann = boto3.dynamodb.conditions.Key("id").eq("ann")
        later = boto3.dynamodb.conditions.Key("placed").gt("d0")
        found = orders.query(KeyConditionExpression=is_ann & later, ScanIndexForward=False)
        assert [it["placed"] for it in found["Items"]] == ["d2", "d1"]
        changed = orders.update_item(
            Key=key,
            UpdateExpression="SET price = price + :one REMOVE note",
            ExpressionAttributeValues={":one": 1},
            ReturnValues="ALL_NEW",
        )["Attributes"]
        assert changed == {"id": "ann", "placed": "d1", "price": 2}
        many = boto3.dynamodb.conditions.Attr("price").gte(2)
        assert orders.scan(FilterExpression=many)["Count"] == 2
        orders.delete_item(Key=key)
        assert "Item" not in orders.get_item(Key=key)
        with orders.batch_writer() as batch:
            for number in range(60):
                batch.put_item(Item={"id": "bob", "placed": f"{number:03}"})
        assert orders.query(KeyConditionExpression=Is("id").eq("bob"))["Count"] == 60


Is = boto3.dynamodb.conditions.Key


def known(host):
    own = host.credentials()
    return {
        "aws_access_key_id": own["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": own["AWS_SECRET_ACCESS_KEY"],
        "endpoint_url": "http://127.0.0.1:4566",
        "region_name": clients.REGION,
    }


def test_a_condition_that_fails_changes_nothing(dynamodb):
    table(dynamodb, "conditions")
    dynamodb.put_item(TableName="conditions", Item=item("a", version=1))
    told = refused(
        dynamodb.put_item,
        TableName="conditions",
        Item=item("a", version=2),
        ConditionExpression="attribute_not_exists(id)",
    )
    assert told == "ConditionalCheckFailedException: The conditional request failed"
    kept = dynamodb.get_item(TableName="conditions", Key=item("a"), ConsistentRead=True)["Item"]
    assert kept == item("a", version=1)


def test_pages_are_followed_to_their_end(dynamodb):
    table(dynamodb, "paged", sort="at")
    for number in range(7):
        dynamodb.put_item(TableName="paged", Item=item("a", at=f"{number}"))
    query = {
        "TableName": "paged",
        "KeyConditionExpression": "id = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
        "Limit": 3,
    }
    pages = list(dynamodb.get_paginator("query").paginate(**query))
    assert [page["Count"] for page in pages] == [3, 3, 1]
    first = dynamodb.query(**query)
    assert first["LastEvaluatedKey"] == item("a", at="2")
    scanned = dynamodb.get_paginator("scan").paginate(TableName="paged", Limit=2)
    assert sum(page["Count"] for page in scanned) == 7
    for name in ("list-a", "list-b", "list-c"):
        table(dynamodb, name)
    listed = dynamodb.list_tables(ExclusiveStartTableName="list", Limit=2)
    assert (listed["TableNames"], listed["LastEvaluatedTableName"]) == (
        ["list-a", "list-b"],
        "list-b",
    )


def test_an_index_is_searched_by_its_own_key(dynamodb):
    table(dynamodb, "indexed")
    dynamodb.put_item(TableName="indexed", Item=item("a", owner="ann"))
    made = dynamodb.update_table(
        TableName="indexed",
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index("by_owner", "owner")}],
    )["TableDescription"]["GlobalSecondaryIndexes"]
    assert made[0]["IndexArn"] == f"{ARN}/indexed/index/by_owner"
    found = dynamodb.query(
        TableName="indexed",
        IndexName="by_owner",
        KeyConditionExpression="#o = :ann",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":ann": {"S": "ann"}},
    )
    assert found["Items"] == [item("a", owner="ann")]


def test_throughput_is_kept_and_shown(dynamodb):
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    keys = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner")]
    table(
        dynamodb,
        "provisioned",
        AttributeDefinitions=keys,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[index("by_owner", "owner", ProvisionedThroughput=units)],
    )
    [made] = dynamodb.describe_table(TableName="provisioned")["Table"]["GlobalSecondaryIndexes"]
    assert units.items() <= made["ProvisionedThroughput"].items()

    def shown():
        told = dynamodb.describe_table(TableName="provisioned")["Table"]
        units = told["ProvisionedThroughput"]
        mode = told.get("BillingModeSummary", {}).get("BillingMode")
        return mode, units["ReadCapacityUnits"], units["WriteCapacityUnits"]

    assert shown() == (None, 5, 6)
    units = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}
    dynamodb.update_table(TableName="provisioned", ProvisionedThroughput=units)
    assert shown() == (None, 7, 8)
    dynamodb.update_table(TableName="provisioned", BillingMode="PAY_PER_REQUEST")
    assert shown() == ("PAY_PER_REQUEST", 0, 0)
    made = {"Create": index("by_other", "other", ProvisionedThroughput=units)}
    told = refused(
        dynamodb.update_table, TableName="provisioned", GlobalSecondaryIndexUpdates=[made]
    )
    name = "GlobalSecondaryIndexUpdates.Create.ProvisionedThroughput"
    assert told == f"ValidationException: `{name}` {UNSUPPORTED}"


def index(name, key, **more):
    keys = [{"AttributeName": key, "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}, **more}


# -- batches and transactions


def test_batches_go_over_tables_by_name_and_by_arn(dynamodb):
    for name in ("batch-a", "batch-b"):
        table(dynamodb, name)
    puts = [{"PutRequest": {"Item": item(key)}} for key in "xyz"]
    told = dynamodb.batch_write_item(
        RequestItems={"batch-a": puts, f"{ARN}/batch-b": puts[:1]}, ReturnConsumedCapacity="TOTAL"
    )
    assert told["UnprocessedItems"] == {}
    assert {one["TableName"] for one in told["ConsumedCapacity"]} == {"batch-a", f"{ARN}/batch-b"}
    wanted = {"Keys": [item("x"), item("missing")]}
    found = dynamodb.batch_get_item(RequestItems={"batch-a": wanted, f"{ARN}/batch-b": wanted})
    assert found["Responses"] == {"batch-a": [item("x")], f"{ARN}/batch-b": [item("x")]}


def test_a_transaction_is_all_or_nothing(dynamodb):
    table(dynamodb, "accounts")
    for name in ("ann", "bob"):
        dynamodb.put_item(TableName="accounts", Item=item(name, money=10))

    def move(amount, **more):
        def change(who, by, **condition):
            values = {":by": {"N": str(by)}, **condition.pop("values", {})}
            update = {
                "TableName": "accounts",
                "Key": item(who),
                "UpdateExpression": "ADD money :by",
                "ExpressionAttributeValues": values,
            }
            return {"Update": {**update, **condition}}

        enough = {"ConditionExpression": "money >= :least"}
        values = {":least": {"N": str(amount)}}
        changes = [change("bob", amount), change("ann", -amount, values=values, **enough)]
        return dynamodb.transact_write_items(TransactItems=changes, **more)

    move(4, ClientRequestToken="once")
    assert refused(move, 5, ClientRequestToken="once").startswith(
        "IdempotentParameterMismatchException: "
    )
    move(4, ClientRequestToken="once")
    told = refused(move, 7)
    assert told.startswith("TransactionCanceledException: Transaction cancelled, please refer")
    assert "[None, ConditionalCheckFailed]" in told
    gets = [{"Get": {"TableName": "accounts", "Key": item(name)}} for name in ("ann", "bob")]
    found = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    assert [one["Item"]["money"]["N"] for one in found] == ["6", "14"]


# -- tags and time to live


def test_tags_are_given_and_taken(dynamodb):
    arn = f"{ARN}/{table(dynamodb, 'tagged')}"
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_what_has_expired_is_deleted(dynamodb):
    table(dynamodb, "sessions")
    dynamodb.update_time_to_live(
        TableName="sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    told = dynamodb.describe_time_to_live(TableName="sessions")["TimeToLiveDescription"]
    assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    dynamodb.put_item(TableName="sessions", Item=item("lasting", until=4_000_000_000))
    dynamodb.put_item(TableName="sessions", Item=item("over", until=1_700_000_000))

    def left():
        return [it["id"]["S"] for it in dynamodb.scan(TableName="sessions")["Items"]]

    wait_until(lambda: left() == ["lasting"], 30, "the end of what has expired")


def test_a_table_says_that_it_has_no_backups(dynamodb):
    table(dynamodb, "unsaved")
    told = dynamodb.describe_continuous_backups(TableName="unsaved")
    assert told["ContinuousBackupsDescription"] == {
        "ContinuousBackupsStatus": "DISABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    told = refused(dynamodb.describe_continuous_backups, TableName="unmade")
    assert told == "TableNotFoundException: Table not found: unmade"


# -- refusals


def test_what_cannot_be_done_is_refused_in_dynamodbs_words(dynamodb):
    table(dynamodb, "errors")
    missing = "ResourceNotFoundException: Requested resource not found"
    for expected, operation, given in [
        (missing, "get_item", {"TableName": "missing", "Key": item("a")}),
        (missing, "put_item", {"TableName": "missing", "Item": item("a")}),
        (missing, "scan", {"TableName": "missing"}),
        (
            "ValidationException: One or more parameter values were invalid: ReadCapacityUnits "
            "and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            "create_table",
            {
                "TableName": "unpaid",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        ),
        (missing, "batch_get_item", {"RequestItems": {"missing": {"Keys": [item("a")]}}}),
        (
            f"{missing}: Table: missing not found",
            "describe_table",
            {"TableName": "missing"},
        ),
        (
            f"{missing}: ResourcArn: {ARN}/missing not found",
            "tag_resource",
            {"ResourceArn": f"{ARN}/missing", "Tags": [{"Key": "a", "Value": "b"}]},
        ),
        (
            "ValidationException: The provided key element does not match the schema",
            "get_item",
            {"TableName": "errors", "Key": {"other": {"S": "a"}}},
        ),
        (
            "ValidationException: One or more parameter values were invalid: "
            "Missing the key id in the item",
            "put_item",
            {"TableName": "errors", "Item": {"other": {"S": "a"}}},
        ),
        (
            "ValidationException: Query condition missed key schema element: id",
            "query",
            {
                "TableName": "errors",
                "KeyConditionExpression": "x = :x",
                "ExpressionAttributeValues": {":x": {"S": "a"}},
            },
        ),
        (
            "ValidationException: The table does not have the specified index: none",
            "scan",
            {"TableName": "errors", "IndexName": "none"},
        ),
    ]:
        assert refused(getattr(dynamodb, operation), **given) == expected
    assert refused(table, dynamodb, "errors").startswith("ResourceInUseException: ")
    protected = {"TableName": "errors", "DeletionProtectionEnabled": True}
    dynamodb.update_table(**protected)
    assert refused(dynamodb.delete_table, TableName="errors").startswith("ValidationException: ")
    dynamodb.update_table(**{**protected, "DeletionProtectionEnabled": False})
    dynamodb.delete_table(TableName="errors")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("StreamSpecification", {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}),
        ("SSESpecification", {"Enabled": True}),
        ("TableClass", "STANDARD_INFREQUENT_ACCESS"),
        ("OnDemandThroughput", {"MaxReadRequestUnits": 1}),
        ("WarmThroughput", {"ReadUnitsPerSecond": 1}),
        ("ResourcePolicy", "{}"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(dynamodb, member, value):
    told = refused(table, dynamodb, "refused", **{member: value})
    assert told == f"ValidationException: `{member}` {UNSUPPORTED}"


def test_every_operation_is_served_or_refused_by_name(dynamodb, shared):
    model = botocore.session.Session().get_service_model("dynamodb")
    served = set()
    send = raw(shared).send
    for name in model.operation_names:
        answer = send("{}", headers={"X-Amz-Target": f"DynamoDB_20120810.{name}"})
        if code(answer) == (501, "NotImplemented"):
            assert f"`{name}`" in answer.json()["message"]
        else:
            assert answer.status in (200, 400), (name, answer.body)
            served.add(name)
    assert len(served) == 21
    assert not [name for name in served if "Statement" in name or "Global" in name]
    streams = shared.boto("dynamodbstreams")
    assert refused(streams.list_streams).startswith("NotImplemented: operation `ListStreams`")


# -- the listener


def raw(host):
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return Service(host, "dynamodb", headers)


def test_answers_have_a_checksum_and_requests_a_signature(shared):
    service = raw(shared)
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    for body in ('{"Limit": 1}', '{"Limit": "many"}', "nothing"):
        answer = service.send(body, headers=target)
        assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.body)
        assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert code(service.send("[]", headers=target)) == (400, "SerializationException")
    other = service.send("{}", headers=target, secret_key="another")
    assert code(other) == (400, "InvalidSignatureException")
    other = service.send("{}", headers=target, scope="ecs")
    assert other.status == 400
    unknown = service.send("{}", headers={"X-Amz-Target": "DynamoDB_20120810.DropTable"})
    assert code(unknown) == (400, "UnknownOperationException")


def test_a_member_that_stands_twice_means_one_thing(shared, dynamodb):
    table(dynamodb, "twice")
    body = '{"TableName": "elsewhere", "TableName": "twice", "table_name": "elsewhere"}'
    answer = raw(shared).send(body, headers={"X-Amz-Target": "DynamoDB_20120810.DescribeTable"})
    assert json.loads(answer.body)["Table"]["TableName"] == "twice"


# -- whose tables


def test_regions_have_tables_of_their_own(shared, dynamodb):
    there = shared.boto("dynamodb", region="eu-west-1")
    table(dynamodb, "regional")
    assert refused(there.describe_table, TableName="regional").startswith("ResourceNotFound")
    made = table(there, "regional")
    there.put_item(TableName=made, Item=item("there"))
    arn = there.describe_table(TableName=made)["Table"]["TableArn"]
    assert arn == "arn:aws:dynamodb:eu-west-1:000000000000:table/regional"
    assert dynamodb.scan(TableName="regional")["Items"] == []
    told = refused(dynamodb.scan, TableName=arn)
    assert told == "ResourceNotFoundException: Requested resource not found"
    told = refused(dynamodb.scan, TableName=arn.replace("000000000000", "111111111111"))
    assert told.startswith("AccessDeniedException: ")


def test_nothing_leads_to_the_engine_but_its_socket(shared, dynamodb):
    dynamodb.list_tables()
    [engine] = engines(shared)
    assert devices(engine) == {"lo"}
    with shared.inside():
        # The resolver's, and the API's.
        assert listening() == {53, 4566}
    [socket] = Path(commands.run_dir(shared.state_dir)).glob("dynamodb.sock")
    assert (socket.stat().st_mode & 0o777, socket.parent.stat().st_mode & 0o777) == (0o600, 0o700)
