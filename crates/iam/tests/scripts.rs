//! Runs `scripts/*.txt`: policies and questions, `----`, and what is decided.
//!
//! A block has the policies that its questions are asked of, a statement a line:
//!
//! ```text
//! identity Allow s3:Get*,s3:List* on arn:aws:s3:::photos/* when StringEquals aws:username ann
//! boundary Deny not s3:* on *
//! session none
//! resource Allow s3:GetObject on * to AWS=000000000000
//! rule HasToAllow
//! with aws:username=ann aws:TagKeys=team,cost
//! ask user s3:GetObject arn:aws:s3:::photos/cat.jpg in 111111111111
//! ----
//! denied: no session allows
//! ```
//!
//! A question has a line of the answer. `met OPERATOR KEY VALUES` asks about a condition alone.
//! Every decision is made by the rule and by what serves, which have to agree.
//! `UPDATE_EXPECT=1 cargo test -p iam` writes the answers anew.

use std::path::Path;

use iam::{
    Caller, CallerKind, Compiled, Context, Decision, Denial, Grounds, Policies, Policy, PolicyKind,
    PolicyRole, Request, ResourceRule, decide, spec,
};
use serde_json::{Value, json};

const HOME: &str = "000000000000";

#[test]
fn every_script_decides_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of scripts") {
        let path = entry.expect("a directory entry").path();
        let written = std::fs::read_to_string(&path).expect("a readable script");
        expect_test::expect_file![&path].assert_eq(&run(&written));
        count += 1;
    }
    assert!(count > 0, "there are no scripts");
}

/// The script with every answer as it is now.
fn run(script: &str) -> String {
    let mut output = String::new();
    for block in script.trim_end().split("\n\n") {
        let lines = block.split("\n----").next().unwrap_or_default().trim_end();
        let commands: Vec<&str> = lines.lines().filter(|line| !line.starts_with('#')).collect();
        output.push_str(lines);
        if !commands.is_empty() {
            output.push_str("\n----\n");
            output.push_str(&answers(&commands).join("\n"));
        }
        output.push_str("\n\n");
    }
    format!("{}\n", output.trim_end())
}

/// What a block has said so far.
#[derive(Default)]
struct Scene {
    identity: Vec<Value>,
    boundary: Option<Vec<Value>>,
    session: Option<Vec<Value>>,
    resource: Option<Vec<Value>>,
    rule: ResourceRule,
    context: Context,
}

fn answers(commands: &[&str]) -> Vec<String> {
    let mut scene = Scene::default();
    let mut answers = Vec::new();
    for line in commands {
        let (verb, rest) = line.split_once(' ').expect("a verb and what it is about");
        match verb {
            "identity" => scene.identity.push(statement(rest)),
            "boundary" => scene.boundary.get_or_insert_default().push(statement(rest)),
            "session" if rest == "none" => scene.session = Some(Vec::new()),
            "session" => scene.session.get_or_insert_default().push(statement(rest)),
            "resource" => scene.resource.get_or_insert_default().push(statement(rest)),
            "rule" => {
                scene.rule = match rest {
                    "HasToAllow" => ResourceRule::HasToAllow,
                    other => panic!("no rule `{other}`"),
                }
            }
            "with" => {
                for pair in rest.split(' ') {
                    let (key, values) = pair.split_once('=').expect("a key and its values");
                    scene.context.set(key, values.split(',').map(str::to_owned).collect());
                }
            }
            "ask" => answers.push(scene.answer(rest)),
            "met" => answers.push(format!("{rest}: {}", scene.is_met(rest))),
            other => panic!("no command `{other}`"),
        }
    }
    answers
}

/// `Allow ACTIONS on RESOURCES to PRINCIPALS when OPERATOR KEY VALUES`, each list with commas,
/// and `not` before one of them for all others.
fn statement(text: &str) -> Value {
    let mut words = text.split(' ').peekable();
    let mut made = json!({ "Effect": words.next().expect("an effect") });
    let mut element = "Action";
    while let Some(word) = words.next() {
        element = match word {
            "on" => "Resource",
            "to" => "Principal",
            "when" => {
                let mut next = || words.next().expect("an operator, a key and values");
                let (operator, key) = (next(), next());
                let values: Vec<&str> = next().split(',').collect();
                made["Condition"][operator][key] = json!(values);
                continue;
            }
            "not" => {
                let names: Vec<&str> = words.next().expect("a list").split(',').collect();
                made[format!("Not{element}")] = listed(element, &names);
                continue;
            }
            names => {
                made[element] = listed(element, &names.split(',').collect::<Vec<_>>());
                continue;
            }
        };
    }
    made
}

fn listed(element: &str, names: &[&str]) -> Value {
    if element != "Principal" {
        return json!(names);
    }
    if names == ["*"] {
        return json!("*");
    }
    let mut principals = json!({});
    for name in names {
        let (kind, name) = name.split_once('=').expect("a kind of principal and its name");
        let list = principals.as_object_mut().expect("it is an object");
        let list = list.entry(kind).or_insert_with(|| json!([]));
        list.as_array_mut().expect("it is a list").push(json!(name));
    }
    principals
}

impl Scene {
    fn answer(&self, question: &str) -> String {
        let words: Vec<&str> = question.split(' ').collect();
        let (asker, action, resource) = (words[0], words[1], words[2]);
        let resource_account = match words[3..] {
            ["in", account] => account,
            [] => HOME,
            _ => panic!("no question `{question}`"),
        };
        let caller = caller(asker);
        let request = Request {
            caller: &caller,
            action,
            resource,
            resource_account,
            context: &self.context,
            rule: self.rule,
        };
        said(self.decision(&request))
    }

    /// Whether a condition is met, as a statement with it is.
    fn is_met(&self, condition: &str) -> bool {
        let identity = vec![statement(&format!("Allow s3:GetObject on * when {condition}"))];
        let request = Request {
            caller: &caller("user"),
            action: "s3:GetObject",
            resource: "arn:aws:s3:::photos/cat.jpg",
            resource_account: HOME,
            context: &self.context,
            rule: self.rule,
        };
        let scene = Scene { identity, ..Scene::default() };
        scene.decision(&request).is_allowed()
    }

    fn decision(&self, request: &Request<'_>) -> Decision {
        let read = |kind| move |statements: &Vec<Value>| policy(kind, statements);
        let identity = read(PolicyKind::Identity)(&self.identity);
        let [boundary, session] =
            [&self.boundary, &self.session].map(|one| one.as_ref().map(read(PolicyKind::Identity)));
        let resource = self.resource.as_ref().map(read(PolicyKind::Resource));
        let by_rule = spec::decide(
            request,
            &Policies {
                identity: vec![("identity", &identity)],
                boundary: boundary.as_ref().map(|one| ("boundary", one)),
                session: session.as_ref().map(|one| vec![("session", one)]),
                resource: resource.as_ref().map(|one| ("resource", one)),
            },
        );
        let identity = Compiled::new(&identity);
        let [boundary, session, resource] =
            [boundary, session, resource].map(|one| one.as_ref().map(Compiled::new));
        let policies = Policies {
            identity: vec![("identity", &identity)],
            boundary: boundary.as_ref().map(|one| ("boundary", one)),
            session: session.as_ref().map(|one| vec![("session", one)]),
            resource: resource.as_ref().map(|one| ("resource", one)),
        };
        assert_eq!(decide(request, &policies), by_rule, "{request:?}");
        by_rule
    }
}

fn policy(kind: PolicyKind, statements: &[Value]) -> Policy {
    if statements.is_empty() {
        return Policy { version: iam::Version::V2012, statements: Vec::new() };
    }
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Policy::parse(&text, kind).expect("it is well formed")
}

fn caller(name: &str) -> Caller {
    let (kind, arns) = match name {
        "root" => (CallerKind::Root, vec![format!("arn:aws:iam::{HOME}:root")]),
        "user" => (CallerKind::User, vec![format!("arn:aws:iam::{HOME}:user/ann")]),
        "session" => (
            CallerKind::RoleSession,
            vec![
                format!("arn:aws:sts::{HOME}:assumed-role/app/one"),
                format!("arn:aws:iam::{HOME}:role/app"),
            ],
        ),
        service => (CallerKind::Service, vec![service.to_owned()]),
    };
    Caller { kind, account: HOME.to_owned(), arns }
}

fn said(decision: Decision) -> String {
    let name = |role: PolicyRole| format!("{role:?}").to_lowercase();
    let place = |one: &Grounds| format!("{} {}", name(one.role), one.statement);
    match decision {
        Decision::Allowed(grounds) if grounds.is_empty() => "allowed".to_owned(),
        Decision::Allowed(grounds) => {
            let places: Vec<String> = grounds.iter().map(place).collect();
            format!("allowed by {}", places.join(", "))
        }
        Decision::Denied(Denial::Explicit(grounds)) => format!("denied by {}", place(&grounds)),
        Decision::Denied(Denial::Implicit(role)) => format!("denied: no {} allows", name(role)),
    }
}
