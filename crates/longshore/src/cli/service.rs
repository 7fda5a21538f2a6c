//! How commands name a service: by its name and cluster, or by its ARN.

use anyhow::{Result, bail};
use model::{Arn, Scope, ServiceKey};

use super::env;
use crate::config::Paths;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Named {
    /// The service's name or ARN.
    service: String,
    /// The cluster's name.
    #[arg(long, default_value = "default")]
    cluster: String,
    /// The service's region; that of `up` unless given.
    #[arg(long)]
    region: Option<String>,
}

impl Named {
    pub(super) fn key(&self, paths: &Paths) -> Result<ServiceKey> {
        let (config, _) = env::read(paths)?;
        let region = self.region.clone().unwrap_or(config.region);
        self.key_in(Scope::new(config.account, region))
    }

    fn key_in(&self, scope: Scope) -> Result<ServiceKey> {
        let (cluster, name) = (self.cluster.clone(), self.service.clone());
        if !name.starts_with("arn:") {
            return Ok(ServiceKey { scope, cluster, name });
        }
        let arn = Arn::parse(&name).filter(|arn| arn.service == "ecs");
        let parts = arn.as_ref().and_then(|arn| arn.resource_id("service")?.split_once('/'));
        match (&arn, parts) {
            (Some(arn), Some((cluster, name))) => Ok(ServiceKey {
                scope: arn.scope.clone(),
                cluster: cluster.to_owned(),
                name: name.to_owned(),
            }),
            _ => bail!("`{name}` is not a service's ARN"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_or_given_by_its_arn() {
        let scope = Scope::new("1", "here");
        let key = |service: &str| {
            let (service, cluster) = (service.to_owned(), "c".to_owned());
            Named { service, cluster, region: None }.key_in(scope.clone())
        };
        assert_eq!(key("web").expect("a name").arn(), "arn:aws:ecs:here:1:service/c/web");
        let arn = "arn:aws:ecs:there:2:service/d/web";
        assert_eq!(key(arn).expect("an ARN").arn(), arn);
        for wrong in ["arn:aws:ecs:there:2:task/d/web", "arn:aws:ecs:there:2:service/web", "arn:"] {
            let error = key(wrong).expect_err(wrong).to_string();
            assert_eq!(error, format!("`{wrong}` is not a service's ARN"));
        }
    }
}
