//! `longshore explain`: which rule, group or route decides on packets, and which policy on calls.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use api::{AccessExplanation, AccessQuestion, Denied};
use netplan::{Explanation, Outcome, Question};

use super::{env, page, say};
use crate::admin::access::AccessRequest;
use crate::admin::explain::ExplainRequest;
use crate::config::Paths;

/// The exit status where a connection is denied; that of a failure is 1.
const DENIED: u8 = 3;

/// So many pairs are told of one outcome; the rest is a number.
const PAIRS_SHOWN_MAX: usize = 10;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// May FROM open a connection to a port of TO? Exits with 3 where not.
    ///
    /// A place is an IPv4 address, an id, an ARN, `host`, or the name of a task, service, load
    /// balancer or security group; where a name is not enough, it goes behind `task:`,
    /// `service:` (CLUSTER/NAME), `load-balancer:` or `group:`.
    Connection(Arguments),
    /// May PRINCIPAL do ACTION to RESOURCE? Exits with 3 where not. Without any of them: the calls
    /// that were denied of late, each with its reason.
    ///
    /// PRINCIPAL is the ARN of a user, a role, a session or the root, or `user/NAME`, `role/NAME`.
    Access(AccessArguments),
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct AccessArguments {
    #[arg(requires_all = ["action", "resource"])]
    principal: Option<String>,
    /// Like `s3:GetObject`.
    action: Option<String>,
    /// An ARN, or `*`.
    resource: Option<String>,
    /// A condition key of the request; can be given more than once.
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = key_and_value)]
    context: Vec<(String, String)>,
    /// The region of the request; that of `up` unless given.
    #[arg(long)]
    region: Option<String>,
}

fn key_and_value(given: &str) -> Result<(String, String), String> {
    let pair = given.split_once('=').ok_or("it is not KEY=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    from: String,
    to: String,
    /// Like `443`, `443/tcp`, `53/udp` or `icmp`.
    port: String,
    /// The region of the names; that of `up` unless given.
    #[arg(long)]
    region: Option<String>,
}

pub(super) fn run(paths: &Paths, command: &Command) -> Result<ExitCode> {
    match command {
        Command::Connection(arguments) => connection(paths, arguments),
        Command::Access(arguments) => access(paths, arguments),
    }
}

fn access(paths: &Paths, arguments: &AccessArguments) -> Result<ExitCode> {
    let (config, _) = env::read(paths)?;
    let AccessArguments { principal, action, resource, context, region } = arguments.clone();
    let (Some(principal), Some(action), Some(resource)) = (principal, action, resource) else {
        let answer = page::get(config.listen, "/_longshore/access/denied")?;
        let denied: Vec<Denied> =
            serde_json::from_slice(&answer).context("the answer is not understood")?;
        say(render_denied(&denied).trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let question = AccessQuestion { principal, action, resource, context };
    let body = serde_json::to_string(&AccessRequest { region, question })?;
    let answer = page::post(config.listen, "/_longshore/access", &body)?;
    let explanation: AccessExplanation =
        serde_json::from_slice(&answer).context("the answer is not understood")?;
    say(render_access(&explanation).trim_end());
    Ok(if explanation.is_allowed { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

/// The decision, the statements that made it, and all policies that were asked.
fn render_access(explanation: &AccessExplanation) -> String {
    let AccessExplanation { sentence, statements, policies, .. } = explanation;
    let mut lines = vec![sentence.clone()];
    lines.extend(statements.iter().map(|statement| format!("  {statement}")));
    lines.push(String::new());
    match policies.as_slice() {
        [] => lines.push("no policy was asked".to_owned()),
        all => {
            lines.push("asked:".to_owned());
            lines.extend(all.iter().map(|policy| format!("  {policy}")));
        }
    }
    lines.join("\n")
}

fn render_denied(denied: &[Denied]) -> String {
    if denied.is_empty() {
        return "Nothing was denied since control started.".to_owned();
    }
    let mut lines = Vec::new();
    for one in denied {
        lines.push(format!("{}  {}", wire::to_iso8601(one.at), one.sentence));
    }
    lines.join("\n")
}

fn connection(paths: &Paths, arguments: &Arguments) -> Result<ExitCode> {
    let (config, _) = env::read(paths)?;
    let Arguments { from, to, port, region } = arguments.clone();
    let question = Question { from, to, port };
    let request = ExplainRequest { region, question: question.clone() };
    let body = serde_json::to_string(&request)?;
    let answer = page::post(config.listen, "/_longshore/explain", &body)?;
    let explanation = serde_json::from_slice(&answer).context("the answer is not understood")?;
    say(render(&question, &explanation).trim_end());
    let is_allowed = Explanation::is_allowed(&explanation);
    Ok(if is_allowed { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

/// A paragraph for each outcome: the word, the reasons, and whom it is about.
fn render(question: &Question, explanation: &Explanation) -> String {
    let Question { from, to, port } = question;
    let mut lines = vec![format!("{port} from {from} to {to}")];
    for Outcome { is_allowed, reasons, pairs } in &explanation.outcomes {
        lines.push(String::new());
        lines.push(if *is_allowed { "allowed" } else { "denied" }.to_owned());
        lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
        let shown = pairs.iter().take(PAIRS_SHOWN_MAX);
        lines.extend(shown.map(|(source, destination)| format!("    {source} -> {destination}")));
        if pairs.len() > PAIRS_SHOWN_MAX {
            lines.push(format!("    and {} more", pairs.len() - PAIRS_SHOWN_MAX));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_decision_is_told_with_what_made_it() {
        let explanation = AccessExplanation {
            is_allowed: false,
            sentence: "User: ann is not authorized to perform: s3:GetObject".to_owned(),
            statements: vec!["identity-based policy `own`, statement 1 denies it".to_owned()],
            policies: vec!["identity-based policy `own`".to_owned()],
        };
        expect![[r"
            User: ann is not authorized to perform: s3:GetObject
              identity-based policy `own`, statement 1 denies it

            asked:
              identity-based policy `own`"]]
        .assert_eq(&render_access(&explanation));
    }

    #[test]
    fn an_answer_is_told_outcome_by_outcome() {
        let pair = |number: usize| (format!("task {number} (10.0.0.{number})"), "host".to_owned());
        let question =
            Question { from: "web".to_owned(), to: "host".to_owned(), port: "53/udp".to_owned() };
        let outcome = |is_allowed, reason: &str, pairs| Outcome {
            is_allowed,
            reasons: vec![reason.to_owned()],
            pairs,
        };
        let all = (1..=PAIRS_SHOWN_MAX + 2).map(pair).collect();
        let outcomes = vec![
            outcome(false, "no route leads there", vec![pair(99)]),
            outcome(true, "the host's resolver answers it", all),
        ];
        let text = render(&question, &Explanation { outcomes });
        let ends = text.lines().filter(|line| !line.contains("(10.0.0.1"));
        let ends: Vec<&str> = ends.collect();
        expect![[r#"
            53/udp from web to host

            denied
              no route leads there
                task 99 (10.0.0.99) -> host

            allowed
              the host's resolver answers it
                task 2 (10.0.0.2) -> host
                task 3 (10.0.0.3) -> host
                task 4 (10.0.0.4) -> host
                task 5 (10.0.0.5) -> host
                task 6 (10.0.0.6) -> host
                task 7 (10.0.0.7) -> host
                task 8 (10.0.0.8) -> host
                task 9 (10.0.0.9) -> host
                and 2 more"#]]
        .assert_eq(&ends.join("\n"));
    }
}
