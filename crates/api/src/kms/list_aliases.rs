//! `ListAliases`: of the account and region, or of one key, page by page.

use std::collections::BTreeMap;

use aws_api::kms::{AliasListEntry, ListAliasesRequest, ListAliasesResponse};
use model::KmsAlias;
use wire::ApiError;

use super::listing::{self, Asked, PageSize};
use super::managed::ManagedKey;
use super::{alias, key};
use crate::{Api, Caller};

/// COMPAT: "between 1 and 100 … it defaults to 50" (`ListAliases`).
const SIZE: PageSize = PageSize { default: 50, max: 100 };

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAliasesRequest,
) -> Result<ListAliasesResponse, ApiError> {
    let (snapshot, scope) = (api.snapshot(), &caller.scope);
    let aliases = snapshot.kms_aliases.list(scope);
    let entries: BTreeMap<String, AliasListEntry> = if let Some(named) = &input.key_id {
        let key = key::find_by_id(&snapshot, scope, named).map_err(super::refusal)?;
        aliases
            .filter(|alias| alias.key_id == key.id)
            .map(|it| (it.name.clone(), alias::render(it)))
            .collect()
    } else {
        // COMPAT: aliases of AWS's own are there before their keys are.
        let predefined = ManagedKey::ALL.map(|one| {
            let name = one.alias().to_owned();
            let entry = AliasListEntry {
                alias_arn: Some(KmsAlias::arn_of(scope, &name)),
                alias_name: Some(name.clone()),
                ..AliasListEntry::default()
            };
            (name, entry)
        });
        let known = aliases.map(|it| (it.name.clone(), alias::render(it)));
        predefined.into_iter().chain(known).collect()
    };
    let asked = Asked { limit: input.limit, marker: input.marker.as_deref() };
    let listed = listing::page(asked, SIZE, entries, |(name, _)| name.clone())?;
    Ok(ListAliasesResponse {
        truncated: Some(listed.is_truncated()),
        next_marker: listed.next_marker,
        aliases: Some(listed.items.into_iter().map(|(_, entry)| entry).collect()),
    })
}
