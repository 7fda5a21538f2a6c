"""What a task's role lets it do: one object, another bucket, a write, one item, another table.

Prints `CALL allowed` or `CALL denied REASON` for each. It is told of no endpoint and no key: boto3
finds both by the variables that ECS sets.
"""

import boto3
import botocore.exceptions

s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
KEY = {"id": {"S": "1"}}
CALLS = {
    "get photos/cat": lambda: s3.get_object(Bucket="photos", Key="cat"),
    "get papers/tax": lambda: s3.get_object(Bucket="papers", Key="tax"),
    "put photos/dog": lambda: s3.put_object(Bucket="photos", Key="dog", Body=b"woof"),
    "item of orders": lambda: dynamodb.get_item(TableName="orders", Key=KEY),
    "item of people": lambda: dynamodb.get_item(TableName="people", Key=KEY),
}
print(boto3.client("sts").get_caller_identity()["Arn"])
for name, call in CALLS.items():
    try:
        call()
        print(name, "allowed")
    except botocore.exceptions.ClientError as error:
        print(name, "denied", error.response["Error"]["Message"])
print("done", flush=True)
