//! What serves: policies prepared once, and asked many times.
//!
//! Statements are found by the service of the action; patterns are cut when the policy is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Condition;
use crate::document::{Actions, Effect, Policy, Principals, Resources};
use crate::operator::{arn_parts, arn_pattern_parts};
use crate::pattern::{Case, Pattern, Variables, Wildcards};
use crate::request::{Context, Decision, Denial, Grounds, Policies, PolicyRole, Request};
use crate::spec::{Asked, Grant, grant, is_principal, missing};

/// What is asked for, whole and cut.
struct Resource<'a> {
    text: &'a str,
    parts: Vec<&'a str>,
}

/// A policy, prepared.
#[derive(Clone, Debug)]
pub struct Compiled {
    statements: Vec<Prepared>,
    /// By service, the statements that may be about its actions.
    by_service: BTreeMap<String, Vec<usize>>,
    /// Those that may be about any service's.
    of_any: Vec<usize>,
    /// Whether any of them has conditions or variables.
    reads_context: bool,
}

#[derive(Clone, Debug)]
struct Prepared {
    effect: Effect,
    principals: Principals,
    actions: Set<Pattern>,
    resources: Set<ArnPattern>,
    conditions: Vec<Condition>,
}

/// What is in it, or what is not.
#[derive(Clone, Debug)]
enum Set<T> {
    Everything,
    Of(Vec<T>),
    Without(Vec<T>),
}

#[derive(Clone, Debug)]
enum ArnPattern {
    Everything,
    Parts {
        /// What every text that matches begins with: most differ here already.
        start: String,
        /// Six, or the text is none.
        parts: Vec<Pattern>,
    },
}

impl Compiled {
    pub fn new(policy: &Policy) -> Compiled {
        let variables = policy.variables();
        let statements: Vec<Prepared> = policy
            .statements
            .iter()
            .map(|one| Prepared {
                effect: one.effect,
                principals: one.principals.clone(),
                actions: actions(&one.actions),
                resources: resources(&one.resources, variables),
                conditions: one.conditions.clone(),
            })
            .collect();
        let services: Vec<Option<BTreeSet<String>>> =
            policy.statements.iter().map(|one| services(&one.actions)).collect();
        let named: BTreeSet<&String> = services.iter().flatten().flatten().collect();
        let about = |service: &String| {
            let is_about =
                |of: &Option<BTreeSet<String>>| of.as_ref().is_none_or(|of| of.contains(service));
            let found = services.iter().enumerate().filter(|(_, of)| is_about(of));
            found.map(|(index, _)| index).collect()
        };
        let by_service = named.into_iter().map(|one| (one.clone(), about(one))).collect();
        let of_any = services.iter().enumerate().filter(|(_, of)| of.is_none());
        let of_any = of_any.map(|(index, _)| index).collect();
        let reads_context = statements.iter().any(Prepared::reads_context);
        Compiled { statements, by_service, of_any, reads_context }
    }

    fn candidates(&self, service: &str) -> impl Iterator<Item = (usize, &Prepared)> {
        let found = self.by_service.get(service).unwrap_or(&self.of_any);
        found.iter().map(|index| (*index, &self.statements[*index]))
    }
}

impl Policies<'_, Compiled> {
    /// Whether a decision on an action may depend on the request's condition keys. Where it does
    /// not, an empty [`Context`] decides the same.
    pub fn ask_for_context(&self, action: &str) -> bool {
        let service = service(action);
        let asks =
            |policy: &Compiled| policy.candidates(&service).any(|(_, one)| one.reads_context());
        let mut all = self.all();
        all.any(|(_, _, policy)| policy.reads_context && asks(policy))
    }
}

/// Decides on a request by the policies that it is asked of, as [`crate::spec::decide`] does.
pub fn decide(request: &Request<'_>, policies: &Policies<'_, Compiled>) -> Decision {
    let allowing = match allowing(request, policies) {
        Ok(allowing) => allowing,
        Err(denied) => return Decision::Denied(denied),
    };
    let grounds = allowing.into_iter().map(|one| grounds(one.place));
    Decision::Allowed(grounds.collect())
}

/// [`decide`] where nobody asks by which statements it is allowed.
pub fn permit(request: &Request<'_>, policies: &Policies<'_, Compiled>) -> Result<(), Denial> {
    allowing(request, policies).map(drop)
}

/// A statement's policy and its place in it.
type Place<'a> = (PolicyRole, &'a str, usize);

/// A statement that allows.
struct Allowing<'a> {
    place: Place<'a>,
    grant: Grant,
}

fn grounds((role, name, statement): Place<'_>) -> Grounds {
    Grounds { role, policy: name.to_owned(), statement }
}

fn allowing<'a>(
    request: &Request<'_>,
    policies: &Policies<'a, Compiled>,
) -> Result<Vec<Allowing<'a>>, Denial> {
    let service = service(request.action);
    let resource = Resource { text: request.resource, parts: arn_parts(request.resource) };
    let asked = Asked {
        is_bounded: policies.boundary.is_some(),
        has_session_policies: policies.session.is_some(),
    };
    let mut allowing = Vec::new();
    for (role, name, policy) in policies.all() {
        for (index, statement) in policy.candidates(&service) {
            if !statement.matches(request, &resource, asked) {
                continue;
            }
            let place = (role, name, index);
            match statement.effect {
                Effect::Deny => return Err(Denial::Explicit(grounds(place))),
                Effect::Allow => {
                    let grant = grant(&statement.principals, request.caller);
                    allowing.push(Allowing { place, grant });
                }
            }
        }
    }
    let by: Vec<_> = allowing.iter().map(|one| (one.place.0, one.grant)).collect();
    match missing(request, asked, &by) {
        Some(role) => Err(Denial::Implicit(role)),
        None => Ok(allowing),
    }
}

/// The service of an action, in lower case.
fn service(action: &str) -> String {
    action.split_once(':').map_or("", |(service, _)| service).to_ascii_lowercase()
}

impl Prepared {
    fn reads_context(&self) -> bool {
        let has_variable = |one: &ArnPattern| match one {
            ArnPattern::Everything => false,
            ArnPattern::Parts { parts, .. } => parts.iter().any(Pattern::has_variable),
        };
        !self.conditions.is_empty() || self.resources.all().iter().any(has_variable)
    }

    fn matches(&self, request: &Request<'_>, resource: &Resource<'_>, asked: Asked) -> bool {
        let context = request.context;
        self.actions.has(|one| one.matches(request.action, context))
            && self.resources.has(|one| one.matches(resource, context))
            && is_principal(&self.principals, request.caller, asked)
            && self.conditions.iter().all(|one| one.is_met(context))
    }
}

impl<T> Set<T> {
    /// What it is made of.
    fn all(&self) -> &[T] {
        match self {
            Set::Everything => &[],
            Set::Of(all) | Set::Without(all) => all,
        }
    }

    fn has(&self, is_it: impl FnMut(&T) -> bool) -> bool {
        match self {
            Set::Everything => true,
            Set::Of(all) => all.iter().any(is_it),
            Set::Without(all) => !all.iter().any(is_it),
        }
    }
}

impl ArnPattern {
    fn new(text: &str, variables: Variables) -> ArnPattern {
        if text == "*" {
            return ArnPattern::Everything;
        }
        let pattern = |one| Pattern::new(one, Case::Sensitive, (Wildcards::Are, variables));
        let plain = text.find(['*', '?', '$']).map_or(text, |end| &text[..end]);
        ArnPattern::Parts {
            start: plain.to_owned(),
            parts: arn_pattern_parts(text, variables).into_iter().map(pattern).collect(),
        }
    }

    fn matches(&self, resource: &Resource<'_>, context: &Context) -> bool {
        match self {
            ArnPattern::Everything => true,
            ArnPattern::Parts { start, parts } => {
                // From the end: what a resource is called tells it from most others.
                let mut pairs = parts.iter().zip(&resource.parts).rev();
                resource.text.starts_with(start.as_str())
                    && parts.len() == resource.parts.len()
                    && pairs.all(|(one, part)| one.matches(part, context))
            }
        }
    }
}

fn actions(actions: &Actions) -> Set<Pattern> {
    let kind = (Wildcards::Are, Variables::AreText);
    let pattern = |name: &String| Pattern::new(name, Case::Ignored, kind);
    match actions {
        Actions::Are(names) if names.iter().any(|name| name == "*") => Set::Everything,
        Actions::Are(names) => Set::Of(names.iter().map(pattern).collect()),
        Actions::AreNot(names) => Set::Without(names.iter().map(pattern).collect()),
    }
}

fn resources(resources: &Resources, variables: Variables) -> Set<ArnPattern> {
    let pattern = |name: &String| ArnPattern::new(name, variables);
    match resources {
        Resources::Owner => Set::Everything,
        Resources::Are(names) => Set::Of(names.iter().map(pattern).collect()),
        Resources::AreNot(names) => Set::Without(names.iter().map(pattern).collect()),
    }
}

/// The services whose actions a statement may be about, in lower case; `None` is any.
fn services(actions: &Actions) -> Option<BTreeSet<String>> {
    let Actions::Are(names) = actions else { return None };
    let service = |name: &String| {
        let (service, _) = name.split_once(':')?;
        (!service.contains(['*', '?'])).then(|| service.to_ascii_lowercase())
    };
    names.iter().map(service).collect()
}
