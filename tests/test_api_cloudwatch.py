"""CloudWatch's alarms as boto3 and the AWS CLI see them, in each of its protocols."""

import datetime

import pytest

from harness import clients
from harness.refusals import refused
from harness.wire_calls import Service, code

ACCOUNT = "arn:aws:cloudwatch:us-east-1:000000000000"
RULE = {
    "MetricName": "errors",
    "Namespace": "web",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.5,
    "ComparisonOperator": "GreaterThanThreshold",
}


# What boto3 speaks, what SDKs of other languages speak, and what old ones of any speak.
@pytest.fixture(scope="module", params=["json", "smithy-rpc-v2-cbor", "query"])
def cloudwatch(shared, request):
    client = shared.boto("cloudwatch", protocol=request.param)
    assert client.meta.service_model.resolved_protocol == request.param
    for page in client.get_paginator("describe_alarms").paginate():
        if found := names(page):
            client.delete_alarms(AlarmNames=found)
    return client


def put(cloudwatch, *names, **changes):
    for name in names:
        given = {"AlarmName": name, **RULE, **changes}
        cloudwatch.put_metric_alarm(**{key: it for key, it in given.items() if it is not None})


def alarm(cloudwatch, name):
    [found] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found


def names(answer):
    return [alarm["AlarmName"] for alarm in answer["MetricAlarms"]]


# -- the CLI


def test_the_life_of_an_alarm(shared):
    def call(operation, *arguments, **named):
        return shared.aws("cloudwatch", operation, *arguments, **named)

    call(
        "put-metric-alarm",
        alarm_name="life",
        alarm_description="too many errors",
        metric_name="errors",
        namespace="web",
        statistic="Sum",
        period=60,
        evaluation_periods=2,
        threshold=1,
        comparison_operator="GreaterThanThreshold",
        dimensions="Name=service,Value=web",
        tags="Key=a,Value=1",
    )
    [shown] = call("describe-alarms", alarm_names="life")["MetricAlarms"]
    assert (shown["AlarmArn"], shown["StateValue"]) == (
        f"{ACCOUNT}:alarm:life",
        "INSUFFICIENT_DATA",
    )
    assert (shown["Threshold"], shown["EvaluationPeriods"]) == (1.0, 2)
    assert shown["Dimensions"] == [{"Name": "service", "Value": "web"}]
    call("set-alarm-state", alarm_name="life", state_value="ALARM", state_reason="a test")
    [shown] = call("describe-alarms", state_value="ALARM")["MetricAlarms"]
    assert (shown["AlarmName"], shown["StateReason"]) == ("life", "a test")
    found = call(
        "describe-alarms-for-metric",
        metric_name="errors",
        namespace="web",
        dimensions="Name=service,Value=web",
    )
    assert names(found) == ["life"]
    call("disable-alarm-actions", alarm_names="life")
    [shown] = call("describe-alarms", alarm_name_prefix="lif")["MetricAlarms"]
    assert shown["ActionsEnabled"] is False
    call("enable-alarm-actions", alarm_names="life")
    arn = shown["AlarmArn"]
    call("tag-resource", resource_arn=arn, tags="Key=b,Value=2")
    call("untag-resource", resource_arn=arn, tag_keys="a")
    assert call("list-tags-for-resource", resource_arn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    call("delete-alarms", alarm_names="life")
    assert call("describe-alarms", alarm_names="life")["MetricAlarms"] == []


def test_the_cli_shows_what_is_refused(shared):
    with pytest.raises(clients.AwsError) as told:
        shared.aws(
            "cloudwatch", "set-alarm-state", alarm_name="none", state_value="OK", state_reason=""
        )
    assert (told.value.code, told.value.message) == (
        "ResourceNotFound",
        "The alarm 'none' does not exist.",
    )


def test_the_cli_turns_pages(shared):
    put(shared.boto("cloudwatch"), *(f"turn-{number}" for number in range(5)))
    shown = shared.aws("cloudwatch", "describe-alarms", alarm_name_prefix="turn-", page_size=2)
    assert names(shown) == [f"turn-{number}" for number in range(5)]


# -- boto3


def test_an_alarm_is_shown_as_it_was_put(cloudwatch):
    given = {
        "AlarmDescription": "größer",
        "ActionsEnabled": False,
        "Dimensions": [{"Name": "b", "Value": "1"}, {"Name": "a", "Value": "2"}],
        "ExtendedStatistic": "p99.9",
        "Unit": "Count/Second",
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": -0.1,
        "ComparisonOperator": "LessThanOrEqualToThreshold",
        "TreatMissingData": "ignore",
        "EvaluateLowSampleCountPercentile": "ignore",
    }
    put(cloudwatch, "whole/of it: 1", Statistic=None, **given)
    shown = alarm(cloudwatch, "whole/of it: 1")
    assert {name: shown[name] for name in given} == given
    now = datetime.datetime.now(datetime.timezone.utc)
    for name in ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp"):
        assert abs(shown[name] - now) < datetime.timedelta(minutes=5)


NO_DATA = "no datapoints were received for 2 periods and 2 missing datapoints were treated as"
TREATMENTS = {
    "missing": ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"),
    "ignore": ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"),
    "breaching": ("ALARM", f"Threshold Crossed: {NO_DATA} [Breaching]."),
    "notBreaching": ("OK", f"Threshold Crossed: {NO_DATA} [NonBreaching]."),
}


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_without_data_the_treatment_says_the_state(cloudwatch, treatment):
    name = f"treated as {treatment}"
    put(cloudwatch, name, TreatMissingData=treatment, EvaluationPeriods=2)
    shown = alarm(cloudwatch, name)
    assert (shown["StateValue"], shown["StateReason"]) == TREATMENTS[treatment]
    assert shown["TreatMissingData"] == treatment


def test_a_state_is_set_until_it_is_set_again(cloudwatch):
    put(cloudwatch, "set")
    first = alarm(cloudwatch, "set")
    data = '{"by": "a test"}'
    for state, reason in [("ALARM", "on"), ("ALARM", "still"), ("OK", "off")]:
        cloudwatch.set_alarm_state(
            AlarmName="set", StateValue=state, StateReason=reason, StateReasonData=data
        )
        shown = alarm(cloudwatch, "set")
        assert (shown["StateValue"], shown["StateReason"]) == (state, reason)
        assert shown["StateReasonData"] == data
        assert shown["StateUpdatedTimestamp"] > first["StateUpdatedTimestamp"]
        is_other = shown["StateTransitionedTimestamp"] > first["StateTransitionedTimestamp"]
        assert is_other == (reason != "still")
        first = shown
    put(cloudwatch, "set", Threshold=2)
    assert alarm(cloudwatch, "set")["StateValue"] == "OK"


def test_pages_and_filters(cloudwatch):
    put(cloudwatch, *(f"page-{number:02}" for number in range(55)))
    assert len(names(cloudwatch.describe_alarms(AlarmNamePrefix="page-"))) == 50
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix="page-", PaginationConfig={"PageSize": 20}
    )
    found = [names(page) for page in pages]
    assert [len(page) for page in found] == [20, 20, 15]
    assert sum(found, []) == [f"page-{number:02}" for number in range(55)]
    cloudwatch.set_alarm_state(AlarmName="page-07", StateValue="ALARM", StateReason="")

    def described(**given):
        return names(cloudwatch.describe_alarms(AlarmNamePrefix="page-0", **given))

    assert described(StateValue="ALARM") == ["page-07"]
    assert described(MaxRecords=1) == ["page-00"]
    assert described(AlarmTypes=["CompositeAlarm"]) == []
    assert described(ActionPrefix="arn:aws:sns") == []
    assert described(AlarmTypes=["MetricAlarm"], MaxRecords=100) == described()


def test_a_waiter_sees_an_alarm(cloudwatch):
    put(cloudwatch, "waited for")
    cloudwatch.get_waiter("alarm_exists").wait(
        AlarmNames=["waited for"], WaiterConfig={"MaxAttempts": 1}
    )


def test_several_are_deleted_though_one_is_not_there(cloudwatch):
    put(cloudwatch, "gone-1", "gone-2", "gone-3")
    cloudwatch.delete_alarms(AlarmNames=["gone-1", "never", "gone-3"])
    assert names(cloudwatch.describe_alarms(AlarmNamePrefix="gone-")) == ["gone-2"]


def test_alarms_of_another_region_are_not_seen(shared, cloudwatch):
    put(cloudwatch, "regional")
    there = shared.boto("cloudwatch", region="eu-west-1")
    assert there.describe_alarms()["MetricAlarms"] == []
    told = refused(there.set_alarm_state, AlarmName="regional", StateValue="OK", StateReason="")
    assert told == "ResourceNotFound: The alarm 'regional' does not exist."


def test_alarms_outlive_a_restart(running):
    cloudwatch = running.boto("cloudwatch")
    put(cloudwatch, "kept", Threshold=0.1)
    cloudwatch.set_alarm_state(AlarmName="kept", StateValue="ALARM", StateReason="before")
    before = alarm(cloudwatch, "kept")
    running.down()
    running.up()
    assert alarm(running.boto("cloudwatch"), "kept") == before


# -- refusals

TOPIC = ["arn:aws:sns:us-east-1:000000000000:topic"]
NOT_YET = "is not supported by Longshore yet"
REFUSED_PUTS = {
    "an action": ({"AlarmActions": TOPIC}, f"InvalidParameterValue: `AlarmActions` {NOT_YET}"),
    "an action when well": ({"OKActions": TOPIC}, f"InvalidParameterValue: `OKActions` {NOT_YET}"),
    "an action without data": (
        {"InsufficientDataActions": TOPIC},
        f"InvalidParameterValue: `InsufficientDataActions` {NOT_YET}",
    ),
    "metric math": (
        {"MetricName": None, "Metrics": [{"Id": "e1", "Expression": "1"}]},
        f"InvalidParameterValue: `Metrics` {NOT_YET}",
    ),
    "an anomaly band": (
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        f"InvalidParameterValue: `ComparisonOperator GreaterThanUpperThreshold` {NOT_YET}",
    ),
    "no metric": ({"MetricName": None}, "MissingParameter: The parameter MetricName is required."),
    "no threshold": ({"Threshold": None}, "MissingParameter: The parameter Threshold is required."),
    "two statistics": (
        {"ExtendedStatistic": "p99"},
        "InvalidParameterCombination: Exactly one of Statistic or ExtendedStatistic",
    ),
    "a statistic of nobody's": (
        {"Statistic": None, "ExtendedStatistic": "90"},
        "InvalidParameterValue: The value 90 for parameter ExtendedStatistic is not supported.",
    ),
    "an odd period": ({"Period": 45}, "ValidationError: Period is 45"),
    "a day and more": (
        {"EvaluationPeriods": 1441},
        "ValidationError: Metrics cannot be checked across more than a day",
    ),
    "more points than periods": (
        {"DatapointsToAlarm": 2},
        "ValidationError: DatapointsToAlarm must be less than or equal to EvaluationPeriods",
    ),
    "a treatment of nobody's": (
        {"TreatMissingData": "sometimes"},
        "ValidationError: TreatMissingData is 'sometimes'",
    ),
    "an operator of nobody's": (
        {"ComparisonOperator": "More"},
        "ValidationError: 1 validation error detected: Value 'More' at 'comparisonOperator'",
    ),
    "a tag of AWS's": (
        {"Tags": [{"Key": "aws:a", "Value": ""}]},
        "InvalidParameterValue: The tag key 'aws:a'",
    ),
}


@pytest.mark.parametrize("case", REFUSED_PUTS)
def test_an_alarm_that_is_refused(cloudwatch, case):
    changes, words = REFUSED_PUTS[case]
    told = refused(put, cloudwatch, "refused", **changes)
    assert told.startswith(words), told
    assert cloudwatch.describe_alarms(AlarmNames=["refused"])["MetricAlarms"] == []


REFUSED_CALLS = {
    "an alarm that is not there": (
        "set_alarm_state",
        {"AlarmName": "none", "StateValue": "OK", "StateReason": ""},
        "ResourceNotFound: The alarm 'none' does not exist.",
    ),
    "a reason that is no JSON": (
        "set_alarm_state",
        {"AlarmName": "none", "StateValue": "OK", "StateReason": "", "StateReasonData": "{"},
        "InvalidFormat: StateReasonData is not valid JSON.",
    ),
    "names and their beginning": (
        "describe_alarms",
        {"AlarmNames": ["a"], "AlarmNamePrefix": "a"},
        "InvalidParameterCombination: ",
    ),
    "a token of nobody's": ("describe_alarms", {"NextToken": "x"}, "InvalidNextToken: "),
    "parents": (
        "describe_alarms",
        {"ParentsOfAlarmName": "a"},
        f"InvalidParameterValue: `ParentsOfAlarmName` {NOT_YET}",
    ),
    "tags of nothing": (
        "list_tags_for_resource",
        {"ResourceARN": f"{ACCOUNT}:alarm:none"},
        "ResourceNotFoundException: The alarm 'none' does not exist.",
    ),
    "tags of a dashboard": (
        "tag_resource",
        {"ResourceARN": "arn:aws:cloudwatch::000000000000:dashboard/a", "Tags": []},
        "InvalidParameterValue: ",
    ),
}


@pytest.mark.parametrize("case", REFUSED_CALLS)
def test_a_call_that_is_refused(cloudwatch, case):
    operation, given, words = REFUSED_CALLS[case]
    told = refused(getattr(cloudwatch, operation), **given)
    assert told.startswith(words), told


def test_an_exception_has_its_class(cloudwatch):
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="")
    with pytest.raises(cloudwatch.exceptions.InvalidNextToken):
        cloudwatch.describe_alarms(NextToken="x")
    with pytest.raises(cloudwatch.exceptions.ResourceNotFoundException):
        cloudwatch.list_tags_for_resource(ResourceARN=f"{ACCOUNT}:alarm:none")


# -- the bytes of each protocol


def test_a_client_that_speaks_forms(shared):
    put(shared.boto("cloudwatch"), "by form")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = Service(shared, "monitoring", headers)
    start = "Version=2010-08-01&Action="
    body = f"{start}DescribeAlarms&AlarmNames.member.1=by+form"
    answer = form.send(body)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/xml"
    assert b"<AlarmName>by form</AlarmName>" in answer.body
    assert b'xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"' in answer.body
    answer = form.send(f"{start}SetAlarmState&AlarmName=none&StateValue=OK&StateReason=")
    assert code(answer) == (404, "ResourceNotFound")
    assert code(form.send(f"{start}NoSuch")) == (400, "InvalidAction")


def test_a_client_that_speaks_json(shared):
    put(shared.boto("cloudwatch"), "by json")
    target = "GraniteServiceVersion20100801"
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    json = Service(shared, "monitoring", headers)
    answer = json.send(
        '{"AlarmNames": ["by json"]}', headers={"X-Amz-Target": f"{target}.DescribeAlarms"}
    )
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-amz-json-1.0")
    assert names(answer.json()) == ["by json"]
    answer = json.send(
        '{"AlarmName": "none", "StateValue": "OK", "StateReason": "", "StateReasonData": "{"}',
        headers={"X-Amz-Target": f"{target}.SetAlarmState"},
    )
    assert code(answer) == (400, "InvalidFormatFault")
    assert answer.headers["x-amzn-query-error"] == "InvalidFormat;Sender"
