//! `DescribeClusters`: clusters by name, with the parts that are asked for.

use aws_api::ecs::{
    self, ClusterField, DescribeClustersRequest, DescribeClustersResponse, Failure, errors,
};
use model::{Cluster, Snapshot};
use wire::ApiError;

use super::{cluster, tags};
use crate::{Api, Caller};

/// LIMIT: "A list of up to 100 cluster names or full cluster ARNs" (`DescribeClusters`).
const CLUSTERS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeClustersRequest,
) -> Result<DescribeClustersResponse, ApiError> {
    let given = input.clusters.as_deref().unwrap_or_default();
    if given.len() > CLUSTERS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "Clusters cannot have more than {CLUSTERS_MAX} elements."
        )));
    }
    let snapshot = api.snapshot();
    let fields = input.include.as_deref().unwrap_or_default();
    let names = if given.is_empty() { vec![cluster::DEFAULT] } else { texts(given) };
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for given in names {
        let name = cluster::name(&caller.scope, Some(given))?;
        match name.and_then(|name| snapshot.clusters.get(&caller.scope, name)) {
            Some(found) => clusters.push(render(&snapshot, found, fields)),
            None => failures.push(Failure {
                arn: Some(name.map_or_else(
                    || given.to_owned(),
                    |name| model::cluster_arn(&caller.scope, name),
                )),
                reason: Some("MISSING".to_owned()),
                detail: None,
            }),
        }
    }
    Ok(DescribeClustersResponse { clusters: Some(clusters), failures: Some(failures) })
}

fn texts(given: &[String]) -> Vec<&str> {
    given.iter().map(String::as_str).collect()
}

fn render(snapshot: &Snapshot, found: &Cluster, fields: &[ClusterField]) -> ecs::Cluster {
    let mut rendered = cluster::render(snapshot, found);
    for field in fields {
        match field {
            ClusterField::Tags => rendered.tags = Some(tags::render(&found.tags)),
            ClusterField::Settings => rendered.settings = Some(cluster::settings()),
            ClusterField::Statistics => {
                rendered.statistics = Some(cluster::statistics(snapshot, found));
            }
            ClusterField::Attachments => rendered.attachments = Some(Vec::new()),
            // A cluster has none: CreateCluster refuses it.
            ClusterField::Configurations => {}
        }
    }
    rendered
}
