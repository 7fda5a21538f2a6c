"""What tests of EC2's operations make and ask for again and again."""

EVERYWHERE = "0.0.0.0/0"
UNKNOWN = "0123456789abcdef0"
UNKNOWN_GROUP = f"sg-{UNKNOWN}"


def made(ec2, name, **more):
    return ec2.create_security_group(GroupName=name, Description="a test", **more)["GroupId"]


def made_for(ec2, request):
    """A security group that has the name of the test that asks for it."""
    return made(ec2, request.node.name.split("[")[0][:200])


def shown(ec2, group):
    [found] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return found


def tcp(port, *ranges, to=None, **more):
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": to or port,
        **({"IpRanges": [{"CidrIp": one} for one in ranges]} if ranges else {}),
        **more,
    }


def of_vpc(vpc_id):
    return [{"Name": "vpc-id", "Values": [vpc_id]}]


def filtered(call, field, key, **given):
    """The keys of what a filter of a Describe operation finds: `found(name, value, …)`."""

    def found(name, *values):
        filters = [{"Name": name, "Values": list(values)}]
        return [one[key] for one in call(Filters=filters, **given)[field]]

    return found


def found_by(call, field, key, **given):
    """The same as a set, where the order is nobody's."""
    found = filtered(call, field, key, **given)
    return lambda name, *values: set(found(name, *values))


def cli_in(host, region):
    """The CLI's operations of EC2 in a region: `call("describe-vpcs", vpc_ids=…)`."""

    def call(operation, *arguments, **named):
        return host.aws("ec2", operation, *arguments, region=region, **named)

    return call
