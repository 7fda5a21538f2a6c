"""What several measurements need of a host: a definition, a network, a service, its balancer."""

import time
from pathlib import Path

CLUSTER = "bench"
PORT = 8080


def definition(ecs, family="web", image="web:1", command=None):
    container = {"name": "web", "image": image, "portMappings": [{"containerPort": PORT}]}
    if command:
        container["command"] = command
    ecs.create_cluster(clusterName=CLUSTER)
    answer = ecs.register_task_definition(
        family=family,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    return answer["taskDefinition"]["taskDefinitionArn"]


def network(ec2):
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    return {"awsvpcConfiguration": {"subnets": subnets}}


def balancer(host, name, port):
    """A load balancer with one listener; returns its target group's ARN and its DNS name."""
    elbv2, ec2 = host.boto("elbv2"), host.boto("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    made = elbv2.create_load_balancer(
        Name=name, Subnets=[subnet["SubnetId"] for subnet in subnets]
    )["LoadBalancers"][0]
    group = target_group(host, name)
    elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=port,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return group, made["DNSName"]


def target_group(host, name):
    elbv2, ec2 = host.boto("elbv2"), host.boto("ec2")
    return elbv2.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=PORT,
        TargetType="ip",
        VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]


def wait_deployment(ecs, name, matches, deadline=120):
    """Asks until a service's deployment matches: its ARN."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        found = ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]
        arn = found["currentServiceDeployment"]
        described = ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        if matches(described["serviceDeployments"][0]):
            return arn
    raise TimeoutError(f"the deployment of {name} does not come so far in {deadline} s")


def service(host, name, count, group, task_definition):
    ecs = host.boto("ecs")
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=name,
        taskDefinition=task_definition,
        desiredCount=count,
        launchType="FARGATE",
        networkConfiguration=network(host.boto("ec2")),
        loadBalancers=[
            {"targetGroupArn": group, "containerName": "web", "containerPort": PORT}
        ],
    )


def wait_healthy(host, group, count, deadline=120):
    """Asks until so many targets are healthy: measuring is asking often."""
    elbv2 = host.boto("elbv2")
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        targets = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        healthy = [one for one in targets if one["TargetHealth"]["State"] == "healthy"]
        if len(healthy) >= count:
            return
    raise TimeoutError(f"{count} targets are not healthy after {deadline} s")


def cpu_seconds(pid):
    """User and system time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def cpu_seconds_precisely(pid):
    """The same as the scheduler counts it, not in hundredths; of threads that live."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def process_group_cpu(pids):
    return sum(cpu_seconds(pid) for pid in pids)
