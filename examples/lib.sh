# Sourced by the examples, from the source tree's root: Longshore on this host, its client, and
# a network of the example's own unless it runs on a terminal.
#
# LONGSHORE_BIN_DIR names a folder with built programs; without it they are built.

if [ -n "${LONGSHORE_BIN_DIR:-}" ]; then
    TARGET=$LONGSHORE_BIN_DIR
else
    TARGET=$PWD/target/$(rustc -vV | sed -n 's/^host: //p')/release
fi
LONGSHORE=$TARGET/longshore
LOAD=$TARGET/longshore-load
AWS=$PWD/.venv/bin/aws

if [ -t 1 ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
    data=${LONGSHORE_DATA_DIR:-/var/lib/longshore}
    network=()
else
    bold='' dim='' plain=''
    data=$(mktemp -d)
    name=longshore-demo-$$
    network=(nsenter "--net=/run/netns/$name")
fi
work=$(mktemp -d)
# Where setup puts what keeps DynamoDB's tables.
PATH=$PWD/.build/bin:$PATH
export AWS_PAGER='' LONGSHORE_DATA_DIR=$data

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
inside() { "${network[@]}" "$@"; }
longshore() { inside "$LONGSHORE" "$@"; }

# aws ...: prints the command, runs it, and keeps its answer in $answer.
aws() {
    printf '%s$ aws' "$dim" >&2
    printf ' %q' "$@" >&2
    printf '%s\n' "$plain" >&2
    answer=$(inside "$AWS" "$@")
}

load_pid=''
finish() {
    status=$?
    [ -n "$load_pid" ] && kill "$load_pid" 2>/dev/null
    if [ ! -t 1 ]; then
        longshore down || status=1
        ip netns delete "$name" || status=1
        rm -rf "$data"
    fi
    rm -rf "$work"
    exit "$status"
}

# Builds, and starts Longshore unless it is up; from then on AWS clients talk to it.
start() {
    if [ -z "${LONGSHORE_BIN_DIR:-}" ]; then
        say "Building (the first time takes some minutes)"
        cargo build --locked --release --bin longshore --bin longshore-testserver \
            --bin longshore-load
    fi
    trap finish EXIT
    if [ ${#network[@]} -gt 0 ]; then
        ip netns add "$name"
        inside ip link set lo up
    fi
    say "Starting Longshore"
    longshore status >/dev/null 2>&1 || longshore up --detach
    eval "$(longshore env)"
}

# The default VPC is $vpc, and its subnets are the list $subnets, or $joined by commas.
find_network() {
    aws ec2 describe-subnets --filters Name=default-for-az,Values=true \
        --query 'Subnets[].SubnetId' --output text
    read -r -a subnets <<<"$answer"
    joined=$(IFS=,; echo "${subnets[*]}")
    aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' \
        --output text
    vpc=$answer
}

target_group() { # NAME
    aws elbv2 create-target-group --name "$1" --protocol HTTP --port 8080 --target-type ip \
        --vpc-id "$vpc" --health-check-path /health --health-check-interval-seconds 5 \
        --health-check-timeout-seconds 2 --healthy-threshold-count 2 \
        --query 'TargetGroups[0].TargetGroupArn' --output text
}
