//! What can have tags, by ARN.

use std::collections::BTreeSet;

use aws_api::elbv2::errors;
use model::{Arn, Entry, Listener, LoadBalancer, Rule, Scope, Snapshot, Tags, TargetGroup};
use wire::ApiError;

use super::rule::Named;
use super::{listener, load_balancer, rule, target_group};
use crate::Turn;

/// LIMIT: COMPAT: "You can specify up to 20 resources in a single call."
const RESOURCES_MAX: usize = 20;

/// A resource that an ARN names.
#[derive(Debug)]
pub(super) enum Tagged<'a> {
    LoadBalancer(&'a Entry<LoadBalancer>),
    TargetGroup(&'a Entry<TargetGroup>),
    Listener(&'a Entry<Listener>),
    Rule(&'a Entry<Rule>),
    /// It is part of its listener, and has no tags of its own.
    DefaultRule,
}

/// The resources that ARNs name, each once.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arns: &[String],
) -> Result<Vec<(String, Tagged<'a>)>, ApiError> {
    let distinct: BTreeSet<&String> = arns.iter().collect();
    if distinct.len() > RESOURCES_MAX {
        return Err(super::invalid(format!(
            "You cannot specify more than '{RESOURCES_MAX}' resources in one request"
        )));
    }
    distinct.into_iter().map(|arn| Ok((arn.clone(), find_one(snapshot, scope, arn)?))).collect()
}

/// The tags of what an ARN names.
pub(crate) fn tags_of(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Option<Tags> {
    find_one(snapshot, scope, arn).ok().map(|found| found.tags())
}

fn find_one<'a>(snapshot: &'a Snapshot, scope: &Scope, arn: &str) -> Result<Tagged<'a>, ApiError> {
    let parsed = Arn::parse(arn);
    let resource = parsed.as_ref().map(|parsed| parsed.resource.as_str()).unwrap_or_default();
    Ok(match resource.split('/').next().unwrap_or_default() {
        "loadbalancer" => Tagged::LoadBalancer(load_balancer::find(snapshot, scope, arn)?),
        "targetgroup" => Tagged::TargetGroup(target_group::find(snapshot, scope, arn)?),
        "listener" => Tagged::Listener(listener::find(snapshot, scope, arn)?),
        "listener-rule" => match rule::find(snapshot, scope, arn)? {
            Named::Rule(rule) => Tagged::Rule(rule),
            Named::Default(_) => Tagged::DefaultRule,
        },
        "truststore" => {
            return Err(errors::trust_store_not_found_exception(format!(
                "Trust store '{arn}' not found"
            )));
        }
        _ => {
            return Err(super::invalid(format!(
                "'{arn}' is not a valid load balancer, target group, listener or rule ARN"
            )));
        }
    })
}

impl Tagged<'_> {
    pub(super) fn tags(&self) -> Tags {
        match self {
            Tagged::LoadBalancer(known) => known.tags.clone(),
            Tagged::TargetGroup(known) => known.tags.clone(),
            Tagged::Listener(known) => known.tags.clone(),
            Tagged::Rule(known) => known.tags.clone(),
            Tagged::DefaultRule => Tags::new(),
        }
    }

    /// Puts other tags into the turn's plan.
    pub(super) fn set_tags(&self, turn: &mut Turn<'_>, tags: Tags) -> Result<(), ApiError> {
        match self {
            Tagged::LoadBalancer(known) => {
                turn.plan.update(known, LoadBalancer { tags, ..(*known.record).clone() });
            }
            Tagged::TargetGroup(known) => {
                turn.plan.update(known, TargetGroup { tags, ..(*known.record).clone() });
            }
            Tagged::Listener(known) => {
                turn.plan.update(known, Listener { tags, ..(*known.record).clone() });
            }
            Tagged::Rule(known) => {
                turn.plan.update(known, Rule { tags, ..(*known.record).clone() });
            }
            Tagged::DefaultRule if tags.is_empty() => {}
            Tagged::DefaultRule => {
                return Err(super::unsupported(
                    "tags of a default rule are not supported by Longshore yet; tag its listener"
                        .to_owned(),
                ));
            }
        }
        Ok(())
    }
}
