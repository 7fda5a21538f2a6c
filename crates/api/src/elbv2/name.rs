//! Names that callers choose for load balancers and target groups.

use wire::ApiError;

/// LIMIT: characters of a name.
const LENGTH_MAX: usize = 32;

/// COMPAT: "must not begin with "internal-"", since AWS puts that before the DNS names of
/// internal load balancers.
pub(super) const INTERNAL_PREFIX: &str = "internal-";

pub(super) fn check_load_balancer(name: &str) -> Result<(), ApiError> {
    check("Load balancer", name)?;
    if name.starts_with(INTERNAL_PREFIX) {
        return Err(super::invalid(format!(
            "Load balancer name '{name}' cannot begin with '{INTERNAL_PREFIX}'"
        )));
    }
    Ok(())
}

pub(super) fn check_target_group(name: &str) -> Result<(), ApiError> {
    check("Target group", name)
}

fn check(what: &str, name: &str) -> Result<(), ApiError> {
    let problem = if name.is_empty() {
        "cannot be empty"
    } else if name.chars().count() > LENGTH_MAX {
        "cannot be longer than '32' characters"
    } else if !name.chars().all(|each| each.is_ascii_alphanumeric() || each == '-') {
        "can only contain characters that are alphanumeric characters or hyphens(-)"
    } else if name.starts_with('-') || name.ends_with('-') {
        "cannot begin or end with a hyphen(-)"
    } else {
        return Ok(());
    };
    Err(super::invalid(format!("{what} name '{name}' {problem}")))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check_name(name: &str, wanted: &Expect) {
        let said = check_load_balancer(name).map_or_else(|error| error.message, |()| "ok".into());
        wanted.assert_eq(&said);
    }

    #[test]
    fn names_are_held_to_the_rules() {
        check_name("my-lb-1", &expect!["ok"]);
        check_name("", &expect!["Load balancer name '' cannot be empty"]);
        check_name(
            "a_b",
            &expect![
                "Load balancer name 'a_b' can only contain characters that are alphanumeric \
                 characters or hyphens(-)"
            ],
        );
        check_name("-a", &expect!["Load balancer name '-a' cannot begin or end with a hyphen(-)"]);
        check_name(
            "internal-a",
            &expect!["Load balancer name 'internal-a' cannot begin with 'internal-'"],
        );
        check_name(
            &"a".repeat(33),
            &expect![
                "Load balancer name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' cannot be longer than \
                 '32' characters"
            ],
        );
    }
}
