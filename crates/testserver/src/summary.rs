//! What became of the requests of a load.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// LIMIT: different values counted by `--by`; examples kept of failures; latencies kept by one
/// connection, the first ones.
const VALUES_MAX: usize = 256;
const EXAMPLES_MAX: usize = 20;
const LATENCIES_MAX: usize = 1 << 20;

/// The outcome of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A whole answer with a 2xx status, and the value of the field counted by.
    Ok(Option<String>),
    /// A whole answer with another status.
    Status(u16),
    /// No connection.
    Connect(String),
    /// The connection ended, or the answer was no HTTP.
    Broken(String),
    /// No whole answer in time.
    Timeout,
}

/// Counts, mergeable.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    ok: u64,
    /// By kind: a status, `connect`, `broken` or `timeout`.
    failures: BTreeMap<String, u64>,
    examples: Vec<String>,
    values: BTreeMap<String, u64>,
    latencies: Vec<Duration>,
}

impl Summary {
    pub(crate) fn record(&mut self, outcome: Outcome, latency: Duration) {
        let (kind, example) = match outcome {
            Outcome::Ok(value) => {
                self.ok += 1;
                if self.latencies.len() < LATENCIES_MAX {
                    self.latencies.push(latency);
                }
                self.count_value(value);
                return;
            }
            Outcome::Status(status) => (status.to_string(), format!("status {status}")),
            Outcome::Connect(error) => ("connect".to_owned(), error),
            Outcome::Broken(error) => ("broken".to_owned(), error),
            Outcome::Timeout => ("timeout".to_owned(), "timeout".to_owned()),
        };
        *self.failures.entry(kind).or_default() += 1;
        self.keep_example(example);
    }

    pub(crate) fn add(&mut self, other: Summary) {
        self.ok += other.ok;
        for (kind, count) in other.failures {
            *self.failures.entry(kind).or_default() += count;
        }
        other.examples.into_iter().for_each(|example| self.keep_example(example));
        for (value, count) in other.values {
            *self.values.entry(value).or_default() += count;
        }
        self.latencies.extend(other.latencies);
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let failed = self.failures.values().sum::<u64>();
        json!({
            "sent": self.ok + failed,
            "ok": self.ok,
            "failed": failed,
            "failures": self.failures,
            "examples": self.examples,
            "values": self.values,
            "p50_ms": percentile(&sorted, 50),
            "p99_ms": percentile(&sorted, 99),
            "done": true,
        })
    }

    fn count_value(&mut self, value: Option<String>) {
        let Some(value) = value else { return };
        if self.values.len() < VALUES_MAX || self.values.contains_key(&value) {
            *self.values.entry(value).or_default() += 1;
        }
    }

    fn keep_example(&mut self, example: String) {
        if self.examples.len() < EXAMPLES_MAX && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }
}

/// Milliseconds below which `percent` of the sorted latencies lie.
fn percentile(sorted: &[Duration], percent: usize) -> Option<f64> {
    let index = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    Some((sorted.get(index)?.as_secs_f64() * 1e6).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn each_outcome_is_counted_once_and_by_its_kind() {
        let mut first = Summary::default();
        first.record(Outcome::Ok(Some("1".to_owned())), MS);
        first.record(Outcome::Status(503), MS);
        let mut second = Summary::default();
        second.record(Outcome::Ok(Some("2".to_owned())), 3 * MS);
        second.record(Outcome::Status(503), MS);
        second.record(Outcome::Connect("refused".to_owned()), MS);
        second.record(Outcome::Broken("reset".to_owned()), MS);
        second.record(Outcome::Timeout, MS);
        first.add(second);
        let told = first.to_json();
        assert_eq!(told["sent"], 7);
        assert_eq!(told["ok"], 2);
        assert_eq!(told["failed"], 5);
        assert_eq!(told["failures"], json!({ "503": 2, "broken": 1, "connect": 1, "timeout": 1 }));
        assert_eq!(told["values"], json!({ "1": 1, "2": 1 }));
        assert_eq!(told["examples"], json!(["status 503", "refused", "reset", "timeout"]));
    }

    #[test]
    fn a_percentile_is_a_measured_latency() {
        let latencies: Vec<_> = (1..=200).map(|count| MS * count).collect();
        assert_eq!(percentile(&latencies, 50), Some(100.0));
        assert_eq!(percentile(&latencies, 99), Some(198.0));
        assert_eq!(percentile(&latencies[..1], 50), Some(1.0));
        assert_eq!(percentile(&[], 50), None);
    }
}
