#!/usr/bin/env bash
# Two roles, with plain AWS CLI commands that are printed as they run: two tasks of one image, of
# which one may read one bucket and the other one table. Each tries everything; what it may not
# is refused with the action and the resource that its role lacks.
#
# On a terminal it stays up afterwards. Elsewhere it runs on a throw-away network of its own and
# takes everything away again. It fails where a task may what its role does not say, or may not.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=examples/lib.sh
. examples/lib.sh

start

say "An image with Python and boto3, of this machine's own, without a registry"
longshore image import "$(.venv/bin/python tests/images/python.py)"
aws ecs create-cluster --cluster-name roles --query cluster.clusterArn --output text
find_network

say "Two buckets and two tables"
echo meow >"$work/cat"
for place in photos/cat papers/tax; do
    aws s3api create-bucket --bucket "${place%/*}" --query Location --output text
    aws s3api put-object --bucket "${place%/*}" --key "${place#*/}" --body "$work/cat" \
        --query ETag --output text
done
for table in orders people; do
    aws dynamodb create-table --table-name $table --billing-mode PAY_PER_REQUEST \
        --attribute-definitions AttributeName=id,AttributeType=S \
        --key-schema AttributeName=id,KeyType=HASH --query TableDescription.TableArn --output text
    aws dynamodb put-item --table-name $table --item '{"id": {"S": "1"}}'
done

say "Two roles that ECS's tasks may assume: one reads one bucket, the other one table"
trust='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}'
role() { # NAME ACTION RESOURCE
    aws iam create-role --role-name "$1" --assume-role-policy-document "$trust" \
        --query Role.Arn --output text
    arn=$answer
    aws iam put-role-policy --role-name "$1" --policy-name own --policy-document \
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\",
          \"Action\": \"$2\", \"Resource\": \"$3\"}]}"
}

# run_as ROLE: a task that tries everything; what it says goes to $work/ROLE.
run_as() {
    .venv/bin/python - "$1" "$arn" <<'PY' >"$work/task.json"
import json, os, pathlib, sys
role, arn = sys.argv[1:]
script = pathlib.Path("examples/roles/ask.py").read_text()
options = {
    "awslogs-group": "/demo/roles",
    "awslogs-region": os.environ["AWS_DEFAULT_REGION"],
    "awslogs-stream-prefix": role,
    "awslogs-create-group": "true",
}
container = {
    "name": "ask",
    "image": "boto:1",
    "command": ["python3", "-c", script],
    "logConfiguration": {"logDriver": "awslogs", "options": options},
}
print(json.dumps({
    "family": role,
    "taskRoleArn": arn,
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [container],
}))
PY
    aws ecs register-task-definition --cli-input-json "file://$work/task.json" \
        --query taskDefinition.taskDefinitionArn --output text
    aws ecs run-task --cluster roles --task-definition "$1" --launch-type FARGATE \
        --network-configuration "awsvpcConfiguration={subnets=[$joined]}" \
        --query 'tasks[0].taskArn' --output text
    task=$answer
    aws ecs wait tasks-stopped --cluster roles --tasks "$task"
    aws logs get-log-events --log-group-name /demo/roles \
        --log-stream-name "$1/ask/${task##*/}" --start-from-head \
        --query 'events[].[message]' --output text
    echo "$answer" | tee "$work/$1"
}

failed=0
expect() { # ROLE CALL allowed|denied
    grep -q "^$2 $3" "$work/$1" || { echo "$1: $2 is not $3" >&2; failed=1; }
}

role photos s3:GetObject 'arn:aws:s3:::photos/*'
say "As the role that reads one bucket"
run_as photos
role orders dynamodb:GetItem 'arn:aws:dynamodb:*:*:table/orders'
say "As the role that reads one table"
run_as orders

expect photos 'get photos/cat' allowed
expect photos 'item of orders' denied
expect orders 'get photos/cat' denied
expect orders 'item of orders' allowed
for one in photos orders; do
    expect $one 'get papers/tax' denied
    expect $one 'put photos/dog' denied
    expect $one 'item of people' denied
done

say "Why"
longshore explain access role/photos s3:GetObject arn:aws:s3:::photos/cat
longshore explain access role/photos s3:GetObject arn:aws:s3:::papers/tax || true
[ "$failed" = 0 ]
say "Each task may what its own role may, and nothing else."
