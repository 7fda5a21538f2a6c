//! What policies would say of a request that nobody makes.
//
// COMPAT: "Testing IAM policies with the IAM policy simulator". What simulates is the evaluator
// that decides on real requests.

mod caller;
mod context;
pub(super) mod exclusion;
mod result;

use ::iam::{Context, Policies, Policy, PolicyKind, Request, ResourceRule, decide};
use aws_api::iam::{
    ContextEntry, EvaluationResult, PolicySourceType, SimulatePolicyResponse, errors,
};
use model::{Arn, Scope, Snapshot};
use wire::ApiError;

use self::result::Outcome;
use super::context_keys;
use super::listing::{self, Asked, Listed};
use super::source::Source;

/// LIMIT: resources that one request asks about.
const RESOURCES_MAX: usize = 1_000;

/// What both operations are given.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    /// Whose requests they would be, if they are anybody's.
    pub(super) caller_arn: Option<&'a String>,
    pub(super) action_names: &'a [String],
    pub(super) resource_arns: &'a [String],
    pub(super) resource_policy: Option<&'a String>,
    pub(super) resource_owner: Option<&'a String>,
    pub(super) context_entries: &'a [ContextEntry],
    pub(super) asked: Asked<'a>,
}

/// What is the same for every action and resource.
struct Simulation {
    identity: Vec<Source>,
    boundary: Option<Source>,
    resource: Option<Source>,
    caller: ::iam::Caller,
    /// The account of resources whose ARN names none.
    owner: String,
    context: Context,
    /// Keys that the policies ask for and the context does not have.
    missing: Vec<String>,
}

/// Documents that are given with a request, each with the name that results have for it.
pub(super) fn given(member: &str, documents: &[String]) -> Result<Vec<Source>, ApiError> {
    let numbered = documents.iter().enumerate();
    let sources = numbered.map(|(index, text)| {
        let id = format!("{member}.{}", index + 1);
        source((id, PolicySourceType::None), text, PolicyKind::Identity)
    });
    sources.collect()
}

/// The one boundary that can be given.
pub(super) fn given_boundary(documents: Option<&Vec<String>>) -> Result<Option<Source>, ApiError> {
    let documents = documents.map(Vec::as_slice).unwrap_or_default();
    if documents.len() > 1 {
        return Err(errors::invalid_input_exception(
            "You can input only one permissions boundary policy.",
        ));
    }
    Ok(given("PermissionsBoundaryPolicyInputList", documents)?.pop())
}

/// What policies say of each action of a page, on each resource.
pub(super) fn run(
    (snapshot, scope): (&Snapshot, &Scope),
    (identity, boundary): (Vec<Source>, Option<Source>),
    asking: &Asking<'_>,
) -> Result<SimulatePolicyResponse, ApiError> {
    asking.action_names.iter().try_for_each(|name| check_action(name))?;
    check_resources(asking.resource_arns)?;
    let caller = caller::parse(scope, asking.caller_arn)?;
    let owner = match asking.resource_owner {
        Some(given) => caller::account_of(given)?,
        None => caller.account.clone(),
    };
    let resource = asking.resource_policy.map(|text| resource_policy(text, asking));
    let resource = resource.transpose()?;
    let context = context::of(snapshot, asking)?;
    let policies = identity.iter().chain(&boundary).chain(&resource).map(|one| &one.policy);
    let mut missing = context_keys::of(policies);
    missing.retain(|key| !context.has(&key.to_lowercase()));
    let simulation = Simulation { identity, boundary, resource, caller, owner, context, missing };
    let page = listing::page_by_place(asking.action_names.to_vec(), asking.asked)?;
    let page = page.map(|action| simulation.action(&action, asking.resource_arns));
    let Listed { items, is_truncated, marker } = page;
    Ok(SimulatePolicyResponse { evaluation_results: Some(items), is_truncated, marker })
}

impl Simulation {
    fn action(&self, action: &str, resources: &[String]) -> EvaluationResult {
        if resources.iter().all(|resource| resource == "*") {
            let outcome = self.decide((action, "*"));
            return result::of_action(action, &outcome, &self.missing);
        }
        let each =
            resources.iter().map(|resource| (resource.clone(), self.decide((action, resource))));
        let each: Vec<(String, Outcome)> = each.collect();
        result::of_resources(action, &each, &self.missing)
    }

    fn decide(&self, (action, resource): (&str, &str)) -> Outcome {
        let parsed = Arn::parse(resource);
        let account = parsed.map(|arn| arn.scope.account);
        let account = account.filter(|account| caller::is_account(account));
        let account = account.unwrap_or_else(|| self.owner.clone());
        let request = Request {
            caller: &self.caller,
            action,
            resource,
            resource_account: &account,
            context: &self.context,
            rule: ResourceRule::MayAllow,
        };
        // Statements are found again by their policies' places in the list.
        let places: Vec<String> = (0..self.identity.len()).map(|at| at.to_string()).collect();
        let identity = places.iter().zip(&self.identity);
        let identity = identity.map(|(place, one)| (place.as_str(), &one.compiled)).collect();
        let boundary = self.boundary.as_ref().map(|one| ("", &one.compiled));
        let resource = self.resource.as_ref().map(|one| ("", &one.compiled));
        let decision = decide(&request, &Policies { identity, boundary, session: None, resource });
        let allowed_by_boundary = self.boundary.as_ref().map(|one| {
            let at_home = Request { resource_account: &self.caller.account, ..request.clone() };
            let alone = Policies { identity: vec![("", &one.compiled)], ..Policies::default() };
            decide(&at_home, &alone).is_allowed()
        });
        let sources = (self.identity.as_slice(), self.boundary.as_ref(), self.resource.as_ref());
        Outcome::new(&decision, sources, allowed_by_boundary)
    }
}

fn source(
    (id, kind): (String, PolicySourceType),
    text: &str,
    of: PolicyKind,
) -> Result<Source, ApiError> {
    let policy = Policy::parse(text, of).map_err(|malformed| {
        errors::invalid_input_exception(format!("The policy {id} is not valid: {malformed}"))
    })?;
    Ok(Source::of((id, kind), text, policy))
}

fn resource_policy(text: &str, asking: &Asking<'_>) -> Result<Source, ApiError> {
    let Some(arn) = asking.caller_arn else {
        return Err(errors::invalid_input_exception(
            "CallerArn is required if you include a ResourcePolicy.",
        ));
    };
    if Arn::parse(arn).is_some_and(|arn| arn.resource.starts_with("role/")) {
        return Err(errors::invalid_input_exception(
            "Simulation of resource-based policies isn't supported for IAM roles.",
        ));
    }
    let named = ("ResourcePolicy".to_owned(), PolicySourceType::Resource);
    source(named, text, PolicyKind::Resource)
}

fn check_action(name: &str) -> Result<(), ApiError> {
    let is_one = name.split_once(':').is_some_and(|(service, action)| {
        !service.is_empty() && !action.is_empty() && !name.contains(['*', '?'])
    });
    if is_one {
        return Ok(());
    }
    Err(errors::invalid_input_exception(format!(
        "The action {name} is not valid: give a service and an operation, such as iam:CreateUser."
    )))
}

fn check_resources(arns: &[String]) -> Result<(), ApiError> {
    if arns.len() > RESOURCES_MAX {
        return Err(errors::invalid_input_exception(format!(
            "ResourceArns can have at most {RESOURCES_MAX} members."
        )));
    }
    let wrong = arns.iter().find(|arn| *arn != "*" && Arn::parse(arn).is_none());
    match wrong {
        Some(arn) => {
            Err(errors::invalid_input_exception(format!("The resource ARN {arn} is not valid.")))
        }
        None => Ok(()),
    }
}
