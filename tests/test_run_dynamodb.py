"""The DynamoDB engine's process: when it runs, what outlives it, and what it leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import EndpointConnectionError

from harness import binaries, commands
from harness.dynamodb import engines, is_engine, item, table
from harness.refusals import refused
from harness.waiting import wait_until

RESET = "http://127.0.0.1:4566/_longshore/reset"


def test_the_engine_comes_with_the_first_request_and_goes_with_down(running):
    assert engines(running) == []
    dynamodb = running.boto("dynamodb")
    table(dynamodb, "kept")
    dynamodb.put_item(TableName="kept", Item=item("a", number=1))
    [engine] = engines(running)
    running.down()
    assert not engine.is_there()
    running.up()
    dynamodb = running.boto("dynamodb")
    assert dynamodb.scan(TableName="kept")["Items"] == [item("a", number=1)]
    files = {path.name for path in Path(running.state_dir, "dynamodb/000000000000").iterdir()}
    assert "us-east-1.db" in files


def test_a_killed_engine_is_there_for_the_next_request(running):
    dynamodb = running.boto("dynamodb")
    table(dynamodb, "survivors")
    for number in range(5):
        dynamodb.put_item(TableName="survivors", Item=item(f"{number}"))
        [engine] = engines(running)
        engine.kill()
        assert engine.wait()
    assert dynamodb.scan(TableName="survivors")["Count"] == 5
    [other] = engines(running)
    assert other.pid != engine.pid
    assert "the DynamoDB engine ended" in running.printed()


def test_many_first_requests_start_one_engine(running):
    with running.inside():
        dynamodb = running.boto("dynamodb")
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: dynamodb.list_tables()["TableNames"], range(16)))
    assert told == [[]] * 16
    assert len(engines(running)) == 1


def test_no_engine_outlives_its_control(running):
    dynamodb = running.boto("dynamodb")
    table(dynamodb, "kept")
    dynamodb.put_item(TableName="kept", Item=item("a"))
    [engine] = engines(running)
    control = running.process_of("control")
    control.kill()
    assert engine.wait()
    wait_until(lambda: _roles(running, "control") != [control.pid], 10, "another control")

    def kept():
        try:
            return running.boto("dynamodb").scan(TableName="kept")["Items"]
        except EndpointConnectionError:
            return None

    assert wait_until(kept, 10, "the API") == [item("a")]
    [other] = engines(running)
    assert other.parent == running.pid_of("control")


def _roles(host, role):
    return [one.pid for one in host.processes() if commands.role(one.command) == role]


def test_a_reset_deletes_every_table(host):
    host.up("--auth", "any")
    other = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "any"}
    clients = [host.boto("dynamodb"), host.boto("dynamodb", credentials=other)]
    for client in clients:
        table(client, "shared-name")
        client.put_item(TableName="shared-name", Item=item("a"))
    assert host.http(RESET, method="POST").status == 200
    for client in clients:
        assert client.list_tables()["TableNames"] == []
    table(clients[0], "shared-name")
    assert clients[0].scan(TableName="shared-name")["Count"] == 0


def test_without_the_program_dynamodb_says_what_is_missing(host, monkeypatch):
    monkeypatch.setattr(binaries, "ENGINES", Path("/nonexistent"))
    host.up()
    told = refused(host.boto("dynamodb").list_tables)
    assert told.startswith("NotImplemented: DynamoDB is not installed with this Longshore")
    assert "`longshore-dynamodb`" in told
    assert "`longshore up --dynamodb FILE`" in told
    # The rest is there.
    assert host.boto("ecs").list_clusters()["clusterArns"] == []
    assert not any(is_engine(one.command) for one in host.processes())
