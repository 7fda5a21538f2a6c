//! Stickiness: reading the cookies that name a group or a target, and setting them.
//!
//! COMPAT: names, and the `…CORS` twin that browsers send across sites, are an application load
//! balancer's: AWSALB, AWSALBTG and AWSALBAPP-0. The values are our own; clients must not look
//! into them.

use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use routing::{RoutedGroup, StickyTarget, config::Stickiness};

use crate::shared::Shared;

const GROUP_COOKIE: &str = "AWSALBTG";
const TARGET_COOKIE: &str = "AWSALB";
const APP_COOKIE: &str = "AWSALBAPP-0";

/// The cookies that the answer to one request sets.
#[derive(Debug, Default)]
pub(crate) struct StickyCookies {
    group: Option<(u64, u32)>,
    target: Option<(u64, Stickiness)>,
}

/// The group that the client's cookie names.
pub(crate) fn sticky_group(shared: &Shared, headers: &HeaderMap) -> Option<u64> {
    named(shared, headers, GROUP_COOKIE)
}

/// The target that the client's cookie names, if the group is sticky.
pub(crate) fn sticky_target(
    shared: &Shared,
    headers: &HeaderMap,
    group: &RoutedGroup,
) -> Option<StickyTarget> {
    let name = match group.stickiness.as_ref()? {
        Stickiness::LbCookie { .. } => TARGET_COOKIE,
        Stickiness::AppCookie { .. } => APP_COOKIE,
    };
    named(shared, headers, name).map(StickyTarget)
}

impl StickyCookies {
    pub(crate) fn new(
        group: &RoutedGroup,
        group_seconds: Option<u32>,
        target_fingerprint: u64,
    ) -> Self {
        let target = group.stickiness.clone().map(|stickiness| (target_fingerprint, stickiness));
        Self { group: group_seconds.map(|seconds| (group.fingerprint, seconds)), target }
    }

    /// Sets the cookies on a target's answer.
    pub(crate) fn set(&self, shared: &Shared, headers: &mut HeaderMap) {
        if let Some((fingerprint, seconds)) = self.group {
            set(shared, headers, GROUP_COOKIE, (fingerprint, seconds));
        }
        match &self.target {
            None => {}
            Some((fingerprint, Stickiness::LbCookie { duration_seconds })) => {
                set(shared, headers, TARGET_COOKIE, (*fingerprint, *duration_seconds));
            }
            Some((fingerprint, Stickiness::AppCookie { cookie_name, duration_seconds }))
                if sets_cookie(headers, cookie_name) =>
            {
                set(shared, headers, APP_COOKIE, (*fingerprint, *duration_seconds));
            }
            Some((_, Stickiness::AppCookie { .. })) => {}
        }
    }
}

fn named(shared: &Shared, headers: &HeaderMap, name: &str) -> Option<u64> {
    let now = shared.unix_seconds();
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    for (key, value) in pairs {
        let is_twin = key.strip_suffix("CORS") == Some(name);
        if (key == name || is_twin)
            && let Some(fingerprint) = shared.cookie_key.verify(name, value, now)
        {
            return Some(fingerprint);
        }
    }
    None
}

fn set(shared: &Shared, headers: &mut HeaderMap, name: &str, (fingerprint, seconds): (u64, u32)) {
    let expires = shared.unix_seconds() + u64::from(seconds);
    let value = shared.cookie_key.sign(name, fingerprint, expires);
    let date = http_date(expires);
    let mut append = |cookie: String| {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).expect("the value is ASCII"));
    };
    append(format!("{name}={value}; Expires={date}; Path=/"));
    append(format!("{name}CORS={value}; Expires={date}; Path=/; SameSite=None"));
}

fn sets_cookie(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(SET_COOKIE).iter().any(|value| {
        let value = value.as_bytes();
        value.starts_with(name.as_bytes()) && value.get(name.len()) == Some(&b'=')
    })
}

fn http_date(unix_seconds: u64) -> String {
    let seconds = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_http_wants_them() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn an_application_cookie_is_recognised_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("SESSION2=a"));
        assert!(!sets_cookie(&headers, "SESSION"));
        headers.append(SET_COOKIE, HeaderValue::from_static("SESSION=a; Path=/"));
        assert!(sets_cookie(&headers, "SESSION"));
    }
}
