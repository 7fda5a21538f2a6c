//! Managed policies, an account's own and those that every account finds ready.

use aws_api::iam::{self, errors};
use model::{Arn, Entry, IamPolicy, IamPolicyVersion, Scope, Snapshot, Timestamp};
use wire::ApiError;

use super::usage::{Counts, Usage};
use super::{View, document, tags};
use crate::Turn;

/// COMPAT: the day on which managed policies began, which most of AWS's show.
const READY_SINCE: Timestamp = Timestamp::from_secs(1_423_247_940);

/// The path of policies that only service-linked roles have.
const SERVICE_ROLE_PATH: &str = "/aws-service-role/";

/// A managed policy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Managed<'a> {
    Own(&'a Entry<IamPolicy>),
    Ready(&'static ::iam::Managed),
}

/// The policy of an ARN, if there is one.
pub(super) fn get<'a>(snapshot: &'a Snapshot, scope: &Scope, arn: &str) -> Option<Managed<'a>> {
    let ready = ::iam::managed(arn).map(Managed::Ready);
    ready.or_else(|| own(snapshot, scope, arn).map(Managed::Own))
}

fn own<'a>(snapshot: &'a Snapshot, scope: &Scope, arn: &str) -> Option<&'a Entry<IamPolicy>> {
    snapshot.iam_policy(arn).filter(|policy| policy.account == scope.account)
}

/// The policy of an ARN.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Managed<'a>, ApiError> {
    check_arn(arn)?;
    get(snapshot, scope, arn).ok_or_else(|| missing(arn))
}

/// A policy that the account can change.
pub(super) fn find_own<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<IamPolicy>, ApiError> {
    check_arn(arn)?;
    if ::iam::is_managed(arn) {
        // COMPAT: it is no error of the operations' own.
        let message = "Policy is outside your own account.";
        return Err(ApiError::client("AccessDenied", message).status(403));
    }
    own(snapshot, scope, arn).ok_or_else(|| missing(arn))
}

pub(super) fn missing(arn: &str) -> ApiError {
    errors::no_such_entity_exception(format!("Policy {arn} was not found."))
}

/// A policy that can be given to a user, group or role.
pub(super) fn attachable<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Managed<'a>, ApiError> {
    check_arn(arn)?;
    let found = get(snapshot, scope, arn).ok_or_else(|| {
        let message = format!("Policy {arn} does not exist or is not attachable.");
        errors::no_such_entity_exception(message)
    })?;
    if found.path() == SERVICE_ROLE_PATH {
        return Err(errors::policy_not_attachable_exception(
            "Cannot attach a Service Role Policy to a Customer Role.",
        ));
    }
    Ok(found)
}

/// A policy that can bound what a user or role may do; it stays while the plan holds.
pub(super) fn hold_boundary(turn: &mut Turn<'_>, scope: &Scope, arn: &str) -> Result<(), ApiError> {
    check_arn(arn)?;
    let found = get(turn.snapshot, scope, arn).ok_or_else(|| {
        let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
        errors::no_such_entity_exception(message)
    })?;
    if found.path() == SERVICE_ROLE_PATH {
        return Err(errors::policy_not_attachable_exception(format!(
            "Scope ARN: {arn} does not exist or is not attachable."
        )));
    }
    found.hold(turn);
    Ok(())
}

pub(super) fn check_arn(arn: &str) -> Result<(), ApiError> {
    let is_policy = Arn::parse(arn)
        .is_some_and(|parsed| parsed.service == "iam" && parsed.resource_id("policy").is_some());
    if is_policy {
        return Ok(());
    }
    Err(errors::invalid_input_exception(format!("ARN {arn} is not valid.")))
}

/// A version's number, by its id.
pub(super) fn version_number(policy: &str, id: &str) -> Result<u32, ApiError> {
    let number = id.strip_prefix('v').and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| missing_version(policy, id))
}

pub(super) fn missing_version(policy: &str, id: &str) -> ApiError {
    errors::no_such_entity_exception(format!(
        "Policy {policy} version {id} does not exist or is not attachable."
    ))
}

impl<'a> Managed<'a> {
    pub(super) fn name(&self) -> &'a str {
        match self {
            Managed::Own(own) => &own.name,
            Managed::Ready(ready) => ready.name,
        }
    }

    pub(super) fn path(&self) -> &'a str {
        match self {
            Managed::Own(own) => &own.path,
            Managed::Ready(ready) => ready.path,
        }
    }

    pub(super) fn arn(&self) -> String {
        match self {
            Managed::Own(own) => own.arn(),
            Managed::Ready(ready) => ready.arn(),
        }
    }

    /// The document that is in force.
    pub(super) fn document(&self) -> &'a str {
        match self {
            Managed::Own(own) => own.record.document(),
            Managed::Ready(ready) => ready.document,
        }
    }

    /// The key by which policies are listed: an account's own first, then by name.
    pub(super) fn order(&self) -> String {
        let kind = match self {
            Managed::Own(_) => 'a',
            Managed::Ready(_) => 'b',
        };
        format!("{kind}/{}", self.name().to_ascii_lowercase())
    }

    /// Writes it again as it is, so that a plan that deletes it meanwhile is a conflict.
    pub(super) fn hold(&self, turn: &mut Turn<'_>) {
        match self {
            Managed::Own(own) => super::hold(turn, own),
            Managed::Ready(_) => {}
        }
    }

    /// Its versions by number, the newest first.
    pub(super) fn versions(&self) -> Vec<(u32, iam::PolicyVersion)> {
        match self {
            Managed::Own(own) => {
                let newest_first = own.versions.iter().rev();
                let shown = newest_first.map(|(number, version)| {
                    (*number, render_version((*number, version), own.default_version))
                });
                shown.collect()
            }
            Managed::Ready(ready) => {
                let version = IamPolicyVersion {
                    document: ready.document.to_owned(),
                    created_at: READY_SINCE,
                };
                vec![(1, render_version((1, &version), 1))]
            }
        }
    }
}

/// With its document.
pub(super) fn render_version(
    (number, version): (u32, &IamPolicyVersion),
    default_version: u32,
) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: Some(document::encoded(&version.document)),
        version_id: Some(format!("v{number}")),
        is_default_version: Some(number == default_version),
        create_date: Some(version.created_at),
    }
}

pub(super) fn render(policy: Managed<'_>, usage: &Usage, view: View) -> iam::Policy {
    let counts = usage.of(&policy.arn());
    match policy {
        Managed::Own(own) => render_own(own, counts, view),
        Managed::Ready(ready) => render_ready(ready, counts, view),
    }
}

pub(super) fn render_own(own: &IamPolicy, counts: Counts, view: View) -> iam::Policy {
    let is_whole = view == View::Whole;
    iam::Policy {
        policy_name: Some(own.name.clone()),
        policy_id: Some(own.id.clone()),
        arn: Some(own.arn()),
        path: Some(own.path.clone()),
        default_version_id: Some(format!("v{}", own.default_version)),
        attachment_count: Some(counts.attachments),
        permissions_boundary_usage_count: Some(counts.boundaries),
        is_attachable: Some(true),
        description: own.description.clone().filter(|_| is_whole),
        create_date: Some(own.created_at),
        update_date: Some(own.updated_at),
        tags: is_whole.then(|| tags::render(&own.tags)),
    }
}

fn render_ready(ready: &::iam::Managed, counts: Counts, view: View) -> iam::Policy {
    let is_whole = view == View::Whole;
    iam::Policy {
        policy_name: Some(ready.name.to_owned()),
        policy_id: Some(ready.id.to_owned()),
        arn: Some(ready.arn()),
        path: Some(ready.path.to_owned()),
        default_version_id: Some("v1".to_owned()),
        attachment_count: Some(counts.attachments),
        permissions_boundary_usage_count: Some(counts.boundaries),
        is_attachable: Some(true),
        description: is_whole.then(|| ready.description.to_owned()),
        create_date: Some(READY_SINCE),
        update_date: Some(READY_SINCE),
        tags: is_whole.then(Vec::new),
    }
}

/// As `GetAccountAuthorizationDetails` shows it.
pub(super) fn render_detail(policy: Managed<'_>, usage: &Usage) -> iam::ManagedPolicyDetail {
    let shown = render(policy, usage, View::Whole);
    iam::ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: shown.description,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(policy.versions().into_iter().map(|(_, one)| one).collect()),
    }
}
