"""Load balancers, target groups, listeners and rules as the AWS CLI sees them; and all refusals.

How requests are balanced is in `test_run_balancer.py`.
"""

import re

import pytest

from harness.ecs import Cluster, forward
from harness.refusals import refused

INVALID = "ValidationError"
UNSUPPORTED = "InvalidConfigurationRequest"
ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000"


@pytest.fixture(scope="module")
def cluster(shared):
    return Cluster(shared, "elbv2")


@pytest.fixture(scope="module")
def elb(cluster):
    return cluster.elb


def group(cluster, name, **changed):
    """The parameters of a CreateTargetGroup that is right; a change to None leaves one out."""
    whole = {
        "Name": name,
        "Protocol": "HTTP",
        "Port": 8080,
        "VpcId": cluster.vpc,
        "TargetType": "ip",
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


# -- through the CLI


def test_the_life_of_a_load_balancer(shared, cluster):
    def call(operation, *arguments, **named):
        return shared.aws("elbv2", operation, *arguments, **named)

    subnets = ("--subnets", *cluster.subnets[:2])
    [made] = call("create-load-balancer", *subnets, "--tags", "Key=a,Value=1", name="life")[
        "LoadBalancers"
    ]
    arn = made["LoadBalancerArn"]
    assert re.fullmatch(f"{ARN}:loadbalancer/app/life/[0-9a-f]{{16}}", arn)
    assert re.fullmatch(r"life-\d{10}\.us-east-1\.elb\.localhost", made["DNSName"])
    assert (made["Type"], made["Scheme"], made["VpcId"]) == (
        "application",
        "internet-facing",
        cluster.vpc,
    )
    assert sorted(zone["SubnetId"] for zone in made["AvailabilityZones"]) == sorted(
        cluster.subnets[:2]
    )
    shared.aws("elbv2", "wait", "load-balancer-available", load_balancer_arns=arn)
    [found] = call("describe-load-balancers", names="life")["LoadBalancers"]
    assert found["State"] == {"Code": "active"}
    [made] = call(
        "create-target-group",
        name="life",
        protocol="HTTP",
        port=8080,
        vpc_id=cluster.vpc,
        target_type="ip",
        health_check_path="/health",
    )["TargetGroups"]
    group_arn = made["TargetGroupArn"]
    assert (made["HealthCheckPath"], made["Matcher"]) == ("/health", {"HttpCode": "200"})
    action = f"Type=forward,TargetGroupArn={group_arn}"
    [listener] = call(
        *("create-listener", "--default-actions", action),
        load_balancer_arn=arn,
        protocol="HTTP",
        port=80,
    )["Listeners"]
    listener_arn = listener["ListenerArn"]
    [rule] = call(
        *("create-rule", "--conditions", "Field=path-pattern,Values=/api/*"),
        *("--actions", action),
        listener_arn=listener_arn,
        priority=10,
    )["Rules"]
    rules = call("describe-rules", listener_arn=listener_arn)["Rules"]
    assert [one["Priority"] for one in rules] == ["10", "default"]
    assert rules[0] == rule
    call("modify-rule", "--conditions", "Field=path-pattern,Values=/v2/*", rule_arn=rule["RuleArn"])
    call("set-rule-priorities", rule_priorities=f"RuleArn={rule['RuleArn']},Priority=20")
    [changed, _default] = call("describe-rules", listener_arn=listener_arn)["Rules"]
    assert (changed["Priority"], changed["Conditions"][0]["Values"]) == ("20", ["/v2/*"])
    targets = ("--targets", "Id=172.31.0.77,Port=8080")
    call("register-targets", *targets, target_group_arn=group_arn)
    [health] = call("describe-target-health", target_group_arn=group_arn)[
        "TargetHealthDescriptions"
    ]
    assert health["Target"]["Id"] == "172.31.0.77"
    assert health["TargetHealth"]["State"] in ("initial", "unhealthy")
    call("deregister-targets", *targets, target_group_arn=group_arn)
    told = refused(call, "delete-target-group", target_group_arn=group_arn)
    assert told == f"ResourceInUse: Target group '{group_arn}' is currently in use by a listener" \
        " or a rule"
    call("delete-rule", rule_arn=rule["RuleArn"])
    call("delete-listener", listener_arn=listener_arn)
    call("delete-target-group", target_group_arn=group_arn)
    call("delete-load-balancer", load_balancer_arn=arn)
    shared.aws("elbv2", "wait", "load-balancers-deleted", load_balancer_arns=arn)
    told = refused(call, "describe-load-balancers", names="life")
    assert told.startswith("LoadBalancerNotFound: "), told
    told = refused(call, "describe-target-groups", names="life")
    assert told.startswith("TargetGroupNotFound: "), told


def test_attributes_and_tags(shared, cluster):
    def call(operation, *arguments, **named):
        return shared.aws("elbv2", operation, *arguments, **named)

    balancer = cluster.balancer("attributes", port=81)
    idle = "Key=idle_timeout.timeout_seconds,Value=120"
    call("modify-load-balancer-attributes", load_balancer_arn=balancer.arn, attributes=idle)
    told = call("describe-load-balancer-attributes", load_balancer_arn=balancer.arn)
    attributes = {one["Key"]: one["Value"] for one in told["Attributes"]}
    assert attributes["idle_timeout.timeout_seconds"] == "120"
    delay = "Key=deregistration_delay.timeout_seconds,Value=5"
    call("modify-target-group-attributes", target_group_arn=balancer.group, attributes=delay)
    told = call("describe-target-group-attributes", target_group_arn=balancer.group)
    attributes = {one["Key"]: one["Value"] for one in told["Attributes"]}
    assert attributes["deregistration_delay.timeout_seconds"] == "5"
    arns = (balancer.arn, balancer.group)
    call("add-tags", "--resource-arns", *arns, "--tags", "Key=a,Value=1", "Key=b,Value=2")
    call("remove-tags", "--resource-arns", balancer.arn, "--tag-keys", "a")
    described = call("describe-tags", "--resource-arns", *arns)["TagDescriptions"]
    tags = {
        one["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in described
    }
    assert tags == {balancer.arn: {"b": "2"}, balancer.group: {"a": "1", "b": "2"}}


def test_changes_of_listeners_and_groups(shared, cluster):
    def call(operation, *arguments, **named):
        return shared.aws("elbv2", operation, *arguments, **named)

    balancer = cluster.balancer("changes", port=82)
    fixed = [
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "404", "MessageBody": "no"},
        }
    ]
    call("modify-listener", listener_arn=balancer.listener, default_actions=fixed)
    [listener] = call("describe-listeners", load_balancer_arn=balancer.arn)["Listeners"]
    assert listener["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    [changed] = call(
        "modify-target-group", target_group_arn=balancer.group, health_check_interval_seconds=7
    )["TargetGroups"]
    assert changed["HealthCheckIntervalSeconds"] == 7
    [found] = call("describe-target-groups", target_group_arns=balancer.group)["TargetGroups"]
    assert found == changed
    call("set-subnets", "--subnets", *cluster.subnets, load_balancer_arn=balancer.arn)
    limits = call("describe-account-limits")["Limits"]
    assert {"application-load-balancers", "target-groups"} <= {one["Name"] for one in limits}


def test_the_cli_follows_pages_of_groups(shared, cluster):
    for number in range(5):
        cluster.elb.create_target_group(**group(cluster, f"page-{number}"))
    names = [f"page-{number}" for number in range(5)]
    listed = shared.aws("elbv2", "describe-target-groups", "--names", *names)["TargetGroups"]
    assert [one["TargetGroupName"] for one in listed] == names
    everything = shared.aws("elbv2", "describe-target-groups")["TargetGroups"]
    # A page's size is the CLI's own parameter here, and ends its following of pages.
    one = shared.aws("elbv2", "describe-target-groups", page_size=2)
    two = shared.aws("elbv2", "describe-target-groups", marker=one["NextMarker"])
    assert one["TargetGroups"] + two["TargetGroups"] == everything
    first = shared.aws("elbv2", "describe-target-groups", max_items=3)
    rest = shared.aws(
        "elbv2", "describe-target-groups", starting_token=first["NextToken"]
    )["TargetGroups"]
    assert first["TargetGroups"] + rest == everything


def test_balancers_of_another_region_are_not_seen(shared, cluster):
    balancer = cluster.balancer("regional", port=83)
    other = shared.boto("elbv2", region="eu-west-1")
    assert other.describe_load_balancers()["LoadBalancers"] == []
    told = refused(other.describe_load_balancers, LoadBalancerArns=[balancer.arn])
    assert told.startswith("LoadBalancerNotFound: "), told


# -- in more detail


def test_defaults_of_a_target_group(cluster, elb):
    [made] = elb.create_target_group(**group(cluster, "defaults"))["TargetGroups"]
    arn = made.pop("TargetGroupArn")
    assert re.fullmatch(f"{ARN}:targetgroup/defaults/[0-9a-f]{{16}}", arn)
    assert made == {
        "TargetGroupName": "defaults",
        "Protocol": "HTTP",
        "Port": 8080,
        "VpcId": cluster.vpc,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [],
        "TargetType": "ip",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    }


def test_to_make_the_same_again_answers_what_there_is(cluster, elb):
    one = elb.create_target_group(**group(cluster, "again"))["TargetGroups"]
    assert elb.create_target_group(**group(cluster, "again"))["TargetGroups"] == one
    told = refused(elb.create_target_group, **group(cluster, "again", Port=81))
    assert told == (
        "DuplicateTargetGroupName: A target group with the same name 'again' exists, but with"
        " different settings"
    )
    balancer = cluster.balancer("again-too", port=84)
    same = elb.create_load_balancer(Name="again-too", Subnets=cluster.subnets)["LoadBalancers"]
    assert same[0]["LoadBalancerArn"] == balancer.arn
    told = refused(
        elb.create_load_balancer, Name="again-too", Subnets=cluster.subnets, Scheme="internal"
    )
    assert told.startswith("DuplicateLoadBalancerName: "), told
    told = refused(
        elb.create_listener,
        LoadBalancerArn=balancer.arn,
        Protocol="HTTP",
        Port=84,
        DefaultActions=[redirect(Port="90")],
    )
    assert told.startswith("DuplicateListener: A listener already exists on this port"), told


def test_a_group_belongs_to_one_balancer(cluster):
    balancer = cluster.balancer("owner", port=85)
    told = refused(cluster.balancer, "thief", port=86, action=forward(balancer.group))
    assert told.startswith("TargetGroupAssociationLimit: "), told
    assert balancer.group in told


CONDITIONS = [
    {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
    {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}},
    {
        "Field": "http-header",
        "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["1"]},
    },
    {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
    {
        "Field": "query-string",
        "QueryStringConfig": {"Values": [{"Key": "a", "Value": "1"}]},
    },
]


def test_conditions_and_actions_are_shown_as_they_were_given(cluster, elb):
    balancer = cluster.balancer("conditions", port=87)
    actions = [
        forward((balancer.group, 3)),
        redirect(Port="443", Protocol="HTTPS"),
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"},
        },
    ]
    for priority, action in enumerate(actions, 1):
        elb.create_rule(
            ListenerArn=balancer.listener,
            Priority=priority,
            Conditions=CONDITIONS,
            Actions=[action],
        )
    rules = elb.describe_rules(ListenerArn=balancer.listener)["Rules"]
    for action, rule in zip(actions, rules[:-1], strict=True):
        shown = [
            {key: value for key, value in one.items() if key != "Values"}
            for one in rule["Conditions"]
        ]
        assert sorted(shown, key=str) == sorted(CONDITIONS, key=str)
        assert rule["Actions"][0]["Type"] == action["Type"]
    assert rules[0]["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["Weight"] == 3
    assert rules[1]["Actions"][0]["RedirectConfig"]["Port"] == "443"
    told = refused(
        elb.create_rule,
        ListenerArn=balancer.listener,
        Priority=1,
        Conditions=CONDITIONS,
        Actions=[actions[0]],
    )
    assert told.startswith("PriorityInUse: "), told
    told = refused(elb.delete_rule, RuleArn=rules[-1]["RuleArn"])
    assert told.startswith("OperationNotPermitted: "), told


def test_targets_that_were_never_registered(cluster, elb):
    [made] = elb.create_target_group(**group(cluster, "strangers"))["TargetGroups"]
    [told] = elb.describe_target_health(
        TargetGroupArn=made["TargetGroupArn"], Targets=[{"Id": "172.31.0.9"}]
    )["TargetHealthDescriptions"]
    assert told["TargetHealth"]["State"] == "unused"
    assert told["TargetHealth"]["Reason"] == "Target.NotRegistered"
    elb.register_targets(
        TargetGroupArn=made["TargetGroupArn"], Targets=[{"Id": "172.31.0.9", "Port": 81}]
    )
    [told] = elb.describe_target_health(TargetGroupArn=made["TargetGroupArn"])[
        "TargetHealthDescriptions"
    ]
    assert (told["TargetHealth"]["State"], told["TargetHealth"]["Reason"]) == (
        "unused",
        "Target.NotInUse",
    )
    told = refused(
        elb.register_targets,
        TargetGroupArn=made["TargetGroupArn"],
        Targets=[{"Id": "i-0123456789abcdef0"}],
    )
    assert told.startswith("InvalidTarget: "), told


def test_what_else_is_set_of_a_balancer(shared, cluster, elb):
    balancer = cluster.balancer("set", port=91)
    [group] = shared.boto("ec2").describe_security_groups()["SecurityGroups"]
    told = elb.set_security_groups(
        LoadBalancerArn=balancer.arn, SecurityGroups=[group["GroupId"]]
    )
    assert told["SecurityGroupIds"] == [group["GroupId"]]
    told = elb.set_ip_address_type(LoadBalancerArn=balancer.arn, IpAddressType="ipv4")
    assert told["IpAddressType"] == "ipv4"
    assert elb.describe_ssl_policies()["SslPolicies"] == []
    told = elb.describe_listener_attributes(ListenerArn=balancer.listener)["Attributes"]
    names = {one["Key"] for one in told}
    assert "routing.http.response.server.enabled" in names
    told = refused(
        elb.modify_load_balancer_attributes,
        LoadBalancerArn=balancer.arn,
        Attributes=[{"Key": "no.such.attribute", "Value": "1"}],
    )
    assert "no.such.attribute" in told
    told = refused(
        elb.modify_load_balancer_attributes,
        LoadBalancerArn=balancer.arn,
        Attributes=[{"Key": "access_logs.s3.enabled", "Value": "true"}],
    )
    assert "access_logs.s3.enabled" in told


# -- refusals


def redirect(**changed):
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_302", **changed}}


def answer(**changed):
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", **changed}}


LONG = "a" * 33
BALANCERS = {
    "a name too long": ({"Name": LONG}, f"{INVALID}: Load balancer name '{LONG}' cannot be"),
    "a name with a dot": ({"Name": "a.b"}, f"{INVALID}: Load balancer name 'a.b' can only"),
    "a hyphen first": ({"Name": "-a"}, f"{INVALID}: Load balancer name '-a' cannot begin or end"),
    "a name that AWS keeps": ({"Name": "internal-a"}, f"{INVALID}: Load balancer name 'internal-"),
    "one zone": ({"Subnets": 1}, f"{INVALID}: At least two subnets in two different"),
    "no subnet": ({"Subnets": 0}, f"{INVALID}: At least two subnets in two different"),
    "an unknown subnet": (
        {"Subnets": ["subnet-0", "subnet-1"]},
        "SubnetNotFound: The subnet ID 'subnet-0' does not exist",
    ),
    "an unknown security group": (
        {"SecurityGroups": ["sg-0"]},
        "InvalidSecurityGroup: The security group ID 'sg-0' does not exist",
    ),
    "a network load balancer": ({"Type": "network"}, f"{UNSUPPORTED}: `Type` network"),
    "a gateway": ({"Type": "gateway"}, f"{UNSUPPORTED}: `Type` gateway"),
    "two families": (
        {"IpAddressType": "dualstack"},
        f"{UNSUPPORTED}: `IpAddressType` dualstack",
    ),
    "a pool": (
        {"CustomerOwnedIpv4Pool": "ipv4pool-coip-1"},
        f"{UNSUPPORTED}: `CustomerOwnedIpv4Pool`",
    ),
    "a reserved tag": ({"Tags": [{"Key": "aws:a", "Value": ""}]}, f"{INVALID}: Tag key 'aws:a'"),
    "a tag twice": (
        {"Tags": [{"Key": "a", "Value": ""}] * 2},
        "DuplicateTagKeys: Tag keys must be unique",
    ),
}
GROUPS = {
    "a name too long": ({"Name": LONG}, f"{INVALID}: Target group name '{LONG}' cannot be"),
    "instances": ({"TargetType": "instance"}, f"{UNSUPPORTED}: `TargetType` instance"),
    "a function": ({"TargetType": "lambda"}, f"{UNSUPPORTED}: `TargetType` lambda"),
    "no protocol": ({"Protocol": None}, f"{INVALID}: A protocol must be specified"),
    "encryption": ({"Protocol": "HTTPS"}, f"{UNSUPPORTED}: `Protocol` HTTPS"),
    "packets": ({"Protocol": "TCP"}, f"{UNSUPPORTED}: `Protocol` TCP"),
    "no port": ({"Port": None}, f"{INVALID}: A port must be specified"),
    "no network": ({"VpcId": None}, f"{INVALID}: A VPC ID must be specified"),
    "an unknown network": ({"VpcId": "vpc-0"}, f"{INVALID}: The VPC ID 'vpc-0' is not found"),
    "another version": ({"ProtocolVersion": "GRPC"}, f"{UNSUPPORTED}: `ProtocolVersion` GRPC"),
    "a check that is off": ({"HealthCheckEnabled": False}, f"{INVALID}: Health check enabled"),
    "a check by packets": (
        {"HealthCheckProtocol": "TCP"},
        f"{UNSUPPORTED}: `HealthCheckProtocol` TCP",
    ),
    "a path that is none": ({"HealthCheckPath": "health"}, f"{INVALID}: Health check path"),
    "a timeout too long": (
        {"HealthCheckTimeoutSeconds": 30},
        f"{INVALID}: Health check interval must be greater than the timeout.",
    ),
    "an answer of nobody's": (
        {"Matcher": {"HttpCode": "fine"}},
        f"{INVALID}: Health check matcher HTTP code 'fine' must be within",
    ),
}
ACTIONS = {
    "no action": ([], f"{INVALID}: An action must be specified"),
    "two actions": ([answer(), answer()], "TooManyActions: "),
    "no group": ([{"Type": "forward"}], f"{INVALID}: A target group ARN must be specified"),
    "an unknown group": (
        [forward(f"{ARN}:targetgroup/none/0123456789abcdef")],
        f"TargetGroupNotFound: Target group '{ARN}:targetgroup/none/0123456789abcdef' not found",
    ),
    "a weight too heavy": (
        [forward((f"{ARN}:targetgroup/none/0123456789abcdef", 1000))],
        f"{INVALID}: Target group weight '1000' must be between '0' and '999' inclusive",
    ),
    "a status of nobody's": (
        [answer(StatusCode="301")],
        f"{INVALID}: 1 validation error detected: Value '301' at 'defaultActions.1.member",
    ),
    "a type of nobody's": (
        [answer(ContentType="image/png")],
        f"{INVALID}: Fixed response content type 'image/png' must be one of",
    ),
    "a redirect to itself": ([redirect()], "InvalidLoadBalancerAction: The redirect config"),
    "a redirect to nowhere": (
        [redirect(Port="0")],
        f"{INVALID}: Redirect port '0' must be between '1' and '65535' inclusive",
    ),
    "signing in": (
        [
            {
                "Type": "authenticate-cognito",
                "AuthenticateCognitoConfig": {
                    "UserPoolArn": "x",
                    "UserPoolClientId": "x",
                    "UserPoolDomain": "x",
                },
            }
        ],
        f"{UNSUPPORTED}: `AuthenticateCognitoConfig` is not supported by Longshore yet",
    ),
}


@pytest.mark.parametrize("case", BALANCERS)
def test_a_load_balancer_that_is_wrong(cluster, elb, case):
    change, words = BALANCERS[case]
    given = {"Name": "wrong", "Subnets": cluster.subnets, **change}
    if isinstance(given["Subnets"], int):
        given["Subnets"] = cluster.subnets[: given["Subnets"]]
    told = refused(elb.create_load_balancer, **given)
    assert told.startswith(words), told


@pytest.mark.parametrize("case", GROUPS)
def test_a_target_group_that_is_wrong(cluster, elb, case):
    change, words = GROUPS[case]
    told = refused(elb.create_target_group, **group(cluster, **{"name": "wrong", **change}))
    assert told.startswith(words), told


@pytest.fixture(scope="module")
def balancer(cluster):
    return cluster.balancer("refusing", port=88)


@pytest.mark.parametrize("case", ACTIONS)
def test_an_action_that_is_wrong(elb, balancer, case):
    actions, words = ACTIONS[case]
    told = refused(
        elb.create_listener,
        LoadBalancerArn=balancer.arn,
        Protocol="HTTP",
        Port=89,
        DefaultActions=actions,
    )
    assert told.startswith(words), told


@pytest.mark.parametrize("protocol", ["HTTPS", "TCP", "TLS", "UDP"])
def test_a_listener_of_another_protocol_is_refused_by_name(elb, balancer, protocol):
    told = refused(
        elb.create_listener,
        LoadBalancerArn=balancer.arn,
        Protocol=protocol,
        Port=443,
        DefaultActions=[answer()],
    )
    assert told == (
        f"UnsupportedProtocol: `Protocol` {protocol} is not supported by Longshore yet; say HTTP"
    )


LISTENER_FIELDS = {
    "SslPolicy": "ELBSecurityPolicy-2016-08",
    "Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/x"}],
    "AlpnPolicy": ["HTTP2Only"],
    "MutualAuthentication": {"Mode": "passthrough"},
}


@pytest.mark.parametrize("field", LISTENER_FIELDS)
def test_a_field_of_a_listener_that_is_not_supported_is_named(elb, balancer, field):
    given = {"Protocol": "HTTP", "Port": 92, "DefaultActions": [answer()]}
    given[field] = LISTENER_FIELDS[field]
    told = refused(elb.create_listener, LoadBalancerArn=balancer.arn, **given)
    assert told == f"{UNSUPPORTED}: `{field}` is not supported by Longshore yet"


NOT_THERE = {
    "describe_listeners": (
        {"LoadBalancerArn": f"{ARN}:loadbalancer/app/none/0123456789abcdef"},
        "LoadBalancerNotFound: ",
    ),
    "describe_target_health": (
        {"TargetGroupArn": f"{ARN}:targetgroup/none/0123456789abcdef"},
        "TargetGroupNotFound: ",
    ),
    "describe_rules": (
        {"ListenerArn": f"{ARN}:listener/app/none/0123456789abcdef/0123456789abcdef"},
        "ListenerNotFound: ",
    ),
    "delete_rule": (
        {"RuleArn": f"{ARN}:listener-rule/app/none/0123456789abcdef/0123456789abcdef/0"},
        "RuleNotFound: ",
    ),
    "describe_load_balancers": (
        {"LoadBalancerArns": ["nonsense"]},
        f"{INVALID}: 'nonsense' is not a valid load balancer ARN",
    ),
    "describe_target_groups": ({"Names": ["none"]}, "TargetGroupNotFound: "),
}


@pytest.mark.parametrize("operation", NOT_THERE)
def test_what_is_not_there(elb, operation):
    given, words = NOT_THERE[operation]
    told = refused(getattr(elb, operation), **given)
    assert told.startswith(words), told


def test_a_balancer_that_is_deleted_twice(cluster, elb):
    balancer = cluster.balancer("twice", port=90)
    for _time in range(2):
        elb.delete_load_balancer(LoadBalancerArn=balancer.arn)
    # Its listeners went with it, and its target group is free.
    elb.delete_target_group(TargetGroupArn=balancer.group)
