# Part of run.sh: the same service, from now on with blue/green deployments.
#
# Version 1 comes up beside version 2; the deployment waits before production traffic moves and
# after it, and is then taken back. What each version answers is measured at each moment.

# The load ends when its input does, so what sends a number of requests reads from this.
mkfifo "$work/open"

# share MOMENT: of 2,000 requests, how many each version answered; they are kept for the end.
share() {
    local summary
    summary=$(inside "$LOAD" "$url/" --connect 127.0.0.1:8000 --connections 8 --requests 2000 \
        --by version <>"$work/open" | tail -n 1)
    .venv/bin/python - "$work/shares" "$1" "$summary" <<'PY'
import json, sys
summary = json.loads(sys.argv[3])
assert summary["ok"] == 2000, summary
values = {f"version {name}": count for name, count in sorted(summary["values"].items())}
told = ", ".join(f"{name} {100 * n / summary['sent']:.0f} %" for name, n in values.items())
print(f"{sys.argv[2]}: {told}")
with open(sys.argv[1], "a") as shares:
    shares.write(json.dumps([sys.argv[2], told]) + "\n")
PY
}

# wait_hook: until the deployment waits at a hook other than the last one; its id is $hook.
hook=''
wait_hook() {
    local last=$hook deadline=$((SECONDS + 60))
    while [ -z "$hook" ] || [ "$hook" = "$last" ]; do
        [ $SECONDS -lt $deadline ] || { echo "the deployment does not wait" >&2; exit 1; }
        hook=$(inside "$AWS" ecs describe-service-deployments \
            --service-deployment-arns "$deployment" --output text --query \
            "serviceDeployments[0].lifecycleHookDetails[?status=='AWAITING_ACTION']|[0].hookId")
        [ "$hook" != None ] || hook=''
    done
}

say "Blue/green: a second target group and a listener for test traffic"
target_group demo-green
green=$answer
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 8001 \
    --default-actions "Type=forward,TargetGroupArn=$green" \
    --query 'Listeners[0].ListenerArn' --output text
tests=$answer
aws elbv2 describe-listeners --load-balancer-arn "$balancer" \
    --query "Listeners[?Port==\`8000\`].ListenerArn" --output text
production=$answer
aws elbv2 describe-rules --listener-arn "$production" --query 'Rules[0].RuleArn' --output text
production_rule=$answer
aws elbv2 describe-rules --listener-arn "$tests" --query 'Rules[0].RuleArn' --output text
test_rule=$answer

cat >"$work/load-balancers.json" <<JSON
[{
  "targetGroupArn": "$group", "containerName": "web", "containerPort": 8080,
  "advancedConfiguration": {
    "alternateTargetGroupArn": "$green",
    "productionListenerRule": "$production_rule",
    "testListenerRule": "$test_rule",
    "roleArn": "arn:aws:iam::$(inside "$AWS" sts get-caller-identity --query Account \
        --output text):role/ecsInfrastructure"
  }
}]
JSON
cat >"$work/deployment.json" <<JSON
{
  "strategy": "BLUE_GREEN",
  "bakeTimeInMinutes": 1,
  "lifecycleHooks": [{
    "targetType": "PAUSE",
    "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]
  }]
}
JSON

say "A deployment of version 1, which waits before and after production traffic moves"
mkfifo "$work/stop-shift"
inside "$LOAD" "$url/" --connect 127.0.0.1:8000 --connections 8 --by version \
    <"$work/stop-shift" >"$work/shift-load" &
load_pid=$!
exec 4>"$work/stop-shift"
aws ecs update-service --cluster demo --service web --task-definition web:1 \
    --load-balancers "file://$work/load-balancers.json" \
    --deployment-configuration "file://$work/deployment.json" \
    --query service.currentServiceDeployment --output text
deployment=$answer
wait_hook
share "test traffic moved, production waits"
aws ecs continue-service-deployment --service-deployment-arn "$deployment" --hook-id "$hook" \
    --query serviceDeploymentArn --output text
wait_hook
share "production moved, and waits"
say "It is taken back"
aws ecs stop-service-deployment --service-deployment-arn "$deployment" --stop-type ROLLBACK \
    --query serviceDeploymentArn --output text
aws ecs wait services-stable --cluster demo --services web
share "taken back"
aws ecs describe-service-deployments --service-deployment-arns "$deployment" --output text \
    --query 'serviceDeployments[0].[status,statusReason]'
echo "$answer"
exec 4>&-
wait "$load_pid"
load_pid=''
.venv/bin/python - "$work/shares" "$work/shift-load" >"$work/shifts" <<'PY'
import json, sys
summary = json.loads(open(sys.argv[2]).read().splitlines()[-1])
shares = [json.loads(line) for line in open(sys.argv[1])]
print(json.dumps({"shares": shares, "failed": summary["failed"], "sent": summary["sent"]}))
PY
