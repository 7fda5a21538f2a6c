"""Policy documents as tests need them, and pages as IAM answers them."""

import json

ACCOUNT = "000000000000"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def allow(action="s3:GetObject", resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements or [allow()])})


def trust(principal=None, action="sts:AssumeRole", **more):
    principal = principal or {"Service": "ecs-tasks.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(host, name, *statements, principal=None):
    """The ARN of a role that ECS's tasks may assume, with one inline policy."""
    iam = host.boto("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))["Role"]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=document(*statements)
        )
    return role["Arn"]


def let_user(host, name, *statements):
    """Gives a user these statements in place of its own before."""
    host.boto("iam").put_user_policy(
        UserName=name, PolicyName="own", PolicyDocument=document(*statements)
    )


def of_size(characters):
    """A document of so many characters, white space not counted."""
    spare = characters - len("".join(document(allow("s3:")).split()))
    made = document(allow("s3:" + "x" * spare))
    assert len("".join(made.split())) == characters
    return made


def arn(kind, name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"


def pages(call, field, **named):
    """The items of each page of a list."""
    found, marker = [], {}
    while True:
        answer = call(**named, **marker)
        found.append(answer[field])
        if not answer["IsTruncated"]:
            assert "Marker" not in answer
            return found
        marker = {"Marker": answer["Marker"]}
