//! `SimulatePrincipalPolicy`: what all policies of a user, group or role would say of actions.

use aws_api::iam::{SimulatePolicyResponse, SimulatePrincipalPolicyRequest};
use model::iam_scope;
use wire::ApiError;

use super::simulation::exclusion::Exclusion;
use super::simulation::{self, Asking};
use super::source::{self, Source};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &SimulatePrincipalPolicyRequest,
) -> Result<SimulatePolicyResponse, ApiError> {
    refuse_given(
        &[("ResourceHandlingOption", input.resource_handling_option.is_some())],
        super::unsupported,
    )?;
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let entity = source::entity_of(&snapshot, &scope, &input.policy_source_arn)?;
    let exclusion = input.policy_exclusion_list.as_deref().unwrap_or_default();
    let exclusion = Exclusion::parse(exclusion)?;
    let mut identity = entity.sources(&snapshot);
    identity.retain(|source| exclusion.keeps(source));
    let given = input.policy_input_list.as_deref().unwrap_or_default();
    identity.extend(simulation::given("PolicyInputList", given)?);
    // COMPAT: a boundary that is given takes the place of the entity's own.
    let boundary =
        simulation::given_boundary(input.permissions_boundary_policy_input_list.as_ref())?;
    let own = entity.boundary().filter(|_| exclusion.keeps_boundary());
    let own = || Source::managed(&snapshot, &scope, own?);
    let asking = Asking {
        caller_arn: Some(input.caller_arn.as_ref().unwrap_or(&input.policy_source_arn)),
        action_names: &input.action_names,
        resource_arns: input.resource_arns.as_deref().unwrap_or_default(),
        resource_policy: input.resource_policy.as_ref(),
        resource_owner: input.resource_owner.as_ref(),
        context_entries: input.context_entries.as_deref().unwrap_or_default(),
        asked: (input.marker.as_deref(), input.max_items),
    };
    simulation::run((&snapshot, &scope), (identity, boundary.or_else(own)), &asking)
}
