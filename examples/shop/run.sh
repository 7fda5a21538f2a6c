#!/usr/bin/env bash
# A shop in tiers, with plain AWS CLI commands that are printed as they run: a load balancer, a
# frontend, a backend and a PostgreSQL database, each in a security group of its own that lets
# in the group before it. What reaches what is then measured, by every tier's own connections;
# again after the database's rule is revoked; and again after it is given back.
#
# On a terminal it stays up afterwards. Elsewhere it runs on a throw-away network of its own and
# takes everything away again. It fails where anything reaches what no rule says, or does not.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=examples/lib.sh
. examples/lib.sh

# How security groups know this host.
HOST=169.254.169.253/32
PASSWORD=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')

start

say "An image with PostgreSQL and Python, of Debian's packages, without a registry"
longshore image import "$(.venv/bin/python examples/shop/image.py)"
aws ecs create-cluster --cluster-name shop --query cluster.clusterArn --output text
find_network

say "A security group for each tier: it lets in the tier before it, and nobody else"
declare -A groups
security_group() { # TIER PORT PEER: its id is in $groups
    local peer=(--cidr "$3")
    case $3 in sg-*) peer=(--source-group "$3") ;; esac
    aws ec2 create-security-group --group-name "shop-$1" --description "$1 of the shop" \
        --vpc-id "$vpc" --query GroupId --output text
    groups[$1]=$answer
    aws ec2 authorize-security-group-ingress --group-id "${groups[$1]}" --protocol tcp \
        --port "$2" "${peer[@]}" --query 'SecurityGroupRules[0].SecurityGroupRuleId' --output text
}
security_group balancer 8001 "$HOST"
security_group frontend 8080 "${groups[balancer]}"
security_group backend 8080 "${groups[frontend]}"
security_group database 5432 "${groups[backend]}"

# define TIER PROGRAM [NAME VALUE]...: with these variables in its environment.
define() {
    .venv/bin/python - "$@" >"$work/task.json" <<'PY'
import json, os, sys
tier, program, *variables = sys.argv[1:]
pairs = zip(variables[::2], variables[1::2])
container = {
    "name": tier,
    "image": "shop:1",
    "command": [f"/shop/{program}"],
    "portMappings": [{"containerPort": 5432 if tier == "database" else 8080}],
    "environment": [{"name": name, "value": value} for name, value in pairs],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": f"/shop/{tier}",
            "awslogs-region": os.environ["AWS_DEFAULT_REGION"],
            "awslogs-stream-prefix": tier,
            "awslogs-create-group": "true",
        },
    },
}
if tier == "database":
    check = ["CMD", "pg_isready", "--host", "127.0.0.1", "--username", "shop"]
    container["healthCheck"] = {"command": check, "interval": 5, "retries": 10}
print(json.dumps({
    "family": f"shop-{tier}",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [container],
}))
PY
    aws ecs register-task-definition --cli-input-json "file://$work/task.json" \
        --query taskDefinition.taskDefinitionArn --output text
}

declare -A tasks addresses
# run TIER [OPTION]...: a service of one; its task and its address are in $tasks and $addresses.
run() {
    local tier=$1 network_of
    shift
    network_of="awsvpcConfiguration={subnets=[$joined],securityGroups=[${groups[$tier]}]}"
    aws ecs create-service --cluster shop --service-name "$tier" --task-definition "shop-$tier" \
        --desired-count 1 --launch-type FARGATE --network-configuration "$network_of" "$@" \
        --query service.status --output text
    aws ecs wait services-stable --cluster shop --services "$tier"
    aws ecs list-tasks --cluster shop --service-name "$tier" --query 'taskArns[0]' --output text
    tasks[$tier]=${answer##*/}
    aws ecs describe-tasks --cluster shop --tasks "$answer" \
        --query 'tasks[0].containers[0].networkInterfaces[0].privateIpv4Address' --output text
    addresses[$tier]=$answer
}

say "A database, a backend that knows its address, a frontend that knows the backend's"
define database database.sh DATABASE_PASSWORD "$PASSWORD"
run database
define backend backend.py DATABASE_HOST "${addresses[database]}" DATABASE_PASSWORD "$PASSWORD"
run backend
define frontend frontend.py BACKEND_HOST "${addresses[backend]}"

say "A load balancer before the frontend"
aws elbv2 create-load-balancer --name shop --subnets "${subnets[@]}" \
    --security-groups "${groups[balancer]}" \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text
balancer=$answer
target_group shop-frontend
group=$answer
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 8001 \
    --default-actions "Type=forward,TargetGroupArn=$group" \
    --query 'Listeners[0].ListenerArn' --output text
run frontend \
    --load-balancers "targetGroupArn=$group,containerName=frontend,containerPort=8080"
aws ec2 describe-network-interfaces \
    --filters "Name=description,Values=ELB ${balancer#*loadbalancer/}" \
    --query 'NetworkInterfaces[0].PrivateIpAddress' --output text
addresses[balancer]=$answer
# By its address in the VPC: there its group counts, which on the loopback interface it does not.
url=http://$answer:8001

# matrix [SOURCE:DESTINATION]...: with these pairs closed, though the rules above name them.
matrix() {
    local tier places=()
    for tier in balancer frontend backend database; do
        places+=("$tier=${addresses[$tier]}=${tasks[$tier]:-}")
    done
    inside env PYTHONPATH=tests .venv/bin/python examples/shop/matrix.py "${places[@]}" "$@"
}

say "Through all tiers: $url"
inside curl -fsS "$url/products"
echo "A rope is sold:"
inside curl -fsS -X POST "$url/orders/rope"
say "What reaches what"
matrix

say "The database's rule is revoked"
aws ec2 revoke-security-group-ingress --group-id "${groups[database]}" --protocol tcp --port 5432 \
    --source-group "${groups[backend]}" --query Return --output text
matrix backend:database
status=$(inside curl -sS -o "$work/answer" -w '%{http_code}' "$url/products")
echo "The shop answers $status: $(cat "$work/answer")"
[ "$status" = 503 ]
longshore explain connection service:shop/backend service:shop/database 5432 || [ $? = 3 ]

say "And given back"
aws ec2 authorize-security-group-ingress --group-id "${groups[database]}" --protocol tcp \
    --port 5432 --source-group "${groups[backend]}" \
    --query 'SecurityGroupRules[0].SecurityGroupRuleId' --output text
matrix
inside curl -fsS "$url/products"
longshore explain connection service:shop/backend service:shop/database 5432

say "Done: exactly what the rules name was reached"
if [ -t 1 ]; then
    echo
    echo "It stays up: $url/products"
    echo "  $LONGSHORE status;  $LONGSHORE logs database --cluster shop;  $LONGSHORE down"
fi
