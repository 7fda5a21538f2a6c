//! The context of simulated requests: what is given, and what follows from who calls.

use std::net::IpAddr;

use ::iam::Context;
use aws_api::iam::{ContextEntry, ContextKeyTypeEnum, errors};
use model::{Arn, Snapshot, Tags};
use wire::ApiError;

use super::Asking;
use crate::iam::source::{self, Entity};

/// Keys that name the caller are those that a real request of the caller would have, unless they
/// are given.
pub(super) fn of(snapshot: &Snapshot, asking: &Asking<'_>) -> Result<Context, ApiError> {
    let mut context = Context::default();
    if let Some(arn) = asking.caller_arn {
        set_caller(&mut context, arn);
        match source::find_entity(snapshot, arn) {
            Some(Entity::User(user)) => {
                context.set("aws:userid", vec![user.id.clone()]);
                set_tags(&mut context, &user.tags);
            }
            Some(Entity::Role(role)) => set_tags(&mut context, &role.tags),
            Some(Entity::Group(_)) | None => {}
        }
    }
    for entry in asking.context_entries {
        let (name, values) = read(entry)?;
        context.set(name, values);
    }
    Ok(context)
}

fn set_caller(context: &mut Context, arn: &str) {
    let Some(parsed) = Arn::parse(arn) else { return };
    let (kind, named) = parsed.resource.split_once('/').unwrap_or_default();
    let name = named.rsplit('/').next().unwrap_or_default();
    let principal_type = match kind {
        "user" => {
            context.set("aws:username", vec![name.to_owned()]);
            "User"
        }
        "role" => "AssumedRole",
        _ => return,
    };
    context.set("aws:PrincipalType", vec![principal_type.to_owned()]);
    context.set("aws:PrincipalArn", vec![arn.to_owned()]);
    context.set("aws:PrincipalAccount", vec![parsed.scope.account]);
}

fn set_tags(context: &mut Context, tags: &Tags) {
    for (key, value) in tags {
        context.set(&format!("aws:PrincipalTag/{key}"), vec![value.clone()]);
    }
}

/// An entry whose values are of the type that it says.
fn read(entry: &ContextEntry) -> Result<(&str, Vec<String>), ApiError> {
    let refused = |why: &str| {
        let name = entry.context_key_name.as_deref().unwrap_or_default();
        errors::invalid_input_exception(format!("The context entry {name} is not valid: {why}."))
    };
    let name = entry.context_key_name.as_deref().unwrap_or_default();
    if !name.contains(':') {
        return Err(refused("its ContextKeyName has no service prefix"));
    }
    let kind = entry.context_key_type.ok_or_else(|| refused("it has no ContextKeyType"))?;
    let values = entry.context_key_values.clone().unwrap_or_default();
    if !is_list(kind) && values.len() != 1 {
        return Err(refused("a key of this type has one value"));
    }
    if let Some(value) = values.iter().find(|value| !is_of(kind, value)) {
        return Err(refused(&format!("{value} is not of its type")));
    }
    Ok((name, values))
}

const fn is_list(kind: ContextKeyTypeEnum) -> bool {
    match kind {
        ContextKeyTypeEnum::StringList
        | ContextKeyTypeEnum::NumericList
        | ContextKeyTypeEnum::BooleanList
        | ContextKeyTypeEnum::IpList
        | ContextKeyTypeEnum::BinaryList
        | ContextKeyTypeEnum::DateList => true,
        ContextKeyTypeEnum::String
        | ContextKeyTypeEnum::Numeric
        | ContextKeyTypeEnum::Boolean
        | ContextKeyTypeEnum::Ip
        | ContextKeyTypeEnum::Binary
        | ContextKeyTypeEnum::Date => false,
    }
}

/// Dates and bytes are left to the conditions, which read them in several forms.
fn is_of(kind: ContextKeyTypeEnum, value: &str) -> bool {
    match kind {
        ContextKeyTypeEnum::String
        | ContextKeyTypeEnum::StringList
        | ContextKeyTypeEnum::Binary
        | ContextKeyTypeEnum::BinaryList
        | ContextKeyTypeEnum::Date
        | ContextKeyTypeEnum::DateList => true,
        ContextKeyTypeEnum::Numeric | ContextKeyTypeEnum::NumericList => {
            value.parse::<f64>().is_ok_and(f64::is_finite)
        }
        ContextKeyTypeEnum::Boolean | ContextKeyTypeEnum::BooleanList => {
            value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
        }
        ContextKeyTypeEnum::Ip | ContextKeyTypeEnum::IpList => value.parse::<IpAddr>().is_ok(),
    }
}
