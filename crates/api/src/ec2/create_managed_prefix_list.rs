//! `CreateManagedPrefixList`: makes a list of ranges for rules to refer to.

use std::collections::BTreeMap;

use aws_api::ec2::{CreateManagedPrefixListRequest, CreateManagedPrefixListResult, ResourceType};
use model::{PrefixList, PrefixListChange, PrefixListEntry, Tags};
use wire::ApiError;

use super::{describe, prefix_list, tags, unsupported};
use crate::client_token::{Seen, TokenRequest};
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: prefix lists of a region ("Amazon VPC quotas").
const PER_REGION_MAX: usize = 100;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateManagedPrefixListRequest,
) -> Result<CreateManagedPrefixListResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let wanted = Wanted::of(&input)?;
    let token = TokenRequest::new("CreateManagedPrefixList", &input, |it| it.client_token.take());
    api.transact(caller, |turn| decide(turn, &wanted, &token)).await
}

struct Wanted<'a> {
    name: &'a str,
    max_entries: u32,
    entries: Vec<PrefixListEntry>,
    tags: Tags,
}

impl Wanted<'_> {
    fn of(input: &CreateManagedPrefixListRequest) -> Result<Wanted<'_>, ApiError> {
        check_family(&input.address_family)?;
        prefix_list::check_name(&input.prefix_list_name)?;
        let specifications = input.tag_specifications.as_deref();
        let wanted = Wanted {
            name: &input.prefix_list_name,
            max_entries: prefix_list::max_entries(input.max_entries)?,
            entries: prefix_list::entries(input.entries.as_deref().unwrap_or_default())?,
            tags: tags::of_new(ResourceType::PrefixList, specifications)?,
        };
        prefix_list::check_room(&wanted.entries, wanted.max_entries)?;
        Ok(wanted)
    }
}

fn decide(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    token: &TokenRequest,
) -> Result<CreateManagedPrefixListResult, ApiError> {
    match token.seen(turn) {
        Seen::Never => {}
        Seen::Done(ids) => {
            let id = ids.first().map(String::as_str).unwrap_or_default();
            let known = prefix_list::find(turn, id)?;
            let shown = prefix_list::render(known);
            return Ok(CreateManagedPrefixListResult { prefix_list: Some(shown) });
        }
        Seen::Otherwise(_) => {
            return Err(ApiError::client(
                "IdempotentParameterMismatch",
                "The client token was used for another request, with other parameters.",
            ));
        }
    }
    if turn.snapshot.prefix_lists.list(turn.scope()).count() >= PER_REGION_MAX {
        return Err(ApiError::client(
            "PrefixListLimitExceeded",
            "The maximum number of prefix lists has been reached.",
        ));
    }
    let made = PrefixList {
        scope: turn.scope().clone(),
        id: format!("pl-{}", turn.rng.hex(17)),
        name: wanted.name.to_owned(),
        max_entries: wanted.max_entries,
        version: 1,
        entries: wanted.entries.clone(),
        history: BTreeMap::new(),
        last_change: PrefixListChange::Created,
        tags: wanted.tags.clone(),
    };
    let shown = prefix_list::render(&made);
    token.remember(turn, vec![made.id.clone()]);
    turn.plan.insert(made);
    Ok(CreateManagedPrefixListResult { prefix_list: Some(shown) })
}

fn check_family(family: &str) -> Result<(), ApiError> {
    match family {
        prefix_list::ADDRESS_FAMILY => Ok(()),
        "IPv6" => Err(unsupported(
            "`AddressFamily` IPv6 is not supported by Longshore; say IPv4".to_owned(),
        )),
        other => Err(super::invalid(format!(
            "Value ({other}) for parameter AddressFamily is invalid. Expecting IPv4 or IPv6"
        ))),
    }
}
