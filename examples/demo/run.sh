#!/usr/bin/env bash
# The whole story, with plain AWS CLI commands that are printed as they run: a cluster, a
# task definition, a load balancer, a service of three, a rolling update under load, logs;
# then a blue/green deployment that waits at hooks, is let on, and is taken back.
#
# On a terminal it stays up afterwards. Elsewhere it runs on a throw-away network of its
# own, takes everything away again, and fails unless every request was answered.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=examples/lib.sh
. examples/lib.sh
REQUESTS_MIN=20000

start

say "A small web image, built without a network"
LONGSHORE_TESTSERVER_BIN=$TARGET/longshore-testserver \
    .venv/bin/python tests/images/build.py "$work" web:1 web:2
longshore image import "$work/web-1.tar"
longshore image import "$work/web-2.tar"

define() { # VERSION
    cat >"$work/task.json" <<JSON
{
  "family": "web",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [{
    "name": "web",
    "image": "web:$1",
    "portMappings": [{"containerPort": 8080}],
    "logConfiguration": {
      "logDriver": "awslogs",
      "options": {
        "awslogs-group": "/demo/web",
        "awslogs-region": "$AWS_DEFAULT_REGION",
        "awslogs-stream-prefix": "web",
        "awslogs-create-group": "true"
      }
    }
  }]
}
JSON
    aws ecs register-task-definition --cli-input-json "file://$work/task.json" \
        --query taskDefinition.taskDefinitionArn --output text
    echo "$answer"
}

say "A cluster and a task definition"
aws ecs create-cluster --cluster-name demo --query cluster.clusterArn --output text
echo "$answer"
define 1

say "A load balancer in the default VPC"
find_network
aws elbv2 create-load-balancer --name demo --subnets "${subnets[@]}" \
    --query 'LoadBalancers[0].[LoadBalancerArn,DNSName]' --output text
read -r balancer dns <<<"$answer"
target_group demo-web
group=$answer
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 8000 \
    --default-actions "Type=forward,TargetGroupArn=$group" \
    --query 'Listeners[0].ListenerArn' --output text
url=http://$dns:8000

say "A service of three"
aws ecs create-service --cluster demo --service-name web --task-definition web \
    --desired-count 3 --launch-type FARGATE \
    --network-configuration "awsvpcConfiguration={subnets=[$joined]}" \
    --load-balancers "targetGroupArn=$group,containerName=web,containerPort=8080" \
    --query service.status --output text
began=$(date +%s.%N)
aws ecs wait services-stable --cluster demo --services web
printf 'stable after %.1f s\n' "$(echo "$(date +%s.%N) $began" | awk '{print $1 - $2}')"

say "Answers from three tasks: $url"
hostname_of='import json, sys; print(json.load(sys.stdin)["hostname"])'
for _ in $(seq 30); do
    inside curl -fsS "$url/" | .venv/bin/python -c "$hostname_of"
done | sort | uniq -c | tee "$work/answers"
tasks=$(wc -l <"$work/answers")
[ "$tasks" = 3 ] || { echo "expected answers from 3 tasks, got $tasks" >&2; exit 1; }

say "A rolling update to version 2, under load"
mkfifo "$work/stop"
inside "$LOAD" "$url/" --connect 127.0.0.1:8000 --connections 16 --by version --progress 1000 \
    <"$work/stop" >"$work/load" &
load_pid=$!
exec 3>"$work/stop"
define 2
aws ecs update-service --cluster demo --service web --task-definition web \
    --query service.deployments[0].rolloutState --output text
aws ecs wait services-stable --cluster demo --services web
# Go on until enough was sent.
timeout 120 tail -n +1 -f "$work/load" | head -n $((REQUESTS_MIN / 1000)) >/dev/null || true
exec 3>&-
wait "$load_pid"
load_pid=''
tail -n 1 "$work/load" >"$work/summary"
aws ecs describe-services --cluster demo --services web \
    --query 'services[0].deployments[].[status,rolloutState,runningCount]' --output text
echo "$answer"

say "Logs"
aws logs filter-log-events --log-group-name /demo/web --limit 5 \
    --query 'events[].message' --output text
echo "$answer"

# shellcheck source=examples/demo/blue_green.sh
. examples/demo/blue_green.sh

say "Done"
.venv/bin/python - "$work/summary" "$tasks" "$REQUESTS_MIN" "$work/shifts" <<'PY'
import json, sys
summary = json.load(open(sys.argv[1]))
print(f"{sys.argv[2]} different tasks answered")
print("rolling update done")
print(f"requests sent during it: {summary['sent']}, by version: {summary.get('values')}")
print(f"failed requests: {summary['failed']}")
shifts = json.load(open(sys.argv[4]))
for moment, share in shifts["shares"]:
    print(f"blue/green, {moment}: {share}")
print(f"failed requests during it: {shifts['failed']} of {shifts['sent']}")
if summary["failed"] or summary["sent"] < int(sys.argv[3]) or shifts["failed"]:
    print(summary.get("examples"))
    sys.exit(1)
PY
if [ -t 1 ]; then
    echo
    echo "It stays up: $url"
    echo "  eval \"\$($LONGSHORE env)\"; aws ecs list-services --cluster demo"
    echo "  $LONGSHORE status;  $LONGSHORE down"
fi
