"""What tests of EC2's operations make and ask for again and again."""


def made(ec2, name, **more):
    return ec2.create_security_group(GroupName=name, Description="a test", **more)["GroupId"]


def tcp(port, *ranges, to=None, **more):
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": to or port,
        **({"IpRanges": [{"CidrIp": one} for one in ranges]} if ranges else {}),
        **more,
    }


def found_by(call, field, key, **given):
    """The keys of what a filter of a Describe operation finds: `found(name, value, …)`."""

    def found(name, *values):
        filters = [{"Name": name, "Values": list(values)}]
        return {one[key] for one in call(Filters=filters, **given)[field]}

    return found
