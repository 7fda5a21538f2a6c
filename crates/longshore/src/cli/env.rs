//! `longshore env`: the exports that point AWS clients at this instance.

use anyhow::{Context as _, Result};

use super::say;
use crate::config::{Config, Paths};
use crate::credentials::RootCredentials;

pub(super) fn run(paths: &Paths) -> Result<()> {
    let (config, credentials) = read(paths)?;
    say(format_args!("export AWS_ENDPOINT_URL=http://{}", config.listen));
    say(format_args!("export AWS_ACCESS_KEY_ID={}", credentials.access_key_id));
    say(format_args!("export AWS_SECRET_ACCESS_KEY={}", credentials.secret_access_key.as_str()));
    say(format_args!("export AWS_DEFAULT_REGION={}", config.region));
    Ok(())
}

/// The settings of the running instance.
pub(super) fn read(paths: &Paths) -> Result<(Config, RootCredentials)> {
    let config = Config::read(&paths.config())
        .context("Longshore is not up here; `longshore up` starts it")?;
    let credentials = RootCredentials::read(&paths.credentials())?;
    Ok((config, credentials))
}
