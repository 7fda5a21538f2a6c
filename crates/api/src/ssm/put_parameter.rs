//! `PutParameter`: makes a parameter, or a new version of one.

use std::collections::{BTreeMap, BTreeSet};

use aws_api::ssm::{ParameterType, PutParameterRequest, PutParameterResult, errors};
use model::{
    Entry, KmsEnvelope, Parameter, ParameterExpiration, ParameterTier, ParameterValue,
    ParameterVersion, Tags,
};
use wire::ApiError;

use super::tier::{self, Needs};
use super::{name, policies, render, tags, value};
use crate::kms::managed::ManagedKey;
use crate::kms::on_behalf::KeyUse;
use crate::kms::{KeyError, envelope};
use crate::{Api, Caller, Turn};

/// LIMIT: versions of one parameter (`ParameterMaxVersionLimitExceeded`).
const VERSIONS_MAX: usize = 100;

const DATA_TYPE: &str = "text";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutParameterRequest,
) -> Result<PutParameterResult, ApiError> {
    let name = input.name.trim().to_owned();
    name::check_new(&caller.scope, &name)?;
    check_input(&input)?;
    let tags = tags::add(&Tags::new(), input.tags.as_deref().unwrap_or_default())?;
    api.transact(caller, |turn| {
        let known = turn.snapshot.parameters.get(turn.scope(), &name);
        check_known(turn, known, (&name, &input))?;
        let expires = match &input.policies {
            Some(text) => policies::parse(text, turn.now())?,
            // COMPAT: "All existing policies are preserved until you send new policies".
            None => known.and_then(|known| known.expires.clone()),
        };
        let tier = decide_tier(known, &input, expires.as_ref())?;
        let version = version(api, turn, (&name, &input), (known, tier))?;
        let Some(known) = known else {
            tier::check_count(turn.snapshot, turn.scope(), tier)?;
            let versions = BTreeMap::from([(1, version)]);
            let (scope, name, tags) = (turn.scope().clone(), name.clone(), tags.clone());
            turn.plan.insert(Parameter { scope, name, versions, tags, expires });
            return Ok(answer(1, tier));
        };
        let number = known.latest().0 + 1;
        let mut versions = known.versions.clone();
        make_room(&mut versions, &name)?;
        versions.insert(number, version);
        turn.plan.update(known, Parameter { versions, expires, ..(*known.record).clone() });
        Ok(answer(number, tier))
    })
    .await
}

fn answer(number: u64, tier: ParameterTier) -> PutParameterResult {
    PutParameterResult { version: i64::try_from(number).ok(), tier: Some(tier::render(tier)) }
}

/// Refuses what is wrong whether there is such a parameter or not.
fn check_input(input: &PutParameterRequest) -> Result<(), ApiError> {
    let has_tags = input.tags.as_ref().is_some_and(|tags| !tags.is_empty());
    if has_tags && input.overwrite == Some(true) {
        return Err(super::invalid(
            "Invalid request: tags and overwrite can't be used together. To create a parameter \
             with tags, please remove overwrite flag. To update tags for an existing parameter, \
             please use AddTagsToResource or RemoveTagsFromResource.",
        ));
    }
    match input.data_type.as_deref() {
        None | Some(DATA_TYPE) => {}
        Some(other) => {
            return Err(super::invalid(format!(
                "`DataType` `{other}` is not supported by Longshore yet"
            )));
        }
    }
    value::check(&input.value)
}

/// Refuses what does not go with the parameter that there is, or with there being none.
fn check_known(
    turn: &Turn<'_>,
    known: Option<&Entry<Parameter>>,
    (name, input): (&str, &PutParameterRequest),
) -> Result<(), ApiError> {
    let Some(known) = known else {
        if input.r#type.is_none() {
            return Err(super::invalid(
                "A parameter type is required when you create a parameter.",
            ));
        }
        return check_twin(turn, name);
    };
    if input.overwrite != Some(true) {
        return Err(errors::parameter_already_exists(
            "The parameter already exists. To overwrite this value, set the overwrite option in \
             the request to true.",
        ));
    }
    let kind = render::kind(&known.latest().1.value);
    if name.contains('/') && input.r#type.is_some_and(|wanted| wanted != kind) {
        return Err(errors::hierarchy_type_mismatch_exception(format!(
            "Parameter Store doesn't support changing a parameter type in a hierarchy: {name} is \
             a {kind}. You must create a new, unique parameter."
        )));
    }
    Ok(())
}

/// INVARIANT: no two parameters have the same ARN, which `a` and `/a` would.
fn check_twin(turn: &Turn<'_>, name: &str) -> Result<(), ApiError> {
    let twin = name.strip_prefix('/').map_or_else(|| format!("/{name}"), str::to_owned);
    match turn.snapshot.parameters.get(turn.scope(), &twin) {
        None => Ok(()),
        Some(known) => Err(errors::parameter_already_exists(format!(
            "The parameter {twin} already exists, and has the ARN that {name} would have: {}.",
            known.arn()
        ))),
    }
}

fn decide_tier(
    known: Option<&Entry<Parameter>>,
    input: &PutParameterRequest,
    expires: Option<&ParameterExpiration>,
) -> Result<ParameterTier, ApiError> {
    let needs = Needs { value_bytes: input.value.len(), has_policies: expires.is_some() };
    tier::decide(input.tier, known.map(|known| known.latest().1.tier), needs)
}

fn version(
    api: &Api,
    turn: &mut Turn<'_>,
    (name, input): (&str, &PutParameterRequest),
    (known, tier): (Option<&Entry<Parameter>>, ParameterTier),
) -> Result<ParameterVersion, ApiError> {
    let before = known.map(|known| known.latest().1);
    let kind = input.r#type.or(before.map(|before| render::kind(&before.value)));
    // What is not said anew stays.
    let kept = |given: &Option<String>, before: Option<&String>| {
        given.clone().or_else(|| before.cloned()).filter(|text| !text.is_empty())
    };
    let description = before.and_then(|before| before.description.as_ref());
    let pattern = before.and_then(|before| before.allowed_pattern.as_ref());
    let allowed_pattern = kept(&input.allowed_pattern, pattern);
    if let Some(pattern) = &allowed_pattern {
        value::check_pattern(&input.value, pattern)?;
    }
    Ok(ParameterVersion {
        value: sealed(api, turn, (name, input), (kind, tier))?,
        description: kept(&input.description, description),
        allowed_pattern,
        data_type: DATA_TYPE.to_owned(),
        tier,
        labels: BTreeSet::new(),
        modified_at: turn.now(),
        modified_by: turn.caller.principal_arn(),
    })
}

fn sealed(
    api: &Api,
    turn: &mut Turn<'_>,
    (name, input): (&str, &PutParameterRequest),
    (kind, tier): (Option<ParameterType>, ParameterTier),
) -> Result<ParameterValue, ApiError> {
    if kind != Some(ParameterType::SecureString) && input.key_id.is_some() {
        return Err(super::invalid("KeyId is required for SecureString type parameter only."));
    }
    match kind {
        Some(ParameterType::StringList) => Ok(ParameterValue::StringList(input.value.clone())),
        Some(ParameterType::String) | None => Ok(ParameterValue::String(input.value.clone())),
        Some(ParameterType::SecureString) => {
            let sealed = in_envelope(api, turn, (name, input), tier);
            let default = || ManagedKey::Ssm.alias().to_owned();
            let key_id = input.key_id.clone().unwrap_or_else(default);
            let envelope = sealed.map_err(value::key_refusal)?;
            Ok(ParameterValue::SecureString { key_id, envelope })
        }
    }
}

/// COMPAT: "AWS KMS encryption for AWS Systems Manager Parameter Store": standard parameters take
/// `Encrypt` of the key, advanced ones `GenerateDataKey`.
fn in_envelope(
    api: &Api,
    turn: &mut Turn<'_>,
    (name, input): (&str, &PutParameterRequest),
    tier: ParameterTier,
) -> Result<KmsEnvelope, KeyError> {
    let key = envelope::choose(turn, &api.vault, ManagedKey::Ssm, input.key_id.as_deref())?;
    let context = value::context(Parameter::arn_of(turn.scope(), name));
    let wanted = match tier {
        ParameterTier::Standard => KeyUse::Encrypt,
        ParameterTier::Advanced => KeyUse::GenerateDataKey,
    };
    value::on_behalf(api, (turn.caller, turn.snapshot)).check(wanted, &key, &context)?;
    envelope::seal(&api.vault, &key, (input.value.as_bytes(), &context))
}

/// Drops the oldest of as many versions as there may be, which has to be without a label.
fn make_room(versions: &mut BTreeMap<u64, ParameterVersion>, name: &str) -> Result<(), ApiError> {
    if versions.len() < VERSIONS_MAX {
        return Ok(());
    }
    match versions.first_key_value() {
        Some((number, oldest)) if !oldest.labels.is_empty() => {
            Err(errors::parameter_max_version_limit_exceeded(format!(
                "You attempted to create a new version of {name} by calling the PutParameter API \
                 with the overwrite flag. Version {number}, the oldest version, can't be deleted \
                 because it has a label associated with it. Move the label to another version of \
                 the parameter, and try again."
            )))
        }
        Some(_) | None => {
            versions.pop_first();
            Ok(())
        }
    }
}
