//! A world for operations that speak in queries: a form in, XML out.
//!
//! Calls go through the wire's decoder and its checks, so that a test sees what a client
//! sees. After each call the balancer's table is compiled of what is then in the store.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::Poll;

use api::{Api, ApiParts, Caller};
use expect_test::ExpectFile;
use model::{Plan, Rng, Scope, Snapshot, Timestamp};
use store::{MemoryEngine, Store};
use tempfile::TempDir;

const ACCOUNT: &str = "000000000000";

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    runtime: tokio::runtime::Runtime,
    // The logs live in it.
    _directory: TempDir,
}

impl World {
    pub(crate) fn new() -> World {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let directory = TempDir::new().expect("a temporary directory");
        let (store, logs) = runtime.block_on(async {
            let store = Store::open(MemoryEngine::new()).expect("an empty store opens");
            (store, observe::Logs::open(directory.path()).expect("an empty directory opens"))
        });
        let vpc_cidr = model::Cidr::parse("172.31.0.0/16").expect("a range");
        let api = Api::new(ApiParts::unkept(store, logs, vpc_cidr), Rng::seeded(1));
        let caller =
            Caller::root(Scope::new(ACCOUNT, "us-east-1"), Timestamp::from_secs(1_700_000_000));
        World { api, caller, runtime, _directory: directory }
    }

    /// The same server, asked from another region.
    pub(crate) fn in_region<T>(&mut self, region: &str, run: impl FnOnce(&World) -> T) -> T {
        let here = self.caller.scope.clone();
        self.caller.scope = Scope::new(ACCOUNT, region);
        let answer = run(self);
        self.caller.scope = here;
        answer
    }

    /// Calls the operation that the form names: the answer's body, or `CODE: message`.
    pub(crate) fn call(
        &self,
        service: &'static wire::Service,
        form: &str,
    ) -> Result<String, String> {
        let operation = form.split('&').next().unwrap_or_default();
        let body = format!("Version={}&Action={form}", service.api_version);
        let answer = self.dispatch(service, operation, &body);
        self.check_routes();
        let text = String::from_utf8(answer.body.to_vec()).expect("an answer is text");
        match answer.error_code {
            None => Ok(text),
            Some(code) => {
                let message = between(&text, "Message").into_iter().next().unwrap_or_default();
                Err(format!("{code}: {message}"))
            }
        }
    }

    /// Calls an operation of CloudWatch Logs with JSON.
    pub(crate) fn logs(&self, operation: &str, body: &serde_json::Value) -> serde_json::Value {
        let answer = self.dispatch(&aws_api::logs::SERVICE, operation, &body.to_string());
        if answer.body.is_empty() {
            return serde_json::Value::Null;
        }
        serde_json::from_slice(&answer.body).expect("an answer is JSON")
    }

    /// Calls an operation of ELBv2 that succeeds.
    #[track_caller]
    pub(crate) fn elb(&self, form: &str) -> String {
        self.call(&aws_api::elbv2::SERVICE, form).unwrap_or_else(|error| panic!("{form}: {error}"))
    }

    /// Calls an operation of EC2 that succeeds.
    #[track_caller]
    pub(crate) fn ec2(&self, form: &str) -> String {
        self.call(&aws_api::ec2::SERVICE, form).unwrap_or_else(|error| panic!("{form}: {error}"))
    }

    /// Calls an operation of IAM that succeeds.
    #[track_caller]
    pub(crate) fn iam(&self, form: &str) -> String {
        self.call(&aws_api::iam::SERVICE, form).unwrap_or_else(|error| panic!("{form}: {error}"))
    }

    /// Calls an operation of ELBv2 that is refused, and says how.
    #[track_caller]
    pub(crate) fn refused(&self, form: &str) -> String {
        match self.call(&aws_api::elbv2::SERVICE, form) {
            Ok(answer) => panic!("{form} was not refused: {answer}"),
            Err(error) => error,
        }
    }

    pub(crate) fn snapshot(&self) -> std::sync::Arc<Snapshot> {
        self.api.snapshot()
    }

    /// The subnets of the region, in the order of their zones.
    pub(crate) fn subnets(&self) -> Vec<String> {
        let shown = self.ec2("DescribeSubnets");
        let mut subnets: Vec<(String, String)> = between(&shown, "availabilityZone")
            .into_iter()
            .zip(between(&shown, "subnetId"))
            .collect();
        subnets.sort();
        subnets.into_iter().map(|(_, id)| id).collect()
    }

    pub(crate) fn vpc(&self) -> String {
        one(&self.ec2("DescribeVpcs"), "vpcId")
    }

    /// Makes a load balancer in two zones, and answers its ARN.
    pub(crate) fn load_balancer(&self, name: &str) -> String {
        let subnets = self.subnets();
        let (one_id, other_id) = (&subnets[0], &subnets[1]);
        let form = format!(
            "CreateLoadBalancer&Name={name}&Subnets.member.1={one_id}&Subnets.member.2={other_id}"
        );
        one(&self.elb(&form), "LoadBalancerArn")
    }

    /// Makes a target group of port 80, and answers its ARN.
    pub(crate) fn target_group(&self, name: &str) -> String {
        one(&self.elb(&self.target_group_form(name)), "TargetGroupArn")
    }

    pub(crate) fn target_group_form(&self, name: &str) -> String {
        let vpc = self.vpc();
        format!("CreateTargetGroup&Name={name}&Protocol=HTTP&Port=80&VpcId={vpc}&TargetType=ip")
    }

    /// Makes a listener of port 80 that forwards to the group, and answers its ARN.
    pub(crate) fn listener(&self, balancer: &str, group: &str) -> String {
        one(&self.elb(&listener_form(balancer, (80, group))), "ListenerArn")
    }

    /// Commits what the planner makes of draining targets and their use.
    pub(crate) fn reconcile_targets(&self) {
        let plan: Plan = planner::targets::plan_draining(&self.snapshot(), self.caller.now);
        let violations = planner::lint::lint(&self.snapshot(), &plan);
        assert!(violations.is_empty(), "{violations:?}");
        self.runtime.block_on(self.api.store.commit(plan)).expect("the plan is current");
    }

    /// Commits what a test adds to the records by itself.
    pub(crate) fn commit(&self, change: impl FnOnce(&Snapshot, &mut Plan)) {
        let mut plan = Plan::new();
        change(&self.snapshot(), &mut plan);
        self.runtime.block_on(self.api.store.commit(plan)).expect("the plan is current");
    }

    /// Calls operations of ELBv2 side by side, and answers the code of each refusal.
    pub(crate) fn all_at_once(&self, forms: &[String]) -> Vec<Result<(), String>> {
        self.side_by_side(&aws_api::elbv2::SERVICE, forms)
    }

    /// Calls operations of one service side by side, and answers the code of each refusal.
    pub(crate) fn side_by_side(
        &self,
        service: &'static wire::Service,
        forms: &[String],
    ) -> Vec<Result<(), String>> {
        let of_it = |form: &String| (service, form.clone());
        self.mixed_at_once(&forms.iter().map(of_it).collect::<Vec<_>>())
    }

    /// Calls operations of any service side by side, and answers the code of each refusal.
    pub(crate) fn mixed_at_once(
        &self,
        forms: &[(&'static wire::Service, String)],
    ) -> Vec<Result<(), String>> {
        let answers = self.runtime.block_on(async {
            let mut calls: Vec<_> = forms
                .iter()
                .map(|(service, form)| {
                    let operation = form.split('&').next().unwrap_or_default();
                    let body = format!("Version={}&Action={form}", service.api_version);
                    Box::pin(async move { self.answer(service, operation, &body).await })
                })
                .collect();
            let mut answers = Vec::new();
            // Each is begun before any is waited for.
            let mut first: Vec<_> = Vec::new();
            for call in &mut calls {
                first.push(begin(call.as_mut()).await);
            }
            for (call, done) in calls.into_iter().zip(first) {
                answers.push(match done {
                    Some(answer) => answer,
                    None => call.await,
                });
            }
            answers
        });
        self.check_routes();
        answers.into_iter().map(|answer| answer.error_code.map_or(Ok(()), Err)).collect()
    }

    fn dispatch(
        &self,
        service: &'static wire::Service,
        operation: &str,
        body: &str,
    ) -> wire::Response {
        self.runtime.block_on(self.answer(service, operation, body))
    }

    async fn answer(
        &self,
        service: &'static wire::Service,
        operation: &str,
        body: &str,
    ) -> wire::Response {
        let request = wire::Request {
            service,
            operation: service.operation(operation).expect("the operation is imported"),
            protocol: service.protocol,
            query: "",
            body: body.as_bytes(),
            request_id: "request-1",
        };
        let (api, caller) = (&self.api, &self.caller);
        match service.name {
            "elbv2" => aws_api::elbv2::dispatch(api, caller, &request).await,
            "ec2" => aws_api::ec2::dispatch(api, caller, &request).await,
            "iam" => aws_api::iam::dispatch(api, caller, &request).await,
            _ => aws_api::logs::dispatch(api, caller, &request).await,
        }
    }

    /// INVARIANT: whatever the operations accept, the data plane serves.
    fn check_routes(&self) {
        let config = planner::route_config::route_config(&self.snapshot());
        routing::compile(&config).expect("what was accepted can be served");
    }
}

/// Polls a call once: its answer, or nothing where it waits.
async fn begin<F: Future<Output = wire::Response> + Unpin>(mut call: F) -> Option<wire::Response> {
    std::future::poll_fn(|context| {
        Poll::Ready(match Pin::new(&mut call).poll(context) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        })
    })
    .await
}

/// The form of `CreateListener` with one forward action.
pub(crate) fn listener_form(balancer: &str, (port, group): (u16, &str)) -> String {
    format!(
        "CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port={port}&\
         DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
    )
}

/// The texts of every element of this name that has no child.
pub(crate) fn between(text: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    text.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split_once(&close))
        .map(|(inner, _)| inner.to_owned())
        .collect()
}

/// The text of the only element of this name.
#[track_caller]
pub(crate) fn one(text: &str, name: &str) -> String {
    let mut found = between(text, name);
    assert_eq!(found.len(), 1, "`{name}` in {text}");
    found.remove(0)
}

/// Runs a script: each line that is a form is a call, and how it is refused is the line
/// below; `{NAME}` stands for what `names` says. `UPDATE_EXPECT=1` writes the answers.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
pub(crate) fn check_script(world: &World, names: &[(&str, &str)], script: ExpectFile) {
    let service: &'static wire::Service = if script.data().starts_with("# EC2") {
        &aws_api::ec2::SERVICE
    } else {
        &aws_api::elbv2::SERVICE
    };
    let mut transcript = String::new();
    for line in script.data().lines() {
        if line.starts_with(' ') {
            continue;
        }
        writeln!(transcript, "{line}").expect("a string takes any text");
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let form = names.iter().fold(line.to_owned(), |form, (name, value)| {
            form.replace(&format!("{{{name}}}"), value)
        });
        let answer = match world.call(service, &form) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => names
                .iter()
                .fold(error, |text, (name, value)| text.replace(value, &format!("{{{name}}}"))),
        };
        writeln!(transcript, "    {answer}").expect("a string takes any text");
    }
    script.assert_eq(&transcript);
}

/// Calls both side by side, in both orders: one of them is refused, whichever is first.
#[track_caller]
pub(crate) fn check_exclusive(
    world: &World,
    make: impl Fn(&World, usize) -> [Call; 2],
) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for round in 0..8 {
        let mut calls = make(world, round);
        if round % 2 == 1 {
            calls.reverse();
        }
        let answers = world.mixed_at_once(&calls);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        codes.extend(answers.into_iter().filter_map(Result::err));
    }
    codes
}

pub(crate) type Call = (&'static wire::Service, String);

pub(crate) fn codes_of<const N: usize>(codes: [&str; N]) -> BTreeSet<String> {
    codes.map(str::to_owned).into()
}
