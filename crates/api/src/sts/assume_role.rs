//! `AssumeRole`: a session of a role, for whoever its trust policy lets.
//!
//! Whether the caller may is decided before: by the role's trust policy, which has to allow it.
//
// COMPAT: "AssumeRole" (AWS STS API Reference).

use std::time::Duration;

use aws_api::sts::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser, errors};
use iam::{Context, Policy, PolicyKind};
use model::principal::{Identity, Session, SessionPolicy};
use model::{IamRole, Snapshot, Tags};
use wire::ApiError;

use super::rendering::{credentials, denied, invalid};
use super::session_tags;
use crate::credentials::issue;
use crate::refuse::refuse_given;
use crate::{Api, Caller, role};

const SECS_DEFAULT: u64 = 60 * 60;
/// LIMIT: of a session that another session asked for.
const CHAINED_SECS_MAX: u64 = 60 * 60;
/// LIMIT: characters of all session policies together.
const POLICY_CHARACTERS_MAX: usize = 2_048;
/// LIMIT: managed policies of a session.
const POLICY_ARNS_MAX: usize = 10;
/// LIMIT: bytes of a session's policies and tags together, which bounds its token. AWS has such a
/// limit too, on a packed form that it does not publish.
const PACKED_BYTES_MAX: usize = 4_096;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &AssumeRoleRequest,
) -> Result<AssumeRoleResponse, ApiError> {
    refuse_given(
        &[
            ("SerialNumber", input.serial_number.is_some()),
            ("TokenCode", input.token_code.is_some()),
            ("ProvidedContexts", input.provided_contexts.is_some()),
            ("MinimumSessionTokenSize", input.minimum_session_token_size.is_some()),
        ],
        invalid,
    )?;
    if caller.principal.identity == Identity::Root {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    let snapshot = api.snapshot();
    let role = role::find(&snapshot, &input.role_arn).ok_or_else(|| {
        denied(format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
            caller.principal_arn(),
            input.role_arn
        ))
    })?;
    let policies = policies(&snapshot, input)?;
    let before = caller.principal.session.as_ref();
    let given = input.tags.as_deref().unwrap_or_default();
    let transitive = input.transitive_tag_keys.as_deref().unwrap_or_default();
    let (tags, transitive_tag_keys) = session_tags::merged(before, given, transitive)?;
    let packed = packed_size(policies.as_deref().unwrap_or_default(), &tags)?;
    let has_packed = policies.is_some() || !given.is_empty();
    let inherited = before.and_then(|session| session.source_identity.as_deref());
    let source_identity = source_identity(input.source_identity.as_deref(), inherited)?;
    let handed_on = HandedOn { source_identity: inherited, tags: before.map(transitive_tags) };
    check_handed_on(api, caller, (&snapshot, role), &handed_on)?;
    let session = Session {
        policies,
        tags,
        transitive_tag_keys,
        source_identity: source_identity.clone(),
        issued_at: caller.now,
        expires_at: caller.now + duration(caller, input, role)?,
        task: before.and_then(|session| session.task.clone()),
    };
    let principal = role::session(role, &input.role_session_name);
    let user =
        AssumedRoleUser { assumed_role_id: Some(principal.user_id()), arn: Some(principal.arn()) };
    let issued = issue(&api.vault, principal, session);
    tracing::info!(
        role = input.role_arn,
        session = input.role_session_name,
        by = caller.principal_arn(),
        key = issued.access_key_id,
        "a role is assumed"
    );
    Ok(AssumeRoleResponse {
        credentials: Some(credentials(&issued)),
        assumed_role_user: Some(user),
        packed_policy_size: has_packed.then_some(packed),
        source_identity,
        ..AssumeRoleResponse::default()
    })
}

/// What a session hands on to the one that it asks for, without being asked to.
struct HandedOn<'a> {
    source_identity: Option<&'a str>,
    tags: Option<Tags>,
}

/// COMPAT: "Monitor and control actions taken with assumed roles": the source identity of a session
/// is that of the sessions that it asks for, and cannot be changed.
fn source_identity(
    given: Option<&str>,
    inherited: Option<&str>,
) -> Result<Option<String>, ApiError> {
    match (given, inherited) {
        (Some(given), Some(inherited)) if given != inherited => Err(denied(format!(
            "The source identity of the calling session is {inherited}, which cannot be changed."
        ))),
        (given, inherited) => Ok(given.or(inherited).map(str::to_owned)),
    }
}

fn transitive_tags(session: &Session) -> Tags {
    let is_transitive = |key: &str| session.transitive_tag_keys.iter().any(|it| it == key);
    let tags = session.tags.iter().filter(|(key, _)| is_transitive(key));
    tags.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The role has to let the caller hand on what it does, as if the caller had given it.
fn check_handed_on(
    api: &Api,
    caller: &Caller,
    (snapshot, role): (&Snapshot, &IamRole),
    handed_on: &HandedOn<'_>,
) -> Result<(), ApiError> {
    let may = |action: &str, context: Context| {
        let may = api.may_with((caller, context), snapshot, (action, &role.arn()));
        may.map_err(|refused| denied(refused.sentence()))
    };
    if let Some(identity) = handed_on.source_identity {
        let context = Context::default().with("sts:SourceIdentity", &[identity]);
        may("sts:SetSourceIdentity", context)?;
    }
    let Some(tags) = handed_on.tags.as_ref().filter(|tags| !tags.is_empty()) else { return Ok(()) };
    let mut context = Context::default();
    for (key, value) in tags {
        context.set(&format!("aws:RequestTag/{key}"), vec![value.clone()]);
    }
    context.set("aws:TagKeys", tags.keys().cloned().collect());
    context.set("sts:TransitiveTagKeys", tags.keys().cloned().collect());
    may("sts:TagSession", context)
}

fn duration(
    caller: &Caller,
    input: &AssumeRoleRequest,
    role: &IamRole,
) -> Result<Duration, ApiError> {
    let asked = input.duration_seconds.and_then(|secs| u64::try_from(secs).ok());
    let secs = asked.unwrap_or(SECS_DEFAULT);
    if secs > u64::from(role.max_session_secs) {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let is_chained = matches!(caller.principal.identity, Identity::Role { .. });
    if is_chained && secs > CHAINED_SECS_MAX {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining.",
        ));
    }
    Ok(Duration::from_secs(secs))
}

fn policies(
    snapshot: &Snapshot,
    input: &AssumeRoleRequest,
) -> Result<Option<Vec<SessionPolicy>>, ApiError> {
    let arns = input.policy_arns.as_deref().unwrap_or_default();
    if input.policy.is_none() && arns.is_empty() {
        return Ok(None);
    }
    let mut policies = Vec::new();
    if let Some(text) = &input.policy {
        Policy::parse(text, PolicyKind::Identity)
            .map_err(|reason| errors::malformed_policy_document_exception(reason.to_string()))?;
        policies.push(SessionPolicy::Inline(text.clone()));
    }
    if arns.len() > POLICY_ARNS_MAX {
        return Err(invalid(format!("A session can have at most {POLICY_ARNS_MAX} policies.")));
    }
    for descriptor in arns {
        let arn = descriptor.arn.clone().unwrap_or_default();
        if !crate::authorize::is_managed(snapshot, &arn) {
            return Err(invalid(format!("ARN {arn} is not valid.")));
        }
        policies.push(SessionPolicy::Managed(arn));
    }
    Ok(Some(policies))
}

/// How much of what a session may carry its policies and tags take, in hundredths.
fn packed_size(policies: &[SessionPolicy], tags: &Tags) -> Result<i32, ApiError> {
    let text = |policy: &SessionPolicy| match policy {
        SessionPolicy::Inline(text) | SessionPolicy::Managed(text) => text.len(),
    };
    let share = |bytes: usize, max: usize| bytes.saturating_mul(100).div_ceil(max);
    let policy_bytes: usize = policies.iter().map(text).sum();
    let policy_share = share(policy_bytes, POLICY_CHARACTERS_MAX);
    if policy_share > 100 {
        return Err(errors::packed_policy_too_large_exception(format!(
            "Packed policy consumes {policy_share}% of allotted space, please use smaller policy."
        )));
    }
    let tag_bytes: usize = tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    let packed = share(policy_bytes + tag_bytes, PACKED_BYTES_MAX);
    if packed > 100 {
        return Err(errors::packed_policy_too_large_exception(format!(
            "Packed size of session tags consumes {packed}% of allotted space."
        )));
    }
    Ok(i32::try_from(packed).unwrap_or(i32::MAX))
}
