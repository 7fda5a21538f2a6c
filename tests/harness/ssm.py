"""Parameter Store as its tests use it: parameters put and got, lists, filters."""

from harness import refusals

ACCOUNT = "arn:aws:ssm:us-east-1:000000000000"
NOT_YET = "is not supported by Longshore yet"


def put(ssm, name, value="1", **named):
    return ssm.put_parameter(**{"Name": name, "Value": value, "Type": "String", **named})


def got(ssm, name, **named):
    return ssm.get_parameter(Name=name, **named)["Parameter"]


def value(ssm, name):
    return got(ssm, name, WithDecryption=True)["Value"]


def described(ssm, **named):
    pages = ssm.get_paginator("describe_parameters").paginate(**named)
    return [one for page in pages for one in page["Parameters"]]


def names(found):
    return [one["Name"] for one in found]


def pages(call, field, **named):
    """The items of each page that a list answers, followed by its tokens."""
    return refusals.pages(call, field, "NextToken", **named)


def only(key, *values, option=None):
    given = {"Key": key, "Option": option, "Values": list(values)}
    return {"ParameterFilters": [{name: it for name, it in given.items() if it}]}
