"""Parameter Store's lists: the versions of a parameter and their labels, paths, filters, pages."""

import pytest

from harness.iam import ROOT
from harness.refusals import refused
from harness.ssm import NOT_YET, described, got, names, only, pages, put, value


@pytest.fixture(scope="module")
def ssm(shared):
    return shared.boto("ssm")


# -- versions and labels


def test_a_history_is_told_page_by_page(ssm):
    for number in range(1, 6):
        put(ssm, "/history", str(number), Overwrite=True, Description=f"the {number}.")
    ssm.label_parameter_version(Name="/history", ParameterVersion=2, Labels=["b", "a"])
    found = pages(ssm.get_parameter_history, "Parameters", Name="/history", MaxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    listed = sum(found, [])
    assert [one["Version"] for one in listed] == [1, 2, 3, 4, 5]
    assert [one["Value"] for one in listed] == ["1", "2", "3", "4", "5"]
    assert [one["Labels"] for one in listed] == [[], ["a", "b"], [], [], []]
    assert {one["LastModifiedUser"] for one in listed} == {ROOT}
    assert listed[2]["Description"] == "the 3."
    told = refused(ssm.get_parameter_history, Name="/history", NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."
    told = refused(ssm.get_parameter_history, Name="/none")
    assert told == "ParameterNotFound: Parameter /none not found."


def test_the_oldest_version_goes_unless_it_has_a_label(ssm):
    put(ssm, "/hundred")
    for number in range(2, 102):
        made = ssm.put_parameter(Name="/hundred", Value=str(number), Overwrite=True)
        assert made["Version"] == number
    found = pages(ssm.get_parameter_history, "Parameters", Name="/hundred")
    assert [one["Version"] for one in sum(found, [])] == list(range(2, 102))
    ssm.label_parameter_version(Name="/hundred", ParameterVersion=2, Labels=["old"])
    told = refused(ssm.put_parameter, Name="/hundred", Value="x", Overwrite=True)
    assert told == (
        "ParameterMaxVersionLimitExceeded: You attempted to create a new version of /hundred by "
        "calling the PutParameter API with the overwrite flag. Version 2, the oldest version, "
        "can't be deleted because it has a label associated with it. Move the label to another "
        "version of the parameter, and try again."
    )
    ssm.label_parameter_version(Name="/hundred", Labels=["old"])
    assert ssm.put_parameter(Name="/hundred", Value="x", Overwrite=True)["Version"] == 102


def test_a_label_names_a_version_and_moves(ssm):
    for number in ("1", "2", "3"):
        put(ssm, "/labelled", number, Overwrite=True)
    answer = ssm.label_parameter_version(Name="/labelled", Labels=["prod", "live"])
    assert (answer["ParameterVersion"], answer["InvalidLabels"]) == (3, [])
    shown = got(ssm, "/labelled:prod")
    assert (shown["Value"], shown["Selector"]) == ("3", ":prod")
    ssm.label_parameter_version(Name="/labelled", ParameterVersion=1, Labels=["prod"])
    assert (value(ssm, "/labelled:prod"), value(ssm, "/labelled:live")) == ("1", "3")
    unfit = ["1st", "aws-x", "SSMx", "a b"]
    answer = ssm.label_parameter_version(Name="/labelled", Labels=[*unfit, "fit"])
    assert sorted(answer["InvalidLabels"]) == sorted(unfit)
    assert value(ssm, "/labelled:fit") == "3"
    answer = ssm.unlabel_parameter_version(
        Name="/labelled", ParameterVersion=3, Labels=["fit", "prod"]
    )
    assert (answer["RemovedLabels"], answer["InvalidLabels"]) == (["fit"], ["prod"])
    assert refused(ssm.get_parameter, Name="/labelled:fit").startswith("ParameterVersionNotFound")


def test_a_version_has_so_many_labels(ssm):
    put(ssm, "/ten")
    ten = [f"l{number}" for number in range(10)]
    ssm.label_parameter_version(Name="/ten", Labels=ten)
    told = refused(ssm.label_parameter_version, Name="/ten", Labels=["more"])
    assert told == (
        "ParameterVersionLabelLimitExceeded: A parameter version can have a maximum of 10 labels. "
        "Move one or more labels to another version and try again."
    )
    ssm.label_parameter_version(Name="/ten", Labels=ten[:2])
    assert "at 'labels'" in refused(ssm.label_parameter_version, Name="/ten", Labels=["x"] * 11)


@pytest.mark.parametrize("name", ["label_parameter_version", "unlabel_parameter_version"])
def test_only_a_version_has_labels(ssm, name):
    put(ssm, "/unlabelled", Overwrite=True)
    call = getattr(ssm, name)
    told = refused(call, Name="/none", ParameterVersion=1, Labels=["a"])
    assert told == "ParameterNotFound: Parameter /none not found."
    told = refused(call, Name="/unlabelled", ParameterVersion=99, Labels=["a"])
    assert told.startswith("ParameterVersionNotFound: Systems Manager could not find version 99")


# -- paths and filters


def test_a_path_leads_to_what_is_under_it(shared):
    apart = shared.boto("ssm", region="eu-west-1")
    for name in ("/a/b", "/a/c", "/a/b/d", "/ab", "/ab/c", "plain"):
        put(apart, name)

    def under(path, **named):
        asked = {"Path": path, **named}
        return names(sum(pages(apart.get_parameters_by_path, "Parameters", **asked), []))

    assert under("/a") == under("/a/") == ["/a/b", "/a/c"]
    assert under("/a", Recursive=True) == ["/a/b", "/a/b/d", "/a/c"]
    assert under("/", Recursive=True) == ["/a/b", "/a/b/d", "/a/c", "/ab", "/ab/c", "plain"]
    assert under("/") == ["/ab", "plain"]
    assert under("/none") == []
    told = refused(apart.get_parameters_by_path, Path="a")
    assert told.startswith("ValidationException: The parameter doesn't meet the parameter name")


def test_a_path_is_gone_through_page_by_page(shared):
    apart = shared.boto("ssm", region="eu-west-2")
    for number in range(25):
        put(apart, f"/pages/{number:02}")
    found = pages(apart.get_parameters_by_path, "Parameters", Path="/pages")
    assert [len(page) for page in found] == [10, 10, 5]
    assert names(sum(found, [])) == [f"/pages/{number:02}" for number in range(25)]
    told = refused(apart.get_parameters_by_path, Path="/pages", NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."
    told = refused(apart.get_parameters_by_path, Path="/pages", MaxResults=11)
    assert "Value '11' at 'maxResults'" in told
    found = pages(apart.describe_parameters, "Parameters", MaxResults=10)
    assert [len(page) for page in found] == [10, 10, 5]
    told = refused(apart.describe_parameters, NextToken="!")
    assert told == "InvalidNextToken: The next token is not one that this list has given."


def test_a_path_is_filtered(shared):
    apart = shared.boto("ssm", region="eu-west-3")
    put(apart, "/f/a", "1")
    put(apart, "/f/a", "2", Overwrite=True)
    put(apart, "/f/b", "1,2", Type="StringList")
    put(apart, "/f/c", "1", Type="SecureString")
    apart.label_parameter_version(Name="/f/a", ParameterVersion=1, Labels=["prod"])

    def found(*filtered, **named):
        asked = only(*filtered, **named)
        return apart.get_parameters_by_path(Path="/f", **asked)["Parameters"]

    assert names(found("Type", "String", "StringList")) == ["/f/a", "/f/b"]
    assert names(found("Type", "String", option="BeginsWith")) == ["/f/a", "/f/b"]
    assert names(found("KeyId", "alias/aws/ssm")) == ["/f/c"]
    [labelled] = found("Label", "prod")
    assert (labelled["Name"], labelled["Value"], labelled["Version"]) == ("/f/a", "1", 1)
    assert found("Label", "none") == []


def test_parameters_are_filtered(shared):
    apart = shared.boto("ssm", region="eu-north-1")
    put(apart, "/app/db", "1", Tags=[{"Key": "team", "Value": "red"}])
    put(apart, "/app/web/port", "1", Tags=[{"Key": "team", "Value": "blue"}])
    put(apart, "app", "1,2", Type="StringList")
    put(apart, "other", "1", Type="SecureString", Tier="Advanced")

    def found(*filtered, **named):
        return names(described(apart, **only(*filtered, **named)))

    assert found("Name", "/app/db") == found("Name", "app/db") == ["/app/db"]
    assert found("Name", "app", option="BeginsWith") == ["/app/db", "/app/web/port", "app"]
    assert found("Name", "web", option="Contains") == ["/app/web/port"]
    assert found("Name", "app", "other") == ["app", "other"]
    assert found("Type", "StringList", "SecureString") == ["app", "other"]
    assert found("KeyId", "alias/aws/", option="BeginsWith") == ["other"]
    assert found("Path", "/app") == ["/app/db"]
    assert found("Path", "/app", option="Recursive") == ["/app/db", "/app/web/port"]
    assert found("Tier", "Advanced") == ["other"]
    assert found("DataType", "text") == ["/app/db", "/app/web/port", "app", "other"]
    assert found("tag:team", "red") == ["/app/db"]
    assert found("tag:team", "b", option="BeginsWith") == ["/app/web/port"]
    assert found("tag:team") == ["/app/db", "/app/web/port"]
    both = only("Path", "/app", option="Recursive")["ParameterFilters"]
    both += only("tag:team", "blue")["ParameterFilters"]
    assert names(described(apart, ParameterFilters=both)) == ["/app/web/port"]
    old = [{"Key": "Name", "Values": ["app"]}, {"Key": "Type", "Values": ["StringList"]}]
    assert names(described(apart, Filters=old)) == ["app"]
    told = refused(apart.describe_parameters, Filters=old, ParameterFilters=both)
    assert told.startswith("ValidationException: You can use either Filters or ParameterFilters")


REFUSED_FILTERS = {
    "a label": (
        only("Label", "a"),
        "InvalidFilterKey: The following filter key is not valid: Label.",
    ),
    "no values": (
        only("Name"),
        "InvalidFilterValue: The following filter values are missing : null for filter key Name.",
    ),
    "a type": (
        only("Type", "Text"),
        "InvalidFilterValue: The following filter value is not valid: Text. Valid values include: "
        "[String, StringList, SecureString].",
    ),
    "a tier": (
        only("Tier", "Best"),
        "InvalidFilterValue: The following filter value is not valid: Best.",
    ),
    "an option": (
        only("Type", "String", option="Contains"),
        "InvalidFilterOption: The following filter option is not valid: Contains. Valid options "
        "include: [Equals, BeginsWith].",
    ),
    "an option of a path": (
        only("Path", "/a", option="Equals"),
        "InvalidFilterOption: The following filter option is not valid: Equals. Valid options "
        "include: [Recursive, OneLevel].",
    ),
    "a path": (only("Path", "a"), "ValidationException: The parameter doesn't meet"),
    "a key": (only("Colour", "red"), "ValidationException: 1 validation error detected: "),
    "two of a key": (
        {"ParameterFilters": 2 * only("Name", "a")["ParameterFilters"]},
        "InvalidFilterKey: The following filter is duplicated in the request: Name.",
    ),
    "others' parameters": ({"Shared": True}, f"ValidationException: `Shared` {NOT_YET}"),
}


@pytest.mark.parametrize("case", REFUSED_FILTERS)
def test_what_is_no_filter_is_refused(ssm, case):
    given, told = REFUSED_FILTERS[case]
    assert refused(ssm.describe_parameters, **given).startswith(told)


@pytest.mark.parametrize("key", ["Name", "Path", "Tier", "DataType", "tag:a"])
def test_a_path_takes_few_filters(ssm, key):
    told = refused(ssm.get_parameters_by_path, Path="/", **only(key, "/a"))
    assert told == (
        f"InvalidFilterKey: The following filter key is not valid: {key}. Valid filter keys "
        "include: [Type, KeyId, Label]."
    )
    told = refused(ssm.get_parameters_by_path, Path="/", **only("Label", "a", option="BeginsWith"))
    assert told.startswith("InvalidFilterOption: ")
