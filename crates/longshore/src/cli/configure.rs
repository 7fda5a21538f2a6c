//! `longshore configure`: an AWS CLI profile that points at this instance.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{env, say};
use crate::config::Paths;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The profile's name.
    #[arg(long, default_value = "longshore")]
    profile: String,
    /// The AWS configuration file.
    #[arg(long, env = "AWS_CONFIG_FILE")]
    config_file: Option<PathBuf>,
}

pub(super) fn run(paths: &Paths, arguments: &Arguments) -> Result<()> {
    let (config, credentials) = env::read(paths)?;
    let file = match &arguments.config_file {
        Some(file) => file.clone(),
        None => std::env::home_dir().context("there is no home directory")?.join(".aws/config"),
    };
    let settings = [
        ("endpoint_url", format!("http://{}", config.listen)),
        ("region", config.region.clone()),
        ("aws_access_key_id", credentials.access_key_id.clone()),
        ("aws_secret_access_key", credentials.secret_access_key.to_string()),
    ];
    let old = std::fs::read_to_string(&file).unwrap_or_default();
    write_private(&file, &with_profile(&old, &arguments.profile, &settings))?;
    say(format_args!("Profile `{}` is in `{}`:", arguments.profile, file.display()));
    say(format_args!("  aws --profile {} ecs list-clusters", arguments.profile));
    Ok(())
}

/// The file with this profile's section replaced, or added at the end.
fn with_profile(old: &str, profile: &str, settings: &[(&str, String)]) -> String {
    let header =
        if profile == "default" { "[default]".to_owned() } else { format!("[profile {profile}]") };
    let mut text = String::new();
    let mut is_ours = false;
    for line in old.lines() {
        if line.trim_start().starts_with('[') {
            is_ours = line.trim() == header;
        }
        if !is_ours {
            text.push_str(line);
            text.push('\n');
        }
    }
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str(&header);
    text.push('\n');
    for (name, value) in settings {
        let _ = writeln!(text, "{name} = {value}");
    }
    text
}

/// It holds a secret, so it is the owner's alone.
fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let folder = path.parent().context("the file has no folder")?;
    std::fs::create_dir_all(folder)?;
    let draft = path.with_extension("longshore-draft");
    let mut file = std::fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&draft, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_replaced_and_the_others_stay() {
        let old = "[default]\nregion = eu-west-1\n\n\
                   [profile longshore]\nregion = old\n\n[profile x]\na = b\n";
        let new = with_profile(old, "longshore", &[("region", "us-east-1".to_owned())]);
        assert_eq!(
            new,
            "[default]\nregion = eu-west-1\n\n[profile x]\na = b\n\n\
             [profile longshore]\nregion = us-east-1\n"
        );
        assert_eq!(with_profile(&new, "longshore", &[("region", "us-east-1".to_owned())]), new);
    }
}
