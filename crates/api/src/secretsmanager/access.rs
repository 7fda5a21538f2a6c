//! When a value was last read: a day, noted at the first reading of it.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Secret, Timestamp};

use crate::{Api, Caller};

const DAY: Duration = Duration::from_hours(24);

/// Notes that versions of secrets, each by its name and suffix, were read today.
///
/// A day that cannot be noted is lost: whoever reads a value is not to be refused for it.
pub(super) async fn note(api: &Api, caller: &Caller, read: &[(&Secret, &str)]) {
    let today = day(caller.now);
    let is_new = |(secret, version_id): &&(&Secret, &str)| !is_noted(secret, version_id, today);
    let new: Vec<_> = read.iter().filter(is_new).collect();
    if new.is_empty() {
        return;
    }
    let noted = api.transact(caller, |turn| {
        let mut names = BTreeSet::new();
        for (seen, version_id) in &new {
            // A plan writes a record once.
            if !names.insert(&seen.name) {
                continue;
            }
            let known = turn.snapshot.secrets.get(&seen.scope, &seen.name);
            let Some(known) = known.filter(|known| known.suffix == seen.suffix) else { continue };
            let mut next = (*known.record).clone();
            next.accessed_on = Some(today);
            if let Some(version) = next.versions.get_mut(*version_id) {
                version.accessed_on = Some(today);
            }
            turn.plan.update(known, next);
        }
        Ok(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, request_id = caller.request_id, "a day of access is not noted");
    }
}

fn is_noted(secret: &Secret, version_id: &str, today: Timestamp) -> bool {
    let of_version = secret.versions.get(version_id).and_then(|version| version.accessed_on);
    of_version == Some(today) && secret.accessed_on == Some(today)
}

/// The beginning of the day.
fn day(now: Timestamp) -> Timestamp {
    let millis = i64::try_from(DAY.as_millis()).expect("a day is short");
    Timestamp::from_millis(now.as_millis().div_euclid(millis) * millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        let midnight = Timestamp::from_secs(1_700_006_400);
        for millis in [0, 1, 86_399_999] {
            assert_eq!(day(Timestamp::from_millis(midnight.as_millis() + millis)), midnight);
        }
        assert_eq!(day(midnight + DAY), midnight + DAY);
    }
}
