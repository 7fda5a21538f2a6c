//! `CreateBucket`.

use s3s::dto::{CreateBucketConfiguration, CreateBucketInput, CreateBucketOutput};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::Server;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::limits::BUCKETS_MAX;

/// COMPAT: what has no region is in this one, whose endpoint takes any other too.
const DEFAULT_REGION: &str = "us-east-1";

pub(super) async fn create_bucket(
    server: &Server,
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let name = request.input.bucket;
    check_name(&name)?;
    let endpoint = visit.region.as_deref().unwrap_or(DEFAULT_REGION);
    let region = region(endpoint, request.input.create_bucket_configuration)?;
    let account = visit.account()?.to_owned();
    let bucket =
        Bucket { name: name.clone(), account, region, created_at: visit.now, policy: None };
    let make = move |connection: &rusqlite::Connection| {
        if let Some(found) = Bucket::find(connection, &bucket.name)? {
            return Ok(check_taken(&bucket, &found)?);
        }
        if Bucket::count(connection, &bucket.account)? >= BUCKETS_MAX {
            return Err(s3_error!(
                TooManyBuckets,
                "You have attempted to create more buckets than allowed"
            )
            .into());
        }
        bucket.insert(connection)
    };
    server.index.write(make, |()| ()).await?;
    Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{name}")) }))
}

/// COMPAT: "Bucket naming rules", what is not of the form of the name itself.
fn check_name(name: &str) -> S3Result<()> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    let is_reserved = PREFIXES.iter().any(|one| name.starts_with(one))
        || SUFFIXES.iter().any(|one| name.ends_with(one))
        || name.contains(".-")
        || name.contains("-.");
    if is_reserved {
        return Err(s3_error!(InvalidBucketName, "The specified bucket is not valid."));
    }
    Ok(())
}

/// COMPAT: "CreateBucket": in us-east-1 the owner may make it again, anywhere else not.
fn check_taken(wanted: &Bucket, found: &Bucket) -> S3Result<()> {
    if found.account != wanted.account {
        return Err(s3_error!(
            BucketAlreadyExists,
            "The requested bucket name is not available. The bucket namespace is shared by all \
             users of the system. Please select a different name and try again."
        ));
    }
    if found.region == DEFAULT_REGION && wanted.region == DEFAULT_REGION {
        return Ok(());
    }
    Err(s3_error!(
        BucketAlreadyOwnedByYou,
        "Your previous request to create the named bucket succeeded and you already own it."
    ))
}

fn region(endpoint: &str, configuration: Option<CreateBucketConfiguration>) -> S3Result<String> {
    // Its other elements were refused with the document.
    let location_constraint = configuration.and_then(|one| one.location_constraint);
    let constraint = location_constraint.as_ref().map_or("", |one| one.as_str());
    let is_name = |text: &str| {
        let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        text.len() <= REGION_BYTES_MAX && text.bytes().all(is_sign) && text.contains('-')
    };
    match (endpoint, constraint) {
        (DEFAULT_REGION, "") => Ok(DEFAULT_REGION.to_owned()),
        // COMPAT: it has no constraint of its own.
        (_, DEFAULT_REGION) => Err(invalid_constraint()),
        (DEFAULT_REGION, constraint) if is_name(constraint) => Ok(constraint.to_owned()),
        (DEFAULT_REGION, _) => Err(invalid_constraint()),
        (endpoint, constraint) if endpoint == constraint => Ok(constraint.to_owned()),
        (_, constraint) => {
            let constraint = if constraint.is_empty() { "unspecified" } else { constraint };
            Err(s3_error!(
                IllegalLocationConstraintException,
                "The {constraint} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ))
        }
    }
}

/// LIMIT: longer than any region's name.
const REGION_BYTES_MAX: usize = 64;

fn invalid_constraint() -> s3s::S3Error {
    s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid")
}

#[cfg(test)]
mod tests {
    use s3s::dto::BucketLocationConstraint;

    use super::*;

    #[test]
    fn a_region_is_that_of_the_endpoint_or_any_from_the_first() {
        let check = |endpoint: &str, constraint: &str| {
            let location_constraint = Some(BucketLocationConstraint::from(constraint.to_owned()));
            let configuration = (!constraint.is_empty())
                .then(|| CreateBucketConfiguration { location_constraint, ..Default::default() });
            match region(endpoint, configuration) {
                Ok(region) => region,
                Err(error) => error.code().as_str().to_owned(),
            }
        };
        assert_eq!(check("us-east-1", ""), "us-east-1");
        assert_eq!(check("us-east-1", "eu-west-1"), "eu-west-1");
        assert_eq!(check("us-east-1", "us-east-1"), "InvalidLocationConstraint");
        assert_eq!(check("us-east-1", "NO"), "InvalidLocationConstraint");
        assert_eq!(check("eu-west-1", "eu-west-1"), "eu-west-1");
        assert_eq!(check("eu-west-1", ""), "IllegalLocationConstraintException");
        assert_eq!(check("eu-west-1", "eu-west-2"), "IllegalLocationConstraintException");
    }
}
