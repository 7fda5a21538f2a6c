//! Which bucket a host's name stands for.
//!
//! COMPAT: "Virtual hosting of general purpose buckets". Here the name of the machine itself is
//! `localhost`, with `s3.` before it or without.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// Reads `bucket.s3.localhost`, `bucket.localhost`, `bucket.s3.REGION.amazonaws.com`.
#[derive(Debug)]
pub(crate) struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = without_port(host);
        let plain = VirtualHost::new(host);
        Ok(match any_bucket(name) {
            Some(bucket) => plain.with_bucket(bucket),
            None => plain,
        })
    }
}

/// The bucket of a name that says `s3` itself.
pub(crate) fn bucket(host: &str) -> Option<&str> {
    let name = without_port(host);
    SUFFIXES.iter().find_map(|suffix| {
        let rest = name.strip_suffix(suffix)?;
        let mark = rest.rfind(".s3")?;
        let (bucket, between) = (&rest[..mark], &rest[mark + ".s3".len()..]);
        // Nothing, or a region: `.eu-west-1`, `-eu-west-1`, `.dualstack.eu-west-1`.
        let region = between.trim_start_matches(['.', '-']);
        let region = region.strip_prefix("dualstack.").unwrap_or(region);
        let is_region = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && (text.is_empty() == between.is_empty())
        };
        (!bucket.is_empty() && is_region(region)).then_some(bucket)
    })
}

const SUFFIXES: [&str; 3] = [".amazonaws.com", ".localhost.localstack.cloud", ".localhost"];

/// The bucket of any name.
pub(crate) fn any_bucket(host: &str) -> Option<&str> {
    bucket(host).or_else(|| bucket_here(without_port(host)))
}

/// The bucket of a name that does not.
fn bucket_here(name: &str) -> Option<&str> {
    let bucket = name.strip_suffix(".localhost")?;
    // `s3.localhost` and `s3.eu-west-1.localhost` are the endpoint.
    (bucket != "s3" && !bucket.starts_with("s3.")).then_some(bucket)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets_are_read() {
        let check = |host: &str, expected: Option<&str>| {
            let found = Hosts.parse_host_header(host).expect("it is read");
            assert_eq!(found.bucket(), expected, "{host}");
        };
        check("b.s3.localhost:4566", Some("b"));
        check("b.localhost:4566", Some("b"));
        check("b.s3.eu-west-1.amazonaws.com", Some("b"));
        check("b.s3-eu-west-1.amazonaws.com", Some("b"));
        check("b.s3.amazonaws.com:4566", Some("b"));
        check("b.s3.dualstack.eu-west-1.amazonaws.com", Some("b"));
        check("b.s3.localhost.localstack.cloud:4566", Some("b"));
        check("my.bucket.s3.localhost", Some("my.bucket"));
        check("a.s3.b.s3.localhost", Some("a.s3.b"));
        check("localhost:4566", None);
        check("s3.localhost:4566", None);
        check("s3.eu-west-1.localhost", None);
        check("s3.eu-west-1.amazonaws.com", None);
        check("s3.amazonaws.com", None);
        check("localhost.localstack.cloud:4566", None);
        check("longshore:4566", None);
        assert_eq!(bucket("b.localhost"), None);
    }
}
