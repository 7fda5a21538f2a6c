//! Names of parameters: what may be one, and which parameter a name means.
//
// COMPAT: "Requirements and constraints for parameter names" and `PutParameter`.

use aws_api::ssm::errors;
use model::{Arn, Entry, Parameter, ParameterVersion, Scope, Snapshot};
use wire::ApiError;

/// LIMIT: characters of a name together with the beginning of its ARN.
const ARN_LENGTH_MAX: usize = 1011;

/// LIMIT: levels of a hierarchy.
const LEVELS_MAX: usize = 15;

const RULE: &str = "Parameter name: can't be prefixed with \"aws\" or \"ssm\" \
                    (case-insensitive). If formed as a path, it can consist of sub-paths divided \
                    by slash symbol; each sub-path can be formed as a mix of letters, numbers \
                    and the following 3 symbols .-_";

/// Refuses what may not be the name of a new parameter.
pub(super) fn check_new(scope: &Scope, name: &str) -> Result<(), ApiError> {
    check_form(name)?;
    let is_path = name.contains('/');
    if is_path && !name.starts_with('/') {
        return Err(super::invalid("Parameter name must be a fully qualified name."));
    }
    let levels = name.split('/').skip(usize::from(is_path));
    if levels.clone().any(str::is_empty) {
        return Err(super::invalid(RULE));
    }
    let first = levels.clone().next().unwrap_or_default().to_ascii_lowercase();
    if first == "aws" && levels.clone().count() > 1 {
        return Err(super::access_denied(format!("No access to reserved parameter name: {name}.")));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(super::invalid(RULE));
    }
    if levels.count() > LEVELS_MAX {
        return Err(errors::hierarchy_level_limit_exceeded_exception(format!(
            "A parameter name hierarchy can have a maximum of {LEVELS_MAX} levels."
        )));
    }
    let length = Parameter::arn_of(scope, name).len();
    if length > ARN_LENGTH_MAX {
        return Err(super::invalid(format!(
            "Parameter name: its ARN has {length} characters and can have at most \
             {ARN_LENGTH_MAX}."
        )));
    }
    Ok(())
}

/// What names of secrets begin with, as parameters.
const OF_SECRETS: &str = "aws/reference/secretsmanager/";

/// Refuses what can be the name of no parameter.
pub(super) fn check_form(name: &str) -> Result<(), ApiError> {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_one) {
        return Err(super::invalid(RULE));
    }
    Ok(())
}

/// Why nothing is found by a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("Parameter {0} not found.")]
    Parameter(String),
    #[error(
        "Systems Manager could not find version {version} of {name}. Verify the version and try \
         again."
    )]
    Version { name: String, version: String },
    #[error(
        "Systems Manager could not find label {label} for parameter {name}. Verify the label and \
         try again."
    )]
    Label { name: String, label: String },
}

/// One version of a parameter, and how it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub parameter: &'a Entry<Parameter>,
    pub number: u64,
    pub version: &'a ParameterVersion,
    /// With its colon.
    pub selector: Option<String>,
}

/// The version that is named by a name or an ARN, with a version's number or label after a colon
/// or without one, which is the latest.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    named: &str,
) -> Result<Found<'a>, Missing> {
    let not_found = || Missing::Parameter(named.to_owned());
    let (names, selector) = candidates(scope, named).ok_or_else(not_found)?;
    let mut known = names.iter().filter_map(|name| snapshot.parameters.get(scope, name));
    let parameter = known.next().ok_or_else(not_found)?;
    let Some(selector) = selector else {
        let (number, version) = parameter.record.latest();
        return Ok(Found { parameter, number, version, selector: None });
    };
    let (number, version) = select(parameter, selector)?;
    Ok(Found { parameter, number, version, selector: Some(format!(":{selector}")) })
}

fn select<'a>(
    parameter: &'a Parameter,
    selector: &str,
) -> Result<(u64, &'a ParameterVersion), Missing> {
    let name = parameter.name.clone();
    let is_number = selector.bytes().all(|byte| byte.is_ascii_digit());
    let versions = &parameter.versions;
    if is_number {
        let number = selector.parse::<u64>().ok();
        let found = number.and_then(|number| Some((number, versions.get(&number)?)));
        return found.ok_or_else(|| Missing::Version { name, version: selector.to_owned() });
    }
    let found = versions.iter().find(|(_, version)| version.labels.contains(selector));
    let found = found.map(|(number, version)| (*number, version));
    found.ok_or_else(|| Missing::Label { name, label: selector.to_owned() })
}

/// The names that are meant, in order, and the selector; `None` where it names none here.
fn candidates<'t>(scope: &Scope, named: &'t str) -> Option<(Vec<String>, Option<&'t str>)> {
    let text = named.trim();
    if !text.starts_with("arn:") {
        let (name, selector) = split(text)?;
        return Some((vec![name.to_owned()], selector));
    }
    let arn = Arn::parse(text).filter(|arn| arn.service == "ssm" && arn.scope == *scope)?;
    // What follows the fifth colon, of the text itself.
    let resource = text.get(text.len() - arn.resource.len()..)?;
    let (name, selector) = split(resource.strip_prefix("parameter/")?)?;
    // COMPAT: `a` and `/a` have the same ARN.
    let mut names = vec![format!("/{name}")];
    if !name.contains('/') {
        names.push(name.to_owned());
    }
    Some((names, selector))
}

fn split(text: &str) -> Option<(&str, Option<&str>)> {
    match text.split_once(':') {
        None => Some((text, None)),
        Some((name, selector)) if !selector.is_empty() && !selector.contains(':') => {
            Some((name, Some(selector)))
        }
        Some(_) => None,
    }
}

/// The parameter that is named without a selector.
pub(super) fn find_whole<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    named: &str,
) -> Result<&'a Entry<Parameter>, ApiError> {
    let name = named.trim();
    check_form(name)?;
    let found = snapshot.parameters.get(scope, name);
    found.ok_or_else(|| super::missing(&Missing::Parameter(name.to_owned())))
}

/// Refuses a name that cannot be looked for, so that it is told apart from one that is free.
pub(super) fn check_looked_for(named: &str) -> Result<(), ApiError> {
    // COMPAT: "Referencing AWS Secrets Manager secrets from Parameter Store parameters".
    if named.trim().trim_start_matches('/').starts_with(OF_SECRETS) {
        return Err(super::invalid(format!(
            "A secret by the name of a parameter, `/{OF_SECRETS}`, is not supported by Longshore \
             yet: read it from Secrets Manager."
        )));
    }
    if named.trim().starts_with("arn:") {
        return Ok(());
    }
    let name = named.trim();
    check_form(name.split(':').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope::new("000000000000", "us-east-1")
    }

    #[test]
    fn a_name_follows_the_rules() {
        let deep = |levels: usize| format!("/{}", vec!["a"; levels].join("/"));
        let told = |name: &str| check_new(&scope(), name).map_err(|error| error.code);
        let arn_start = "arn:aws:ssm:us-east-1:000000000000:parameter/".len();
        let longest = "a".repeat(ARN_LENGTH_MAX - arn_start);
        for name in ["a", "/a", "/a/b-c_d.E1", "saws", "/x/aws", &deep(15), &longest] {
            assert_eq!(told(name), Ok(()), "{name}");
        }
        for name in [
            "",
            "/",
            "a b",
            "a/b",
            "/a//b",
            "/a/",
            "aws",
            "AwS-x",
            "/ssm",
            "/SSMx/a",
            "awsome",
            "ä",
            "a:b",
            &format!("{longest}a"),
        ] {
            assert_eq!(told(name), Err("ValidationException".into()), "{name}");
        }
        assert_eq!(told("/aws/a"), Err("AccessDeniedException".into()));
        assert_eq!(told(&deep(16)), Err("HierarchyLevelLimitExceededException".into()));
    }

    #[test]
    fn a_name_is_taken_apart() {
        let arn = |rest: &str| format!("arn:aws:ssm:us-east-1:000000000000:parameter/{rest}");
        let read = |named: &str| {
            let found = candidates(&scope(), named);
            found.map(|(names, selector)| (names.join(" "), selector.map(str::to_owned)))
        };
        let is = |names: &str, selector: Option<&str>| {
            Some((names.to_owned(), selector.map(str::to_owned)))
        };
        assert_eq!(read(" a "), is("a", None));
        assert_eq!(read("/a/b:3"), is("/a/b", Some("3")));
        assert_eq!(read("a:prod"), is("a", Some("prod")));
        assert_eq!(read(&arn("a:prod")), is("/a a", Some("prod")));
        assert_eq!(read(&arn("a/b")), is("/a/b", None));
        for other in
            ["a:", "a:b:c", "arn:aws:s3:::a", "arn:aws:ssm:eu-west-1:000000000000:parameter/a"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
