//! `ModifyListener`: moves a listener to another port, or replaces its default action.

use aws_api::elbv2::{ModifyListenerInput, ModifyListenerOutput};
use model::Listener;
use wire::ApiError;

use super::{action, listener};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyListenerInput,
) -> Result<ModifyListenerOutput, ApiError> {
    listener::check_protocol(input.protocol)?;
    refuse_given(
        &[
            ("SslPolicy", input.ssl_policy.as_ref().is_some_and(|policy| !policy.is_empty())),
            ("Certificates", input.certificates.as_ref().is_some_and(|list| !list.is_empty())),
            ("AlpnPolicy", input.alpn_policy.as_ref().is_some_and(|list| !list.is_empty())),
            ("MutualAuthentication", input.mutual_authentication.is_some()),
        ],
        super::unsupported,
    )?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ModifyListenerInput,
) -> Result<ModifyListenerOutput, ApiError> {
    let known = listener::find(turn.snapshot, turn.scope(), &input.listener_arn)?;
    let balancer = listener::load_balancer(turn.snapshot, known)?;
    let mut changed: Listener = (*known.record).clone();
    if let Some(port) = input.port {
        changed.port = super::port(port)?;
        let own = (changed.port, Some(input.listener_arn.as_str()));
        listener::check_port(turn.snapshot, balancer, own)?;
    }
    if let Some(actions) = input.default_actions.as_deref().filter(|given| !given.is_empty()) {
        changed.default_actions = action::parse(actions)?;
        action::claim_target_groups(turn, balancer, &changed.default_actions)?;
    }
    super::hold(turn, balancer);
    turn.plan.update(known, changed.clone());
    Ok(ModifyListenerOutput { listeners: Some(vec![listener::render(&changed)]) })
}
