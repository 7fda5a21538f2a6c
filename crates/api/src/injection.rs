//! What containers are started with of secrets and parameters, read as the task's execution role.
//
// COMPAT: "Pass sensitive data to an Amazon ECS container": what `valueFrom` may be; and "Stopped
// tasks error messages": the words of failures. Here nothing is tried again, and they say so.

pub(crate) mod files;

use model::task_identity::{ContainerValues, RegistryLogin, SecretText};
use model::{Arn, ContainerDefinition, Scope, Snapshot};
use zeroize::Zeroizing;

use crate::authorize::secret_arn;
use crate::secretsmanager::{
    ResolveError, SecretReference, decryption_failure, is_secret_name, resolve as resolve_secret,
};
use crate::ssm::{ParameterError, key_refusal, resolve_parameter};
use crate::{Api, Caller};

/// The beginning of every such failure.
const FAILED: &str = "ResourceInitializationError: unable to pull secrets or registry auth: \
                      execution resource retrieval failed: ";
const FROM_SECRETS: &str = "unable to retrieve secret from asm: service call has been retried 0 \
                            time(s): ";
const FROM_PARAMETERS: &str = "unable to retrieve secrets from ssm: service call has been retried \
                               0 time(s): ";
const REGISTRY: &str = "unable to get registry auth from asm: service call has been retried 0 \
                        time(s): ";

/// What a `valueFrom` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// By its ARN, or by its name where that can only be a secret's.
    Secret {
        id: String,
        json_key: Option<String>,
        version_stage: Option<String>,
        version_id: Option<String>,
    },
    /// By its name or ARN.
    Parameter(String),
}

impl Source {
    pub(crate) fn parse(value_from: &str) -> Option<Source> {
        if !value_from.starts_with("arn:") {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
            let is_it = !value_from.is_empty() && value_from.bytes().all(is_name);
            return is_it.then(|| Source::Parameter(value_from.to_owned()));
        }
        let arn = Arn::parse(value_from)?;
        match arn.service.as_str() {
            "ssm" => {
                let is_it = arn.resource.starts_with("parameter/");
                is_it.then(|| Source::Parameter(value_from.to_owned()))
            }
            "secretsmanager" => {
                let mut parts = arn.resource.strip_prefix("secret:")?.split(':');
                let name = parts.next().filter(|name| !name.is_empty())?;
                let mut optional =
                    || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
                let (json_key, version_stage, version_id) = (optional(), optional(), optional());
                let is_whole = parts.next().is_none();
                let id = arn.scope.arn("secretsmanager", format!("secret:{name}"));
                is_whole.then_some(Source::Secret { id, json_key, version_stage, version_id })
            }
            _ => None,
        }
    }

    /// What a `credentialsParameter` means.
    ///
    /// COMPAT: "you can use either the full ARN or the name of the secret"
    /// (`RepositoryCredentials`, ECS API Reference).
    pub(crate) fn of_registry(text: &str) -> Option<Source> {
        if !text.is_empty() && is_secret_name(text) {
            let (json_key, version_stage, version_id) = (None, None, None);
            return Some(Source::Secret {
                id: text.to_owned(),
                json_key,
                version_stage,
                version_id,
            });
        }
        Source::parse(text).filter(|source| matches!(source, Source::Secret { .. }))
    }
}

/// Who reads, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// A session of the execution role.
    pub(crate) caller: &'a Caller,
}

impl Api {
    /// What one container is started with, or the words in which its task is stopped.
    pub(crate) fn container_values(
        &self,
        reader: Reader<'_>,
        container: &ContainerDefinition,
    ) -> Result<ContainerValues, String> {
        let mut values = ContainerValues::default();
        for secret in &container.secrets {
            let text = self.read(reader, &secret.value_from)?;
            values.secrets.push((secret.name.clone(), SecretText::new(text.as_str())));
        }
        if let Some(id) = &container.repository_credentials {
            values.registry = Some(self.login(reader, id)?);
        }
        Ok(values)
    }

    fn read(&self, reader: Reader<'_>, value_from: &str) -> Result<Zeroizing<String>, String> {
        match Source::parse(value_from) {
            Some(source @ Source::Secret { .. }) => {
                let read = self.secret(reader, &source);
                read.map_err(|reason| format!("{FAILED}{FROM_SECRETS}{reason}"))
            }
            Some(Source::Parameter(name)) => {
                let read = self.parameter(reader, &name);
                read.map_err(|reason| format!("{FAILED}{FROM_PARAMETERS}{reason}"))
            }
            None => Err(format!("{FAILED}invalid valueFrom: {value_from}")),
        }
    }

    fn secret(&self, reader: Reader<'_>, source: &Source) -> Result<Zeroizing<String>, String> {
        let Source::Secret { id, json_key, version_stage, version_id } = source else {
            return Err("it is no secret".to_owned());
        };
        let failed =
            |reason: String| format!("failed to fetch secret {id} from secrets manager: {reason}");
        let scope = scope_of(reader, id);
        let arn = secret_arn(reader.snapshot, &scope, id);
        self.may_read(reader, ("secretsmanager:GetSecretValue", &arn)).map_err(failed)?;
        let reference = SecretReference {
            secret_id: id,
            version_id: version_id.as_deref(),
            version_stage: version_stage.as_deref(),
        };
        let text = resolve_secret(self, (reader.caller, reader.snapshot), &scope, &reference);
        let text = text.map_err(|error| failed(said(error)))?;
        let Some(key) = json_key else { return Ok(text) };
        member(&text, key).ok_or_else(|| {
            format!("retrieved secret from Secrets Manager did not contain json key {key}")
        })
    }

    fn parameter(&self, reader: Reader<'_>, name: &str) -> Result<Zeroizing<String>, String> {
        let arn = crate::authorize::parameter_arn(&reader.caller.scope, name);
        self.may_read(reader, ("ssm:GetParameters", &arn))?;
        let scope = scope_of(reader, name);
        let read = resolve_parameter(self, (reader.caller, reader.snapshot), &scope, name);
        read.map_err(|error| match error {
            ParameterError::Missing(_) => format!("invalid ssm parameters: {name}"),
            ParameterError::Key(error) => {
                let refusal = key_refusal(error);
                format!("{}: {}", refusal.code, refusal.message)
            }
        })
    }

    fn login(&self, reader: Reader<'_>, id: &str) -> Result<RegistryLogin, String> {
        let source = Source::of_registry(id);
        let source = source.ok_or_else(|| format!("{FAILED}{REGISTRY}{id} is no secret"))?;
        let text = self.secret(reader, &source);
        let text = text.map_err(|reason| format!("{FAILED}{REGISTRY}{reason}"))?;
        let part = |key: &str| {
            member(&text, key).ok_or_else(|| {
                format!("{FAILED}{REGISTRY}the secret {id} has no `{key}` in its JSON")
            })
        };
        let (username, password) = (part("username")?, part("password")?);
        let username = username.to_string();
        Ok(RegistryLogin { username, password: SecretText::new(password.as_str()) })
    }

    fn may_read(&self, reader: Reader<'_>, of: (&str, &str)) -> Result<(), String> {
        let may = self.may(reader.caller, reader.snapshot, of);
        may.map_err(|refused| format!("AccessDeniedException: {}", refused.sentence()))
    }
}

/// A member of a JSON object, as text.
fn member(text: &str, key: &str) -> Option<Zeroizing<String>> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let found = value.as_object()?.get(key)?;
    let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    Some(Zeroizing::new(found))
}

fn scope_of(reader: Reader<'_>, name: &str) -> Scope {
    Arn::parse(name).map_or_else(|| reader.caller.scope.clone(), |arn| arn.scope)
}

/// The error that Secrets Manager would have answered.
fn said(error: ResolveError) -> String {
    match error {
        ResolveError::NoSecret(_) => {
            "ResourceNotFoundException: Secrets Manager can't find the specified secret.".to_owned()
        }
        ResolveError::NoStage { stage, .. } => format!(
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for \
             staging label: {stage}"
        ),
        ResolveError::NoVersion { version_id, .. } => format!(
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for \
             VersionId: {version_id}"
        ),
        ResolveError::Deleted(_) => {
            "InvalidRequestException: You can't perform this operation on the secret because it \
             was marked for deletion."
                .to_owned()
        }
        ResolveError::Key { source, .. } => {
            let refusal = decryption_failure(source);
            format!("{}: {}", refusal.code, refusal.message)
        }
        ResolveError::NotInStage(_) | ResolveError::Binary(_) => {
            format!("InvalidRequestException: {error}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_from_a_secret_or_a_parameter() {
        let arn = "arn:aws:secretsmanager:r:1:secret:app/db-AbCdEf";
        let secret = |key: Option<&str>, stage: Option<&str>, id: Option<&str>| {
            Some(Source::Secret {
                id: arn.to_owned(),
                json_key: key.map(str::to_owned),
                version_stage: stage.map(str::to_owned),
                version_id: id.map(str::to_owned),
            })
        };
        assert_eq!(Source::parse(arn), secret(None, None, None));
        assert_eq!(
            Source::parse(&format!("{arn}:password::")),
            secret(Some("password"), None, None)
        );
        let staged = format!("{arn}::AWSPREVIOUS:");
        assert_eq!(Source::parse(&staged), secret(None, Some("AWSPREVIOUS"), None));
        let whole = format!("{arn}:key:AWSCURRENT:v1");
        assert_eq!(Source::parse(&whole), secret(Some("key"), Some("AWSCURRENT"), Some("v1")));
        for parameter in ["name", "/a/b.c", "arn:aws:ssm:r:1:parameter/a"] {
            assert_eq!(Source::parse(parameter), Some(Source::Parameter(parameter.to_owned())));
        }
        for nothing in [
            "",
            "a b",
            "arn:aws:s3:::b",
            "arn:aws:secretsmanager:r:1:secret:",
            &format!("{arn}:a:b:c:d"),
        ] {
            assert_eq!(Source::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_registrys_secret_is_named_or_given_by_its_arn() {
        let id = |text: &str| match Source::of_registry(text) {
            Some(Source::Secret { id, json_key: None, .. }) => Some(id),
            _ => None,
        };
        for secret in ["registry", "team/registry_1", "arn:aws:secretsmanager:r:1:secret:a-AbCdEf"]
        {
            assert_eq!(id(secret).as_deref(), Some(secret));
        }
        for nothing in ["", "a b", "arn:aws:s3:::a", "arn:aws:ssm:r:1:parameter/a"] {
            assert_eq!(Source::of_registry(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_member_of_an_object_is_text_or_json() {
        let text = r#"{"user": "ann", "port": 5432, "on": true}"#;
        let of = |key: &str| member(text, key).map(|found| found.to_string());
        assert_eq!(of("user").as_deref(), Some("ann"));
        assert_eq!(of("port").as_deref(), Some("5432"));
        assert_eq!(of("on").as_deref(), Some("true"));
        assert_eq!(of("none"), None);
        assert_eq!(member("ann", "user"), None);
    }
}
