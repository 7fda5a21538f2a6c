"""KMS as its tests use it: keys described and used, pages of its lists, key policies."""

import json

from harness.iam import ROOT

ACCOUNT = "arn:aws:kms:us-east-1:000000000000"
NOT_YET = "is not supported by Longshore yet"


def described(kms, key):
    return kms.describe_key(KeyId=key)["KeyMetadata"]


def encrypted(kms, key, plaintext=b"hunter2", **named):
    return kms.encrypt(KeyId=key, Plaintext=plaintext, **named)["CiphertextBlob"]


def decrypted(kms, blob, **named):
    return kms.decrypt(CiphertextBlob=blob, **named)["Plaintext"]


def pages(call, field, **named):
    """The items of each page that a list answers, followed by its markers."""
    found, marker = [], {}
    while True:
        answer = call(**named, **marker)
        found.append(answer[field])
        assert answer["Truncated"] == ("NextMarker" in answer)
        if not answer["Truncated"]:
            return found
        marker = {"Marker": answer["NextMarker"]}


def statement(action="kms:*", principal=ROOT, effect="Allow"):
    who = {"AWS": principal}
    return {"Effect": effect, "Principal": who, "Action": action, "Resource": "*"}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
