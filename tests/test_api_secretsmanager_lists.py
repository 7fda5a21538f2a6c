"""Lists of secrets, and the values of several: filters, orders, pages."""

import pytest

from harness.refusals import pages

ACCOUNT = "arn:aws:secretsmanager:us-east-1:000000000000:secret"
GONE = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
MARKED = (
    "InvalidRequestException: You can't perform this operation on the secret because it was "
    "marked for deletion."
)


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


def names(entries):
    return [entry["Name"] for entry in entries]


# -- lists


@pytest.fixture(scope="module")
def listed(secrets):
    """Eight secrets under one prefix, the last of them scheduled for deletion."""
    rows = [
        ("list/a", "Payment of rent", {"team": "red"}),
        ("list/b", "payment of wages", {"team": "blue", "tier": "gold"}),
        ("list/c", "the payment", {"Team": "red"}),
        ("list/d", None, {}),
        ("list/e", None, {"stage": "prod"}),
        ("list/f", None, {}),
        ("list/g", None, {}),
        ("list/z", None, {}),
    ]
    for name, description, tags in rows:
        given = {"Description": description} if description else {}
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        secrets.create_secret(Name=name, SecretString=name, Tags=pairs, **given)
    secrets.delete_secret(SecretId="list/z")
    return secrets


FILTERS = {
    "names": ([("name", ["list/a", "list/b"])], "ab"),
    "names as they are written": ([("name", ["LIST/a"])], ""),
    "no name": ([("name", ["!list/a", "!list/b"])], "cdefg"),
    "a description in any case": ([("description", ["PAYMENT"])], "ab"),
    "no description": ([("description", ["!payment"])], "cdefg"),
    "a key": ([("tag-key", ["te"])], "ab"),
    "a value": ([("tag-value", ["red"])], "ac"),
    "a key and a value": ([("tag-key", ["team"]), ("tag-value", ["red"])], "a"),
    "a key and not a value": ([("tag-key", ["team"]), ("tag-value", ["!red"])], "b"),
    "the region": ([("primary-region", ["us-"])], "abcdefg"),
    "another region": ([("primary-region", ["eu-"])], ""),
    "a service": ([("owning-service", ["rds"])], ""),
    "no service": ([("owning-service", ["!rds"])], "abcdefg"),
    "words anywhere": ([("all", ["Wages list"])], "b"),
    "words in tags": ([("all", ["PROD"])], "e"),
    "nowhere": ([("all", ["!payment"])], "defg"),
}


def wanted(pairs):
    own = {"Key": "name", "Values": ["list/"]}
    return [own, *({"Key": key, "Values": values} for key, values in pairs)]


@pytest.mark.parametrize("case", FILTERS)
def test_a_list_is_filtered(listed, case):
    pairs, letters = FILTERS[case]
    found = names(listed.list_secrets(Filters=wanted(pairs))["SecretList"])
    assert found == [f"list/{letter}" for letter in letters]


def test_a_list_has_the_order_that_is_asked_for(listed):
    def letters(**given):
        found = listed.list_secrets(Filters=wanted([]), **given)["SecretList"]
        return "".join(name[-1] for name in names(found))

    assert letters() == letters(SortBy="created-date", SortOrder="asc") == "abcdefg"
    assert letters(SortOrder="desc") == "gfedcba"
    assert letters(SortBy="name", SortOrder="desc") == "gfedcba"
    assert letters(IncludePlannedDeletion=True) == "abcdefgz"
    listed.tag_resource(SecretId="list/c", Tags=[{"Key": "Team", "Value": "red"}])
    assert letters(SortBy="last-changed-date")[-1] == "c"
    listed.get_secret_value(SecretId="list/d")
    assert letters(SortBy="last-accessed-date")[-1] == "d"
    assert letters(SortBy="last-accessed-date", SortOrder="desc")[0] == "d"


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("by", ["created-date", "last-changed-date", "last-accessed-date", "name"])
def test_every_secret_is_on_one_page(listed, by, order):
    given = {"Filters": wanted([]), "SortBy": by, "SortOrder": order}
    found = pages(listed.list_secrets, "SecretList", "NextToken", MaxResults=3, **given)
    assert [len(page) for page in found] == [3, 3, 1]
    assert names(sum(found, [])) == names(listed.list_secrets(**given)["SecretList"])


def test_a_list_tells_no_values(listed):
    [shown] = listed.list_secrets(Filters=wanted([("name", ["list/b"])]))["SecretList"]
    assert shown["ARN"].startswith(f"{ACCOUNT}:list/b-")
    assert {tag["Key"] for tag in shown["Tags"]} == {"team", "tier"}
    assert list(shown["SecretVersionsToStages"].values()) == [["AWSCURRENT"]]
    assert "SecretString" not in shown


# -- several values at once


def test_values_of_several_secrets(listed):
    listed.create_secret(Name="batch/empty")
    listed.create_secret(Name="batch/binary", SecretBinary=b"\x00\xff")
    ids = ["list/a", "none", "batch/binary", "list/z", "batch/empty"]
    told = listed.batch_get_secret_value(SecretIdList=ids)
    [text, binary] = told["SecretValues"]
    assert (text["Name"], text["SecretString"]) == ("list/a", "list/a")
    assert (binary["Name"], binary["SecretBinary"]) == ("batch/binary", b"\x00\xff")
    assert binary["VersionStages"] == ["AWSCURRENT"]
    errors = {one["SecretId"]: f"{one['ErrorCode']}: {one['Message']}" for one in told["Errors"]}
    lost = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
    assert errors == {
        "none": GONE,
        "list/z": MARKED,
        "batch/empty": f"ResourceNotFoundException: {lost}",
    }
    assert "LastAccessedDate" in listed.describe_secret(SecretId="list/a")


def test_values_of_one_secret_that_is_named_twice(listed):
    arn = listed.create_secret(Name="batch/twice", SecretString="x")["ARN"]
    told = listed.batch_get_secret_value(SecretIdList=["batch/twice", arn])
    assert [one["SecretString"] for one in told["SecretValues"]] == ["x", "x"]
    assert "LastAccessedDate" in listed.describe_secret(SecretId=arn)


def test_values_of_what_filters_find(listed):
    found = pages(
        *(listed.batch_get_secret_value, "SecretValues", "NextToken"),
        Filters=wanted([]),
        MaxResults=3,
    )
    assert [len(page) for page in found] == [3, 3, 1]
    texts = [one["SecretString"] for one in sum(found, [])]
    assert texts == [f"list/{letter}" for letter in "abcdefg"]
