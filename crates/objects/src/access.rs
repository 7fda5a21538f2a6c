//! The one place where a request is decided on: after its signature is verified, before its input
//! is read.
//!
//! Whether the operation is served, whether whoever asks may, and whether all that the request
//! carries is known: in this order, so that a refusal tells nobody more than they may know.

use std::sync::Arc;

use http::{HeaderMap, Uri};
use iam::Context;
use model::Timestamp;
use s3s::access::{S3Access, S3AccessContext};
use s3s::dto::CopySource;
use s3s::path::S3Path;
use s3s::{S3Error, S3Result};

use crate::arrival::{Arrival, Claimed, Visit, bucket_arn, object_arn};
use crate::bucket_rows::Bucket;
use crate::described::date_time;
use crate::fault;
use crate::gate::{Ask, Gate};
use crate::index::Index;
use crate::operations::{On, Operation, Place, Rule, operation};

pub(crate) struct Access {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) index: Arc<Index>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let name = context.s3_op().name().to_owned();
        let Some(operation) = operation(&name) else {
            return Err(fault::not_implemented(&name));
        };
        let asked = Asked::read(context, operation)?;
        let visit = self.admit(&asked).await?;
        check_owners(&asked, &visit)?;
        check_carried(operation, context.headers(), &asked.parameters)?;
        context.extensions_mut().insert(visit);
        Ok(())
    }
}

/// What of a request the decision is made on.
struct Asked {
    operation: &'static Operation,
    arrival: Arrival,
    bucket: Option<String>,
    key: Option<String>,
    source: Option<(String, String)>,
    headers: HeaderMap,
    parameters: Vec<(String, String)>,
}

impl Asked {
    fn read(context: &mut S3AccessContext<'_>, operation: &'static Operation) -> S3Result<Asked> {
        let is_verified = context.credentials().is_some();
        let arrival = context.extensions_mut().get::<Arrival>().cloned();
        let arrival = arrival.ok_or_else(|| fault::internal(&"a request came past the door"))?;
        let is_proven = match arrival.sender {
            Claimed::Signer { .. } => is_verified,
            Claimed::Nobody | Claimed::Anyone { .. } => !is_verified,
        };
        if !is_proven {
            return Err(fault::access_denied("Access Denied".to_owned()));
        }
        let (bucket, key) = match context.s3_path() {
            S3Path::Root => (None, None),
            S3Path::Bucket { bucket } => (Some(bucket.to_string()), None),
            S3Path::Object { bucket, key } => (Some(bucket.to_string()), Some(key.to_string())),
        };
        Ok(Asked {
            operation,
            arrival,
            bucket,
            key,
            source: source(operation, context.headers())?,
            headers: context.headers().clone(),
            parameters: parameters(context.uri()),
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The bucket and key that a copy is made of.
fn source(operation: &Operation, headers: &HeaderMap) -> S3Result<Option<(String, String)>> {
    if !operation.permissions.iter().any(|permission| permission.on == On::Source) {
        return Ok(None);
    }
    let text = headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok());
    match CopySource::parse(text.unwrap_or_default()) {
        Ok(CopySource::Bucket { bucket, key, version_id }) => match version_id.as_deref() {
            None | Some("null") => Ok(Some((bucket.to_string(), key.to_string()))),
            Some(_) => Err(fault::not_implemented("CopySource versionId")),
        },
        Ok(CopySource::AccessPoint { .. } | CopySource::Outpost { .. }) => {
            Err(fault::not_implemented("CopySource of an access point"))
        }
        Err(_) => Err(fault::invalid_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        )),
    }
}

pub(crate) fn parameters(uri: &Uri) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let split = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    split.map(|(name, value)| (decode(name), decode(value))).collect()
}

impl Access {
    /// Decides on each permission that the operation needs.
    async fn admit(&self, asked: &Asked) -> S3Result<Visit> {
        let bucket = self.bucket(asked.bucket.clone()).await?;
        let source = self.bucket(asked.source.clone().map(|(bucket, _)| bucket)).await?;
        let (principal, region) = match asked.arrival.sender.clone() {
            Claimed::Nobody => (None, None),
            Claimed::Signer { identity, region } | Claimed::Anyone { identity, region } => {
                (Some(identity.principal), Some(region))
            }
        };
        let visit = Visit {
            gate: Arc::clone(&self.gate),
            principal,
            region,
            context: Arc::new(condition_keys(asked, bucket.as_ref())),
            bucket,
            source,
            now: asked.arrival.now,
        };
        for permission in asked.operation.permissions {
            let action = permission.action;
            match (permission.on, asked) {
                (On::Account, _) => self.admit_to_account(&visit, asked, action)?,
                (On::Bucket, _) => {
                    let bucket = visit.bucket()?;
                    visit.authorize(bucket, (action, &bucket_arn(&bucket.name)))?;
                }
                (On::Object, Asked { key: Some(key), .. }) => {
                    let bucket = visit.bucket()?;
                    visit.authorize(bucket, (action, &object_arn(&bucket.name, key)))?;
                }
                (On::Source, Asked { source: Some((_, key)), .. }) => {
                    let bucket = visit.source()?;
                    visit.authorize(bucket, (action, &object_arn(&bucket.name, key)))?;
                }
                // Of each key, once the body is read.
                (On::Keys, _) => drop(visit.bucket()?),
                (On::Object | On::Source, _) => {
                    return Err(fault::internal(&"an operation on an object names none"));
                }
            }
        }
        Ok(visit)
    }

    async fn bucket(&self, name: Option<String>) -> S3Result<Option<Bucket>> {
        match name {
            Some(name) => self.index.read(move |connection| Bucket::find(connection, &name)).await,
            None => Ok(None),
        }
    }

    fn admit_to_account(&self, visit: &Visit, asked: &Asked, action: &str) -> S3Result<()> {
        let owner = visit.account()?;
        let resource = bucket_arn(asked.bucket.as_deref().unwrap_or("*"));
        let (resource, context) = (resource.as_str(), &*visit.context);
        let ask = Ask { action, resource, owner, context, bucket_policy: None };
        self.gate.authorize(visit.principal.as_ref(), &ask).map_err(fault::access_denied)
    }
}

/// COMPAT: "Verifying bucket ownership with bucket owner condition".
fn check_owners(asked: &Asked, visit: &Visit) -> S3Result<()> {
    let expected = [
        ("x-amz-expected-bucket-owner", &visit.bucket),
        ("x-amz-source-expected-bucket-owner", &visit.source),
    ];
    for (header, bucket) in expected {
        if let (Some(expected), Some(bucket)) = (asked.header(header), bucket)
            && bucket.account != expected
        {
            return Err(fault::access_denied("Access Denied".to_owned()));
        }
    }
    Ok(())
}

/// Headers that change what an operation does, and so are refused where it does not know them.
const MEANINGFUL: [&str; 6] =
    ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"];

/// Headers that belong to the signature, the framing of the body, or the client.
const OF_ANY_REQUEST: [&str; 10] = [
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-te",
    "x-amz-user-agent",
];

/// Refuses by name what the operation's table does not have.
pub(crate) fn check_carried(
    operation: &Operation,
    headers: &HeaderMap,
    parameters: &[(String, String)],
) -> S3Result<()> {
    for (name, value) in headers {
        let name = name.as_str();
        let value = String::from_utf8_lossy(value.as_bytes());
        let is_ours = name.starts_with("x-amz-") || MEANINGFUL.contains(&name);
        let has_metadata = operation.members.iter().any(|one| one.name == "Metadata");
        let is_metadata = name.starts_with("x-amz-meta-") && has_metadata;
        let found = operation.members.iter().find(|one| match one.place {
            Place::Header(header) => header == name,
            Place::Query(_) | Place::Inner => false,
        });
        match found {
            Some(member) => check_value(member.name, member.rule, &value)?,
            None if is_ours && !is_metadata && !is_of_any(name, operation) => {
                return Err(fault::not_implemented(name));
            }
            None => {}
        }
    }
    for (name, value) in parameters {
        let found = operation.members.iter().find(|one| match one.place {
            Place::Query(parameter) => parameter == name,
            Place::Header(_) | Place::Inner => false,
        });
        match found {
            Some(member) => check_value(member.name, member.rule, value)?,
            None if is_known(name, operation) || is_signed_twice(name, parameters) => {}
            None => return Err(fault::not_implemented(name)),
        }
    }
    Ok(())
}

fn check_value(name: &str, rule: Rule, value: &str) -> Result<(), S3Error> {
    match rule {
        Rule::Honoured => Ok(()),
        Rule::Only(values) if values.iter().any(|one| one.eq_ignore_ascii_case(value)) => Ok(()),
        Rule::Only(_) => Err(fault::not_implemented(&format!("{name}` of `{value}"))),
        Rule::Refused => Err(fault::not_implemented(name)),
    }
}

/// Of checksums only the headers of those algorithms that are known, which stand in the table of
/// whatever has a checksum of its body.
fn is_of_any(name: &str, operation: &Operation) -> bool {
    let known = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];
    let checksum = name.strip_prefix("x-amz-checksum-");
    OF_ANY_REQUEST.contains(&name)
        || checksum.is_some_and(|one| known.contains(&one)) && operation.has_document()
}

fn is_known(parameter: &str, operation: &Operation) -> bool {
    // COMPAT: what begins with `x-` is the client's own, and what with `x-amz-` is a header that
    // was made a parameter, and is one again when it comes here, or belongs to the signature.
    let is_signature = ["AWSAccessKeyId", "Expires", "Signature"].contains(&parameter);
    is_signature
        || operation.selectors.contains(&parameter)
        || parameter.to_ascii_lowercase().starts_with("x-")
}

/// COMPAT: boto3 repeats in the query what a presigned query of version 2 signs of the headers,
/// which are what counts: without them its signature does not match.
fn is_signed_twice(parameter: &str, parameters: &[(String, String)]) -> bool {
    ["content-md5", "content-type"].contains(&parameter)
        && parameters.iter().any(|(name, _)| name == "Signature")
}

/// COMPAT: "Actions, resources, and condition keys for Amazon S3", as far as a request shows them.
fn condition_keys(asked: &Asked, bucket: Option<&Bucket>) -> Context {
    let mut context = Context::default();
    let mut set = |key: &str, value: &str| context.set(key, vec![value.to_owned()]);
    set("aws:SourceIp", &asked.arrival.source_ip.to_string());
    set("aws:SecureTransport", "false");
    set_time(asked.arrival.now, &mut set);
    if let Some(agent) = asked.header("user-agent") {
        set("aws:UserAgent", agent);
    }
    if let Some(referer) = asked.header("referer") {
        set("aws:Referer", referer);
    }
    if let Some(bucket) = bucket {
        set("aws:ResourceAccount", &bucket.account);
        set("s3:ResourceAccount", &bucket.account);
    }
    if let Claimed::Signer { .. } = asked.arrival.sender {
        let has = |name: &str| asked.parameters.iter().any(|(one, _)| one == name);
        let is_query = has("X-Amz-Signature") || has("Signature");
        set("s3:authType", if is_query { "REST-QUERY-STRING" } else { "REST-HEADER" });
        set("s3:signatureversion", if has("Signature") { "AWS" } else { sigv4::ALGORITHM });
    }
    for (name, value) in &asked.headers {
        let name = name.as_str();
        let is_key = name.starts_with("x-amz-") && name != "x-amz-security-token"
            || ["if-match", "if-none-match"].contains(&name);
        if let (true, Ok(value)) = (is_key, value.to_str()) {
            set(&format!("s3:{name}"), value);
        }
    }
    for (name, value) in &asked.parameters {
        if ["prefix", "delimiter", "max-keys", "versionId"].contains(&name.as_str()) {
            set(&format!("s3:{name}"), value);
        }
    }
    context
}

pub(crate) fn set_time(now: Timestamp, set: &mut impl FnMut(&str, &str)) {
    set("aws:EpochTime", &now.as_millis().div_euclid(1000).to_string());
    set("aws:CurrentTime", &date_time(now));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, headers: &[(&'static str, &str)], query: &str) -> String {
        let map = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        let uri: Uri = format!("/b/k?{query}").parse().expect("a path");
        let operation = operation(name).expect("it is served");
        match check_carried(operation, &map, &parameters(&uri)) {
            Ok(()) => "goes on".to_owned(),
            Err(error) => error.message().unwrap_or_default().to_owned(),
        }
    }

    fn refused(what: &str) -> String {
        format!("`{what}` is not implemented by Longshore")
    }

    #[test]
    fn what_is_known_goes_on() {
        let put = |headers: &[(&'static str, &str)]| check("PutObject", headers, "x-id=PutObject");
        assert_eq!(put(&[("x-amz-meta-a", "1"), ("x-amz-storage-class", "STANDARD")]), "goes on");
        assert_eq!(put(&[("x-amz-acl", "bucket-owner-full-control")]), "goes on");
        assert_eq!(put(&[("x-amz-checksum-crc32", "AAAAAA=="), ("if-match", "a")]), "goes on");
        assert_eq!(check("ListObjectsV2", &[], "list-type=2&prefix=a&start-after=b"), "goes on");
        assert_eq!(check("DeleteObjects", &[("x-amz-checksum-crc32", "x")], "delete"), "goes on");
    }

    #[test]
    fn each_member_that_is_refused_is_named() {
        for operation in crate::operations::OPERATIONS {
            for member in operation.members {
                let wrong = match member.rule {
                    Rule::Honoured => continue,
                    Rule::Refused => member.name.to_owned(),
                    Rule::Only(_) => format!("{}` of `other", member.name),
                };
                let told = match member.place {
                    Place::Header(name) => check(operation.name, &[(name, "other")], ""),
                    Place::Query(name) => check(operation.name, &[], &format!("{name}=other")),
                    Place::Inner => continue,
                };
                assert_eq!(told, refused(&wrong), "{} {}", operation.name, member.name);
            }
        }
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        let told = check("PutObject", &[("x-amz-new-thing", "1")], "");
        assert_eq!(told, refused("x-amz-new-thing"));
        assert_eq!(check("PutObject", &[], "renameObject"), refused("renameObject"));
        assert_eq!(check("GetObject", &[("if-range", "\"a\"")], ""), refused("if-range"));
        let told = check("GetObject", &[("x-amz-meta-a", "1")], "");
        assert_eq!(told, refused("x-amz-meta-a"));
        let told = check("PutObject", &[("x-amz-checksum-xxhash64", "1")], "");
        assert_eq!(told, refused("ChecksumXXHASH64"));
        let told = check("DeleteObjects", &[("x-amz-checksum-xxhash64", "1")], "delete");
        assert_eq!(told, refused("x-amz-checksum-xxhash64"));
    }
}
