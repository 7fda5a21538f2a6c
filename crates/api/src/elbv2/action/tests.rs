//! Actions as callers give them, and what is said of those that cannot be.

use elbv2::{
    FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum, TargetGroupStickinessConfig, TargetGroupTuple,
};
use expect_test::{Expect, expect};

use super::*;

fn of(kind: ActionTypeEnum) -> elbv2::Action {
    elbv2::Action { r#type: Some(kind), ..elbv2::Action::default() }
}

fn forward(groups: &[(&str, i32)]) -> elbv2::Action {
    let tuple = |&(arn, weight): &(&str, i32)| TargetGroupTuple {
        target_group_arn: Some(arn.to_owned()),
        weight: Some(weight),
    };
    elbv2::Action {
        forward_config: Some(ForwardActionConfig {
            target_groups: Some(groups.iter().map(tuple).collect()),
            target_group_stickiness_config: None,
        }),
        ..of(ActionTypeEnum::Forward)
    }
}

fn redirect(config: RedirectActionConfig) -> elbv2::Action {
    let status_code = Some(RedirectActionStatusCodeEnum::Http302);
    elbv2::Action {
        redirect_config: Some(RedirectActionConfig { status_code, ..config }),
        ..of(ActionTypeEnum::Redirect)
    }
}

fn fixed(status: &str, content_type: &str) -> elbv2::Action {
    elbv2::Action {
        fixed_response_config: Some(FixedResponseActionConfig {
            message_body: Some("hello".to_owned()),
            status_code: Some(status.to_owned()),
            content_type: Some(content_type.to_owned()),
        }),
        ..of(ActionTypeEnum::FixedResponse)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
fn refused(given: &[elbv2::Action], wanted: Expect) {
    wanted.assert_eq(&parse(given).expect_err("it cannot be").to_string());
}

#[test]
fn every_kind_is_read_and_what_is_shown_can_be_given() {
    let short =
        elbv2::Action { target_group_arn: Some("a".to_owned()), ..of(ActionTypeEnum::Forward) };
    let https = RedirectActionConfig { protocol: Some("HTTPS".to_owned()), ..Default::default() };
    let kinds =
        [short, forward(&[("a", 1), ("b", 0)]), redirect(https), fixed("503", "text/plain")];
    for given in kinds {
        let read = parse(std::slice::from_ref(&given)).expect("as AWS takes it");
        let again = parse(&render(&read)).expect("what is shown");
        assert_eq!(render(&again), render(&read), "{given:?}");
    }
}

#[test]
fn stickiness_needs_a_duration() {
    let mut given = forward(&[("a", 1), ("b", 1)]);
    let config = given.forward_config.as_mut().expect("a forward action");
    config.target_group_stickiness_config =
        Some(TargetGroupStickinessConfig { enabled: Some(true), duration_seconds: None });
    refused(
        &[given.clone()],
        expect![
            "ValidationError: You must specify a duration when enabling target group stickiness"
        ],
    );
    let config = given.forward_config.as_mut().expect("a forward action");
    config.target_group_stickiness_config =
        Some(TargetGroupStickinessConfig { enabled: Some(true), duration_seconds: Some(60) });
    let read = parse(&[given]).expect("a sticky forward action");
    assert!(matches!(read[0], Action::Forward { stickiness_secs: Some(60), .. }));
}

#[test]
fn what_cannot_be_is_refused() {
    refused(&[], expect!["ValidationError: An action must be specified"]);
    refused(
        &[fixed("200", ""), fixed("200", "")],
        expect![
            "TooManyActions: Exactly one action must be specified: forward, redirect or \
             fixed-response"
        ],
    );
    refused(
        &[of(ActionTypeEnum::AuthenticateOidc)],
        expect![
            "InvalidConfigurationRequest: an action of type `authenticate-oidc` is not supported \
             by Longshore yet"
        ],
    );
    refused(
        &[of(ActionTypeEnum::Forward)],
        expect!["ValidationError: A target group ARN must be specified"],
    );
    refused(
        &[forward(&[("a", 1000)])],
        expect![
            "ValidationError: Target group weight '1000' must be between '0' and '999' inclusive"
        ],
    );
    refused(
        &[forward(&[("a", 1), ("a", 2)])],
        expect!["ValidationError: Target groups of one action must be distinct from each other"],
    );
    refused(
        &[redirect(RedirectActionConfig::default())],
        expect![
            "InvalidLoadBalancerAction: The redirect configuration is not valid because it \
             creates a redirect loop: change at least one of the protocol, host, port and path"
        ],
    );
    let far = RedirectActionConfig { port: Some("65536".to_owned()), ..Default::default() };
    refused(
        &[redirect(far)],
        expect![
            "ValidationError: Redirect port '65536' must be between '1' and '65535' inclusive, or \
             '#{port}'"
        ],
    );
    refused(
        &[fixed("302", "text/plain")],
        expect!["ValidationError: Fixed response status code '302' must be 2XX, 4XX or 5XX"],
    );
    refused(
        &[elbv2::Action { order: Some(2), ..fixed("200", "text/plain") }],
        expect![
            "InvalidConfigurationRequest: `Order` other than 1 is not supported by Longshore yet, \
             since there is one action"
        ],
    );
    refused(
        &[elbv2::Action { target_group_arn: Some("a".to_owned()), ..fixed("200", "text/plain") }],
        expect![
            "InvalidLoadBalancerAction: You can specify 'TargetGroupArn' only for an action of \
             type 'forward'"
        ],
    );
}
