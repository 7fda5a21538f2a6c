"""A table as most tests use it, and the engine's process."""

import os
from pathlib import Path


def table(dynamodb, name, sort=None, **more):
    """A table with the key `id`, and with a sort key if one is named; returns when it is there."""
    keys = [("id", "HASH"), *([(sort, "RANGE")] if sort else [])]
    types = [{"AttributeName": key, "AttributeType": "S"} for key, _kind in keys]
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        **{"AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST", **more},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name


def item(key, **attributes):
    """Texts and numbers as DynamoDB has them."""
    typed = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in attributes.items()
    }
    return {"id": {"S": key}, **typed}


def engines(host):
    """The engine's processes, of which there is one at most."""
    return [one for one in host.processes() if is_engine(one.command)]


def is_engine(command):
    return bool(command) and os.path.basename(command[0]) == "longshore-dynamodb"


def devices(process):
    """The network devices that a process sees."""
    lines = Path("/proc", str(process.pid), "net", "dev").read_text().splitlines()
    return {line.partition(":")[0].strip() for line in lines[2:]}


def listening():
    """The TCP ports that the calling thread's namespace listens on."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path("/proc/thread-self/net", name).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A":
                found.add(int(words[1].rpartition(":")[2], 16))
    return found
