//! `DeleteManagedPrefixList`: a list that no rule refers to.

use aws_api::ec2::{
    DeleteManagedPrefixListRequest, DeleteManagedPrefixListResult, ManagedPrefixList,
    PrefixListState,
};
use wire::ApiError;

use super::{describe, prefix_list};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteManagedPrefixListRequest,
) -> Result<DeleteManagedPrefixListResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| decide(turn, &input.prefix_list_id)).await
}

fn decide(turn: &mut Turn<'_>, id: &str) -> Result<DeleteManagedPrefixListResult, ApiError> {
    let known = prefix_list::find(turn, id)?;
    if let Some(group) = prefix_list::referring(turn.snapshot, known).next() {
        return Err(ApiError::client(
            "DependencyViolation",
            format!("The prefix list '{id}' is referred to by the security group {}", group.id),
        ));
    }
    turn.plan.delete(known);
    let shown = ManagedPrefixList {
        state: Some(PrefixListState::DeleteComplete),
        ..prefix_list::render(known)
    };
    Ok(DeleteManagedPrefixListResult { prefix_list: Some(shown) })
}
