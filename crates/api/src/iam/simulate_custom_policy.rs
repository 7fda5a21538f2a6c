//! `SimulateCustomPolicy`: what documents would say of actions.

use aws_api::iam::{SimulateCustomPolicyRequest, SimulatePolicyResponse};
use model::iam_scope;
use wire::ApiError;

use super::simulation::{self, Asking};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &SimulateCustomPolicyRequest,
) -> Result<SimulatePolicyResponse, ApiError> {
    let organization = &input.ordered_organization_policy_input_list;
    refuse_given(
        &[
            ("OrderedOrganizationPolicyInputList", organization.is_some()),
            ("ResourceHandlingOption", input.resource_handling_option.is_some()),
        ],
        super::unsupported,
    )?;
    let identity = simulation::given("PolicyInputList", &input.policy_input_list)?;
    let boundary =
        simulation::given_boundary(input.permissions_boundary_policy_input_list.as_ref())?;
    let asking = Asking {
        caller_arn: input.caller_arn.as_ref(),
        action_names: &input.action_names,
        resource_arns: input.resource_arns.as_deref().unwrap_or_default(),
        resource_policy: input.resource_policy.as_ref(),
        resource_owner: input.resource_owner.as_ref(),
        context_entries: input.context_entries.as_deref().unwrap_or_default(),
        asked: (input.marker.as_deref(), input.max_items),
    };
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    simulation::run((&snapshot, &scope), (identity, boundary), &asking)
}
