//! Listeners and their rules: made, described, changed, deleted.

use std::fmt::Write as _;

use crate::world::{World, between, listener_form, one};

/// A rule for one path with a fixed answer.
fn rule_form(listener: &str, (priority, path): (u32, &str)) -> String {
    format!(
        "CreateRule&ListenerArn={listener}&Priority={priority}&\
         Conditions.member.1.Field=path-pattern&\
         Conditions.member.1.PathPatternConfig.Values.member.1={path}&\
         Actions.member.1.Type=fixed-response&\
         Actions.member.1.FixedResponseConfig.StatusCode=200"
    )
}

fn priorities(world: &World, listener: &str) -> Vec<String> {
    between(&world.elb(&format!("DescribeRules&ListenerArn={listener}")), "Priority")
}

#[test]
fn a_listener_is_made_described_changed_and_deleted() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let group = world.target_group("front");
    let listener = world.listener(&balancer, &group);
    assert_eq!(world.listener(&balancer, &group), listener);
    let other = world.target_group("back");
    assert_eq!(
        world.refused(&listener_form(&balancer, (80, &other))),
        format!(
            "DuplicateListener: A listener already exists on this port for this load balancer \
             '{balancer}'"
        )
    );
    let shown = world.elb(&format!("DescribeListeners&LoadBalancerArn={balancer}"));
    assert_eq!(one(&shown, "Port"), "80");
    assert_eq!(between(&shown, "TargetGroupArn"), [group.clone(), group.clone()]);
    let changed = world.elb(&format!(
        "ModifyListener&ListenerArn={listener}&Port=8080&DefaultActions.member.1.Type=redirect&\
         DefaultActions.member.1.RedirectConfig.Protocol=HTTPS&\
         DefaultActions.member.1.RedirectConfig.StatusCode=HTTP_301"
    ));
    assert_eq!(between(&changed, "Port"), ["8080", "#{port}"].map(str::to_owned));
    assert_eq!(one(&changed, "Path"), "/#{path}");
    let groups = world.elb(&format!("DescribeTargetGroups&LoadBalancerArn={balancer}"));
    assert!(between(&groups, "TargetGroupArn").is_empty());
    world.elb(&format!("DeleteListener&ListenerArn={listener}"));
    assert_eq!(
        world.refused(&format!("DeleteListener&ListenerArn={listener}")),
        format!("ListenerNotFound: Listener '{listener}' not found")
    );
}

#[test]
fn rules_are_in_order_of_priority_and_the_default_is_last() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let listener = world.listener(&balancer, &world.target_group("front"));
    for (priority, path) in [(20, "/b"), (3, "/a"), (50_000, "/c")] {
        world.elb(&rule_form(&listener, (priority, path)));
    }
    assert_eq!(priorities(&world, &listener), ["3", "20", "50000", "default"]);
    assert_eq!(
        world.refused(&rule_form(&listener, (20, "/d"))),
        "PriorityInUse: Priority '20' is currently in use"
    );
    let shown = world.elb(&format!("DescribeRules&ListenerArn={listener}&PageSize=3"));
    let marker = one(&shown, "NextMarker");
    let rest =
        world.elb(&format!("DescribeRules&ListenerArn={listener}&PageSize=3&Marker={marker}"));
    assert_eq!(one(&rest, "IsDefault"), "true");
    let default = one(&rest, "RuleArn");
    let named = world.elb(&format!("DescribeRules&RuleArns.member.1={default}"));
    assert_eq!(one(&named, "Priority"), "default");
    assert_eq!(
        world.refused(&format!("DeleteRule&RuleArn={default}")),
        format!("OperationNotPermitted: Default rule '{default}' cannot be deleted")
    );
}

#[test]
fn priorities_are_exchanged_all_at_once() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let listener = world.listener(&balancer, &world.target_group("front"));
    let arns = [(1, "/a"), (2, "/b"), (3, "/c")]
        .map(|rule| one(&world.elb(&rule_form(&listener, rule)), "RuleArn"));
    let set = |pairs: &[(&String, u32)]| {
        let mut form = "SetRulePriorities".to_owned();
        for (number, (arn, priority)) in (1..).zip(pairs) {
            let member = format!("RulePriorities.member.{number}");
            write!(form, "&{member}.RuleArn={arn}&{member}.Priority={priority}")
                .expect("a string takes any text");
        }
        world.call(&aws_api::elbv2::SERVICE, &form)
    };
    set(&[(&arns[0], 2), (&arns[1], 1)]).expect("an exchange");
    let shown = world.elb(&format!("DescribeRules&ListenerArn={listener}"));
    assert_eq!(between(&shown, "RuleArn")[..2], [arns[1].clone(), arns[0].clone()]);
    let refusal = set(&[(&arns[0], 3)]).expect_err("it is taken");
    assert_eq!(refusal, "PriorityInUse: Priority '3' is currently in use");
}

#[test]
fn a_rule_is_changed_in_part_and_deleted() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let group = world.target_group("front");
    let listener = world.listener(&balancer, &group);
    let rule = one(&world.elb(&rule_form(&listener, (1, "/a"))), "RuleArn");
    let other = world.target_group("back");
    let changed = world.elb(&format!(
        "ModifyRule&RuleArn={rule}&Actions.member.1.Type=forward&\
         Actions.member.1.ForwardConfig.TargetGroups.member.1.TargetGroupArn={group}&\
         Actions.member.1.ForwardConfig.TargetGroups.member.1.Weight=10&\
         Actions.member.1.ForwardConfig.TargetGroups.member.2.TargetGroupArn={other}&\
         Actions.member.1.ForwardConfig.TargetGroups.member.2.Weight=0"
    ));
    assert_eq!(between(&changed, "Weight"), ["10", "0"]);
    assert!(changed.contains("/a"));
    assert_eq!(
        world.refused(&format!("DeleteTargetGroup&TargetGroupArn={other}")),
        format!(
            "ResourceInUse: Target group '{other}' is currently in use by a listener or a rule"
        )
    );
    world.elb(&format!("DeleteRule&RuleArn={rule}"));
    world.elb(&format!("DeleteTargetGroup&TargetGroupArn={other}"));
    assert_eq!(priorities(&world, &listener), ["default"]);
}

#[test]
fn rules_go_with_their_listener_and_no_other() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let group = world.target_group("front");
    let listener = world.listener(&balancer, &group);
    let other = one(&world.elb(&listener_form(&balancer, (81, &group))), "ListenerArn");
    world.elb(&rule_form(&listener, (1, "/a")));
    world.elb(&rule_form(&other, (1, "/a")));
    world.elb(&format!("DeleteListener&ListenerArn={listener}"));
    let snapshot = world.snapshot();
    let left: Vec<_> = snapshot.rules.all().map(|rule| rule.listener_arn()).collect();
    assert_eq!(left, [other]);
}

#[test]
fn rules_are_counted_to_the_limit() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let listener = world.listener(&balancer, &world.target_group("front"));
    for priority in 1..=100 {
        world.elb(&rule_form(&listener, (priority, "/a")));
    }
    assert_eq!(
        world.refused(&rule_form(&listener, (101, "/a"))),
        "TooManyRules: The maximum number of rules for this load balancer ('100') has been reached"
    );
    let limits = world.elb("DescribeAccountLimits");
    let at = between(&limits, "Name")
        .iter()
        .position(|name| name == "rules-per-application-load-balancer");
    assert_eq!(between(&limits, "Max")[at.expect("the limit is shown")], "100");
}

#[test]
fn listeners_that_are_made_at_the_same_time_have_ports_of_their_own() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let fixed = |status: u16| {
        format!(
            "CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port=80&\
             DefaultActions.member.1.Type=fixed-response&\
             DefaultActions.member.1.FixedResponseConfig.StatusCode={status}"
        )
    };
    let forms: Vec<String> = (200..220).map(fixed).collect();
    let answers = world.all_at_once(&forms);
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(made, 1);
    let refusals: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert!(refusals.iter().all(|code| code == "DuplicateListener"), "{refusals:?}");
    assert_eq!(world.snapshot().listeners.len(), 1);
}
