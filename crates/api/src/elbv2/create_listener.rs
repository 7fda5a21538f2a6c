//! `CreateListener`: opens a port of a load balancer.

use aws_api::elbv2::{CreateListenerInput, CreateListenerOutput, errors};
use model::{Attributes, Entry, Listener, LoadBalancer};
use wire::ApiError;

use super::{action, listener, load_balancer, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: listeners of one load balancer.
pub(super) const PER_LOAD_BALANCER_MAX: usize = 50;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateListenerInput,
) -> Result<CreateListenerOutput, ApiError> {
    check_supported(&input)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateListenerInput,
) -> Result<CreateListenerOutput, ApiError> {
    let balancer = load_balancer::find(turn.snapshot, turn.scope(), &input.load_balancer_arn)?;
    let port = input.port.ok_or_else(|| super::invalid("A listener port must be specified"))?;
    let wanted = Listener {
        scope: turn.scope().clone(),
        id: turn.rng.hex(16),
        load_balancer_name: balancer.name.clone(),
        load_balancer_id: balancer.id.clone(),
        port: super::port(port)?,
        default_actions: action::parse(&input.default_actions)?,
        attributes: Attributes::new(),
        tags: tags::parse(input.tags.as_deref())?,
        created_at: turn.now(),
    };
    if let Some(known) = same(turn, balancer, &wanted) {
        return Ok(answer(known));
    }
    listener::check_port(turn.snapshot, balancer, (wanted.port, None))?;
    let count = listener::of_load_balancer(turn.snapshot, balancer).count();
    if count >= PER_LOAD_BALANCER_MAX {
        return Err(errors::too_many_listeners_exception(format!(
            "The maximum number of listeners for this load balancer \
             ('{PER_LOAD_BALANCER_MAX}') has been reached"
        )));
    }
    action::claim_target_groups(turn, balancer, &wanted.default_actions)?;
    super::hold(turn, balancer);
    turn.plan.insert(wanted.clone());
    Ok(answer(&wanted))
}

fn answer(listener: &Listener) -> CreateListenerOutput {
    CreateListenerOutput { listeners: Some(vec![listener::render(listener)]) }
}

/// The listener there is that making `wanted` would make again.
fn same<'a>(
    turn: &Turn<'a>,
    balancer: &'a Entry<LoadBalancer>,
    wanted: &Listener,
) -> Option<&'a Entry<Listener>> {
    listener::of_load_balancer(turn.snapshot, balancer).find(|known| {
        known.port == wanted.port
            && known.default_actions == wanted.default_actions
            && (wanted.tags.is_empty() || known.tags == wanted.tags)
    })
}

fn check_supported(input: &CreateListenerInput) -> Result<(), ApiError> {
    if input.protocol.is_none() {
        return Err(super::invalid("A listener protocol must be specified"));
    }
    listener::check_protocol(input.protocol)?;
    refuse_given(
        &[
            ("SslPolicy", input.ssl_policy.as_ref().is_some_and(|policy| !policy.is_empty())),
            ("Certificates", input.certificates.as_ref().is_some_and(|list| !list.is_empty())),
            ("AlpnPolicy", input.alpn_policy.as_ref().is_some_and(|list| !list.is_empty())),
            ("MutualAuthentication", input.mutual_authentication.is_some()),
        ],
        super::unsupported,
    )
}
