"""What a refused call said, as one line: `Code: message`."""

import botocore.exceptions

from harness.clients import AwsError


def refused(call, *arguments, **named):
    """The error of a call of a boto3 client or of `host.aws`; one that succeeds fails the test."""
    try:
        answer = call(*arguments, **named)
    except botocore.exceptions.ClientError as error:
        told = error.response["Error"]
        return f"{told['Code']}: {told['Message']}"
    except AwsError as error:
        return f"{error.code}: {error.message}"
    raise AssertionError(f"it was not refused: {answer}")


def pages(call, field, member="nextToken", **named):
    """The items of each page that a list answers, followed by its tokens."""
    found, token = [], {}
    while True:
        answer = call(**named, **token)
        found.append(answer[field])
        if member not in answer:
            return found
        token = {member: answer[member]}
