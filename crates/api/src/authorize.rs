//! Whether a caller may do what it asks for: in one place, before anything of the operation runs.
//!
//! What an operation asks for is in the tables (`access`). Who calls brings its policies, the
//! resource its own, and `iam` decides.
//!
//! INVARIANT: an operation without a row is refused.

mod access;
mod cloudwatch;
mod codedeploy;
mod denial;
mod ec2;
mod ecs;
mod elbv2;
mod explain;
mod iam;
mod kms;
mod logs;
mod names;
mod outside;
mod policies;
mod recent;
mod resource;
mod scene;
mod secretsmanager;
mod ssm;
mod sts;
mod template;

use ::iam::{
    Caller as PolicyCaller, CallerKind, Compiled, Context, Decision, Policies, PolicyKind,
    ResourceRule, decide, permit,
};
use model::principal::Identity;
use model::{Arn, IamRole, Principal, Snapshot, TaskDefinition};
use wire::{ApiError, Request, Value};

use self::access::Access;
pub(crate) use self::denial::{MESSAGE_PURPOSE, Refused};
pub use self::explain::{AccessExplanation, AccessQuestion};
pub(crate) use self::names::{parameter as parameter_arn, secret as secret_arn};
pub use self::outside::{OutsideCall, Refusal};
pub(crate) use self::policies::{PolicyCache, is_managed};
pub use self::recent::{Denied, RecentDenials};
pub(crate) use self::resource::ResourcePolicy;
use self::scene::Scene;
use crate::ecs::task_definition;
use crate::{Api, Caller};

/// What ECS's tasks are to policies.
const TASKS: &str = "ecs-tasks.amazonaws.com";

/// One action on one resource, asked for by a principal.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// `None` is nobody.
    pub(crate) principal: Option<&'a Principal>,
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// What its condition keys are, built where a policy asks for one.
    pub(crate) context: &'a dyn Fn() -> Context,
    /// Where the resource's policy is not among the records.
    pub(crate) resource_policy: Option<&'a ResourcePolicy>,
    /// The owner's account, where the ARN does not name it.
    pub(crate) owner: &'a str,
}

impl Api {
    /// Refuses what the caller may not do.
    pub(crate) fn authorize(
        &self,
        caller: &Caller,
        asked: &Request<'_>,
        input: &Value,
    ) -> Result<(), ApiError> {
        let snapshot = self.snapshot();
        let Some(row) = access::find(asked.service, asked.operation) else {
            tracing::error!(operation = asked.operation.name, "an operation asks for nothing");
            return Err(wire::internal_failure());
        };
        if is_without_mfa(caller, asked) {
            return Err(ApiError::client(
                "InvalidClientTokenId",
                "The security token included in the request is invalid: a session that \
                 GetSessionToken gave without MFA may call nothing of IAM, and of STS nothing but \
                 AssumeRole and GetCallerIdentity.",
            )
            .status(403));
        }
        if row.is_free {
            return Ok(());
        }
        let scene = Scene { snapshot: &snapshot, caller, asked, input };
        self.weigh(&scene, row).map_err(|refused| {
            self.denials.note(&refused, caller.now);
            tracing::info!(request_id = caller.request_id, denied = refused.sentence(), "denied");
            refused.error(asked.service, &self.vault)
        })
    }

    fn weigh(&self, scene: &Scene<'_>, row: &Access) -> Result<(), Refused> {
        let own = || {
            let mut context = scene.context();
            for (key, template) in row.all_keys() {
                let values = template::values(scene, template);
                if !values.is_empty() {
                    context.set(key, values);
                }
            }
            context
        };
        let action = row.action(scene.asked.service);
        for template in row.resources {
            for resource in template::resources(scene, template) {
                self.ask(scene, (&action, &resource), &own)?;
            }
        }
        let schema = scene.asked.operation.input.schema;
        for (action, member, template) in row.also {
            if template::is_given(schema, scene.input, member) {
                for resource in template::resources(scene, template) {
                    self.ask(scene, (action, &resource), &own)?;
                }
            }
        }
        if let Some((action, template)) = row.tagging
            && scene.gives_tags()
        {
            let key = format!("{}:CreateAction", access::prefix(scene.asked.service));
            let context = || own().with(&key, &[scene.asked.operation.name]);
            for resource in template::resources(scene, template) {
                self.ask(scene, (action, &resource), &context)?;
            }
        }
        for (member, service) in row.passes {
            let passed = template::values(scene, &format!("{{{member}}}"));
            for role in passed {
                self.ask_to_pass(scene, &names::role_arn(scene, &role), service)?;
            }
        }
        for role in row.runs.map(|member| roles_of_tasks(scene, member)).unwrap_or_default() {
            self.ask_to_pass(scene, &role, TASKS)?;
        }
        Ok(())
    }

    fn ask_to_pass(&self, scene: &Scene<'_>, role: &str, service: &str) -> Result<(), Refused> {
        let context = || scene.context().with("iam:PassedToService", &[service]);
        self.ask(scene, ("iam:PassRole", role), &context)
    }

    fn ask(
        &self,
        scene: &Scene<'_>,
        (action, resource): (&str, &str),
        context: &dyn Fn() -> Context,
    ) -> Result<(), Refused> {
        let ask = Ask {
            principal: Some(&*scene.caller.principal),
            action,
            resource,
            context,
            resource_policy: None,
            owner: &scene.scope().account,
        };
        self.decide(scene.snapshot, &ask)
    }

    /// Refuses a caller one action on one resource, where an operation finds out only as it works
    /// what it is about.
    pub(crate) fn may(
        &self,
        caller: &Caller,
        snapshot: &Snapshot,
        of: (&str, &str),
    ) -> Result<(), Refused> {
        let decided = self.may_with((caller, Context::default()), snapshot, of);
        decided.inspect_err(|refused| self.denials.note(refused, caller.now))
    }

    /// Refuses a caller a task of a definition, which gets its roles, where the operation asked for
    /// is of another service.
    pub(crate) fn may_run(
        &self,
        caller: &Caller,
        snapshot: &Snapshot,
        definition: &TaskDefinition,
    ) -> Result<(), Refused> {
        self.may(caller, snapshot, ("ecs:RunTask", &definition.arn()))?;
        let roles = [&definition.task_role_arn, &definition.execution_role_arn];
        for role in roles.into_iter().flatten() {
            let to_tasks = Context::default().with("iam:PassedToService", &[TASKS]);
            let may = self.may_with((caller, to_tasks), snapshot, ("iam:PassRole", role));
            may.inspect_err(|refused| self.denials.note(refused, caller.now))?;
        }
        Ok(())
    }

    /// [`Api::may`] with more condition keys than the caller's, and noted nowhere.
    pub(crate) fn may_with(
        &self,
        (caller, known): (&Caller, Context),
        snapshot: &Snapshot,
        (action, resource): (&str, &str),
    ) -> Result<(), Refused> {
        let context = || {
            let mut context = scene::of_caller(caller, snapshot);
            context.add_all(known.clone());
            context
        };
        let ask = Ask {
            principal: Some(&*caller.principal),
            action,
            resource,
            context: &context,
            resource_policy: None,
            owner: &caller.scope.account,
        };
        self.decide(snapshot, &ask)
    }

    /// Why it is refused, if it is.
    pub(crate) fn decide(&self, snapshot: &Snapshot, ask: &Ask<'_>) -> Result<(), Refused> {
        self.asked(snapshot, ask, permit).map_err(|denial| Refused {
            principal: ask.principal.map_or_else(|| "anonymous".to_owned(), Principal::arn),
            action: ask.action.to_owned(),
            resource: ask.resource.to_owned(),
            denial,
        })
    }

    /// Whether a role's trust policy lets a service assume it.
    pub(crate) fn lets_service(&self, service: &str, role: &IamRole, context: &Context) -> bool {
        let caller = PolicyCaller {
            kind: CallerKind::Service,
            account: role.account.clone(),
            arns: vec![service.to_owned()],
        };
        let request = ::iam::Request {
            caller: &caller,
            action: "sts:AssumeRole",
            resource: &role.arn(),
            resource_account: &role.account,
            context,
            rule: ResourceRule::HasToAllow,
        };
        let trust = self.policies.document(PolicyKind::Trust, &role.trust_policy);
        let policies =
            Policies { resource: Some(("trust policy", &*trust)), ..Policies::default() };
        decide(&request, &policies).is_allowed()
    }

    /// The statements that allow it too.
    pub(crate) fn decision(&self, snapshot: &Snapshot, ask: &Ask<'_>) -> Decision {
        self.asked(snapshot, ask, decide)
    }

    fn asked<T>(
        &self,
        snapshot: &Snapshot,
        ask: &Ask<'_>,
        decide: impl FnOnce(&::iam::Request<'_>, &Policies<'_, Compiled>) -> T,
    ) -> T {
        let arn = Arn::parse(ask.resource);
        let owner = arn.as_ref().map(|arn| arn.scope.account.as_str());
        // What AWS has for everybody, such as its managed policies, is the caller's as well.
        let owner = owner.filter(|account| !account.is_empty() && !["*", "aws"].contains(account));
        let kept = arn.as_ref().and_then(|arn| resource::policy(snapshot, ask.action, arn));
        let own = ask.resource_policy.or(kept.as_ref());
        let caller = policy_caller(ask.principal);
        let lasting = ask.principal.zip(caller.arns.last());
        let held = lasting.map(|it| self.policies.held(snapshot, it)).unwrap_or_default();
        let session = ask.principal.and_then(|it| self.policies.session(snapshot, it));
        let resource = own.map(|own| self.policies.document(own.kind, &own.text));
        let policies = Policies {
            identity: held.identity.iter().map(named).collect(),
            boundary: held.boundary.as_ref().map(named),
            session: session.as_ref().map(|all| all.iter().map(named).collect()),
            resource: resource.as_deref().map(|policy| ("resource policy", policy)),
        };
        let owner = owner.unwrap_or(ask.owner);
        let context = if policies.ask_for_context(ask.action) {
            let mut context = (ask.context)();
            context.set("aws:ResourceAccount", vec![owner.to_owned()]);
            resource::add_tags(&mut context, (snapshot, &self.logs), arn.as_ref());
            context
        } else {
            Context::default()
        };
        let request = ::iam::Request {
            caller: &caller,
            action: ask.action,
            resource: ask.resource,
            resource_account: owner,
            context: &context,
            rule: own.map_or(ResourceRule::MayAllow, |own| own.rule),
        };
        decide(&request, &policies)
    }
}

/// Whether it is a session of a user's or the root's own, which cannot have had MFA, that asks for
/// what takes it (`GetSessionToken`, AWS STS API Reference).
fn is_without_mfa(caller: &Caller, asked: &Request<'_>) -> bool {
    let is_own = match caller.principal.identity {
        Identity::Root | Identity::User { .. } => caller.principal.session.is_some(),
        Identity::Role { .. } => false,
    };
    is_own
        && match asked.service.name {
            "iam" => true,
            // It refuses sessions itself, in words of its own.
            "sts" => !["AssumeRole", "GetCallerIdentity", "GetSessionToken"]
                .contains(&asked.operation.name),
            _ => false,
        }
}

/// The roles that tasks of the definition named by a member would have: its own, where the request
/// does not say others instead.
fn roles_of_tasks(scene: &Scene<'_>, member: &str) -> Vec<String> {
    let schema = scene.asked.operation.input.schema;
    let given = template::texts(schema, scene.input, member);
    let named = given.first().map(String::as_str);
    let definition = named.and_then(|it| task_definition::find(scene.snapshot, scene.scope(), it));
    let Some(definition) = definition else { return Vec::new() };
    let roles = [
        (&definition.task_role_arn, "overrides.taskRoleArn"),
        (&definition.execution_role_arn, "overrides.executionRoleArn"),
    ];
    let is_own =
        |instead: &str| template::texts(schema, scene.input, instead).iter().all(String::is_empty);
    let roles = roles.into_iter().filter(|(_, instead)| is_own(instead));
    roles.filter_map(|(role, _)| role.clone()).collect()
}

fn named((name, policy): &policies::Named) -> (&str, &Compiled) {
    (name, policy)
}

/// The principal by all the names that a policy may call it, the last of them its lasting one.
fn policy_caller(principal: Option<&Principal>) -> PolicyCaller {
    // Nobody has no policies of its own, as services have none.
    let Some(principal) = principal else {
        let (kind, account) = (CallerKind::Service, String::new());
        return PolicyCaller { kind, account, arns: Vec::new() };
    };
    let kind = match principal.identity {
        Identity::Root => CallerKind::Root,
        Identity::User { .. } => CallerKind::User,
        Identity::Role { .. } => CallerKind::RoleSession,
    };
    let arns = std::iter::once(principal.arn()).chain(principal.role_arn()).collect();
    PolicyCaller { kind, account: principal.account.clone(), arns }
}
