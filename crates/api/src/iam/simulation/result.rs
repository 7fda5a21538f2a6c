//! What a simulated decision came to, and how it is told.

use ::iam::{Decision, Denial, Grounds, Place, PolicyRole, statement_places};
use aws_api::iam::{
    EvaluationResult, PermissionsBoundaryDecisionDetail, PolicyEvaluationDecisionType, Position,
    ResourceSpecificResult, Statement,
};

use super::Source;

#[derive(Debug)]
pub(super) struct Outcome {
    decision: PolicyEvaluationDecisionType,
    matched: Vec<Statement>,
    allowed_by_boundary: Option<bool>,
}

/// The policies of identities, in their order; of the boundary; of the resource.
type Sources<'a> = (&'a [Source], Option<&'a Source>, Option<&'a Source>);

impl Outcome {
    pub(super) fn new(
        decision: &Decision,
        sources: Sources<'_>,
        allowed_by_boundary: Option<bool>,
    ) -> Outcome {
        let told = |grounds: &Grounds| statement(grounds, sources);
        let (decision, matched) = match decision {
            // COMPAT: what allows are the identity's policies and the resource's; a boundary only
            // does not stand in the way.
            Decision::Allowed(all) => {
                let allowing = all.iter().filter(|one| one.role != PolicyRole::Boundary);
                (PolicyEvaluationDecisionType::Allowed, allowing.filter_map(told).collect())
            }
            // COMPAT: "the deny statement is the only entry included in the result".
            Decision::Denied(Denial::Explicit(grounds)) => {
                let denying = told(grounds).into_iter().collect();
                (PolicyEvaluationDecisionType::ExplicitDeny, denying)
            }
            Decision::Denied(Denial::Implicit(_)) => {
                (PolicyEvaluationDecisionType::ImplicitDeny, Vec::new())
            }
        };
        Outcome { decision, matched, allowed_by_boundary }
    }
}

/// On no resource in particular.
pub(super) fn of_action(action: &str, outcome: &Outcome, missing: &[String]) -> EvaluationResult {
    EvaluationResult {
        eval_action_name: Some(action.to_owned()),
        eval_resource_name: Some("*".to_owned()),
        eval_decision: Some(outcome.decision),
        matched_statements: Some(outcome.matched.clone()),
        missing_context_values: Some(missing.to_vec()),
        permissions_boundary_decision_detail: boundary(outcome.allowed_by_boundary),
        ..EvaluationResult::default()
    }
}

/// On each of several resources.
///
/// COMPAT: above them stands the most restrictive decision, with the statements of all that led to
/// it, and no resource: "To find the decision for a specific resource, use
/// `ResourceSpecificResults`."
pub(super) fn of_resources(
    action: &str,
    each: &[(String, Outcome)],
    missing: &[String],
) -> EvaluationResult {
    let worst = each.iter().map(|(_, outcome)| outcome.decision).max_by_key(|it| restriction(*it));
    let worst = worst.unwrap_or(PolicyEvaluationDecisionType::ImplicitDeny);
    let mut matched: Vec<Statement> = Vec::new();
    let deciding = each.iter().filter(|(_, outcome)| outcome.decision == worst);
    for statement in deciding.flat_map(|(_, outcome)| &outcome.matched) {
        if !matched.contains(statement) {
            matched.push(statement.clone());
        }
    }
    let by_boundary = each.iter().filter_map(|(_, outcome)| outcome.allowed_by_boundary);
    let allowed_by_boundary = by_boundary.reduce(|all, one| all && one);
    let results = each.iter().map(|(resource, outcome)| ResourceSpecificResult {
        eval_resource_name: Some(resource.clone()),
        eval_resource_decision: Some(outcome.decision),
        matched_statements: Some(outcome.matched.clone()),
        missing_context_values: Some(missing.to_vec()),
        eval_decision_details: None,
        permissions_boundary_decision_detail: boundary(outcome.allowed_by_boundary),
    });
    let whole = Outcome { decision: worst, matched, allowed_by_boundary };
    EvaluationResult {
        resource_specific_results: Some(results.collect()),
        ..of_action(action, &whole, missing)
    }
}

const fn restriction(decision: PolicyEvaluationDecisionType) -> u8 {
    match decision {
        PolicyEvaluationDecisionType::Allowed => 0,
        PolicyEvaluationDecisionType::ImplicitDeny => 1,
        PolicyEvaluationDecisionType::ExplicitDeny => 2,
    }
}

fn boundary(is_allowed: Option<bool>) -> Option<PermissionsBoundaryDecisionDetail> {
    is_allowed.map(|is_allowed| PermissionsBoundaryDecisionDetail {
        allowed_by_permissions_boundary: Some(is_allowed),
    })
}

/// Where a statement stands that took part.
fn statement(grounds: &Grounds, (identity, boundary, resource): Sources<'_>) -> Option<Statement> {
    let source = match grounds.role {
        PolicyRole::Identity => identity.get(grounds.policy.parse::<usize>().ok()?)?,
        PolicyRole::Boundary => boundary?,
        PolicyRole::Resource => resource?,
        PolicyRole::Session => return None,
    };
    let places = statement_places(&source.text);
    let (start, end) = places.get(grounds.statement).copied().unzip();
    Some(Statement {
        source_policy_id: Some(source.id.clone()),
        source_policy_type: Some(source.kind),
        start_position: start.map(position),
        end_position: end.map(position),
    })
}

fn position(place: Place) -> Position {
    Position { line: i32::try_from(place.line).ok(), column: i32::try_from(place.column).ok() }
}
