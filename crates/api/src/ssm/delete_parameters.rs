//! `DeleteParameters`: up to ten at once. Those that there are not are told.

use std::collections::BTreeSet;

use aws_api::ssm::{DeleteParametersRequest, DeleteParametersResult};
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteParametersRequest,
) -> Result<DeleteParametersResult, ApiError> {
    let names: BTreeSet<&str> = input.names.iter().map(|name| name.trim()).collect();
    api.transact(caller, |turn| {
        let (mut deleted, mut unknown) = (Vec::new(), Vec::new());
        for name in &names {
            match turn.snapshot.parameters.get(turn.scope(), name) {
                Some(found) => {
                    turn.plan.delete(found);
                    deleted.push((*name).to_owned());
                }
                None => unknown.push((*name).to_owned()),
            }
        }
        Ok(DeleteParametersResult {
            deleted_parameters: Some(deleted),
            invalid_parameters: Some(unknown),
        })
    })
    .await
}
