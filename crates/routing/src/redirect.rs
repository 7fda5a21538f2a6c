//! The `Location` of a redirect: a template of five parts filled from the request.

use std::fmt::Write as _;

use crate::config::Redirect;

/// The parts of the request that a redirect may reuse.
#[derive(Clone, Copy, Debug)]
pub struct RedirectParts<'r> {
    pub protocol: &'r str,
    /// Without a port.
    pub host: &'r str,
    pub port: u16,
    pub path: &'r str,
    pub query: &'r str,
}

/// COMPAT: an application load balancer always writes the port into `Location`.
pub(crate) fn location(redirect: &Redirect, parts: &RedirectParts<'_>) -> String {
    let mut text = fill(&redirect.protocol, parts).to_ascii_lowercase();
    let host = fill(&redirect.host, parts);
    let port = fill(&redirect.port, parts);
    let path = fill(&redirect.path, parts);
    let query = fill(&redirect.query, parts);
    write!(text, "://{host}:{port}{path}").expect("a string takes every write");
    if !query.is_empty() {
        write!(text, "?{query}").expect("a string takes every write");
    }
    text
}

/// Replaces the reserved keywords in one pass, so that what a client sent is never itself
/// taken for a keyword.
fn fill(template: &str, parts: &RedirectParts<'_>) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(start) = rest.find("#{") {
        text.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else { break };
        match &rest[start + 2..start + length] {
            "protocol" => text.push_str(parts.protocol),
            "host" => text.push_str(parts.host),
            "port" => write!(text, "{}", parts.port).expect("a string takes every write"),
            "path" => text.push_str(parts.path.strip_prefix('/').unwrap_or(parts.path)),
            "query" => text.push_str(parts.query),
            _ => text.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
    fn check(redirect: Redirect, wanted: Expect) {
        let parts = RedirectParts {
            protocol: "http",
            host: "shop.example.com",
            port: 80,
            path: "/a/b",
            query: "x=#{host}",
        };
        wanted.assert_eq(&location(&redirect, &parts));
    }

    #[test]
    fn parts_that_are_not_changed_are_kept() {
        check(Redirect::default(), expect!["http://shop.example.com:80/a/b?x=#{host}"]);
    }

    #[test]
    fn every_part_can_be_changed() {
        check(
            Redirect {
                protocol: "HTTPS".to_owned(),
                port: "443".to_owned(),
                host: "www.#{host}".to_owned(),
                path: "/new/#{path}/#{unknown}".to_owned(),
                query: String::new(),
                status_code: 302,
            },
            expect!["https://www.shop.example.com:443/new/a/b/#{unknown}"],
        );
    }
}
