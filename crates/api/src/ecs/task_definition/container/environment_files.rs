//! Environment files of a definition or an override: objects with variables.

use aws_api::ecs;
use wire::ApiError;

use super::invalid;
use crate::environment_file::{FILES_MAX, Location};

/// That each has the one type that there is, `s3`, is seen when a request is decoded.
pub(in crate::ecs) fn convert(
    container: &str,
    given: Option<&[ecs::EnvironmentFile]>,
) -> Result<Vec<String>, ApiError> {
    let given = given.unwrap_or_default();
    if given.len() > FILES_MAX {
        let reason = format_args!("'environmentFiles' can have at most {FILES_MAX} files.");
        return Err(invalid(container, reason));
    }
    let convert = |file: &ecs::EnvironmentFile| {
        let arn = file.value.clone().unwrap_or_default();
        match Location::parse(&arn) {
            Some(_) => Ok(arn),
            None => Err(invalid(
                container,
                format_args!(
                    "'{arn}' is not the ARN of an environment file: an object in Amazon S3 whose \
                     name ends in '.env'."
                ),
            )),
        }
    };
    given.iter().map(convert).collect()
}

pub(in crate::ecs) fn render(arns: &[String]) -> Option<Vec<ecs::EnvironmentFile>> {
    let render = |arn: &String| ecs::EnvironmentFile {
        value: Some(arn.clone()),
        r#type: Some(ecs::EnvironmentFileType::S3),
    };
    (!arns.is_empty()).then(|| arns.iter().map(render).collect())
}
