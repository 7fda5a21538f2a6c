//! What a task is given by its roles: credentials of its task role, and what its execution role may
//! read for it.
//!
//! INVARIANT: a node is given nothing of a task that is not placed on it, nor of one that stopped.
//! INVARIANT: credentials of an execution role leave this crate never.

use std::collections::BTreeMap;
use std::time::Duration;

use iam::Context;
use model::principal::Session;
use model::task_identity::{ContainerValues, SecretText, StartValues, TaskCredentials};
use model::{Entry, IamRole, Snapshot, Tags, Task, TaskDefinition, TaskKey, TaskState, Timestamp};

use crate::credentials::issue;
use crate::injection::{Reader, files};
use crate::{Api, Caller, ReadObject, role};

/// Whom both of a task's roles have to trust.
pub(crate) const TASKS_SERVICE: &str = "ecs-tasks.amazonaws.com";

/// COMPAT: the agent's credentials last for six hours, and its path has this form.
const CREDENTIALS_LIFE: Duration = Duration::from_hours(6);
const PATH: &str = "/v2/credentials/";
/// What the paths of tasks' credentials are derived for.
const PATH_PURPOSE: &str = "credentials-path";

/// A task that a node asks for, with its definition.
struct Held<'a> {
    task: &'a Entry<Task>,
    definition: &'a Entry<TaskDefinition>,
}

impl Api {
    /// Credentials of the task's own role.
    pub fn task_credentials(
        &self,
        (node, key): (&str, &TaskKey),
        now: Timestamp,
    ) -> Result<TaskCredentials, String> {
        let snapshot = self.snapshot();
        let held = held(&snapshot, node, key)?;
        let arn = held.task_role().ok_or("the task has no task role")?;
        let role = self.assumed(&snapshot, &arn, key)?;
        let session = Session {
            policies: None,
            tags: Tags::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            issued_at: now,
            expires_at: now + CREDENTIALS_LIFE,
            task: Some(key.clone()),
        };
        // COMPAT: a task's session is named after the task.
        let issued = issue(&self.vault, role::session(role, &key.id), session);
        tracing::info!(
            task = key.id,
            role = arn,
            key = issued.access_key_id,
            node,
            "credentials are given to a task"
        );
        Ok(TaskCredentials {
            role_arn: arn,
            access_key_id: issued.access_key_id,
            secret_access_key: SecretText::new(issued.secret.as_str()),
            token: SecretText::new(issued.token.as_str()),
            issued_at: now,
            expires_at: issued.expires_at,
        })
    }

    /// What the task's containers are started with.
    pub async fn start_values(
        &self,
        (node, key): (&str, &TaskKey),
        now: Timestamp,
        objects: &dyn ReadObject,
    ) -> Result<StartValues, String> {
        let snapshot = self.snapshot();
        let held = held(&snapshot, node, key)?;
        let credentials_path = match held.task_role() {
            Some(arn) => {
                self.assumed(&snapshot, &arn, key)?;
                Some(self.credentials_path(key))
            }
            None => None,
        };
        let reader = self.reader(&snapshot, &held, now)?;
        let containers = match &reader {
            Some(caller) => self.values((&snapshot, caller), &held, objects).await?,
            None => BTreeMap::new(),
        };
        Ok(StartValues { credentials_path, containers })
    }

    /// A session of the task's execution role, which nobody is given.
    fn reader(
        &self,
        snapshot: &Snapshot,
        held: &Held<'_>,
        now: Timestamp,
    ) -> Result<Option<Caller>, String> {
        let Some(arn) = held.execution_role() else { return Ok(None) };
        let key = &held.task.key;
        let role = self.assumed(snapshot, &arn, key)?;
        let mut caller = Caller::root(key.scope.clone(), now);
        caller.principal = role::session(role, &key.id).into();
        Ok(Some(caller))
    }

    /// What the execution role reads for each container that needs anything.
    async fn values(
        &self,
        (snapshot, caller): (&Snapshot, &Caller),
        held: &Held<'_>,
        objects: &dyn ReadObject,
    ) -> Result<BTreeMap<String, ContainerValues>, String> {
        let reader = Reader { snapshot, caller };
        let mut read = BTreeMap::new();
        for container in &held.definition.containers {
            let mut values = self.container_values(reader, container)?;
            let files = held.task.overrides.environment_files(container);
            values.files = files::variables(objects, caller, files).await?;
            read.insert(container.name.clone(), values);
        }
        Ok(read)
    }

    /// Whether a task could be given this role.
    pub(crate) fn can_be_assumed(&self, snapshot: &Snapshot, arn: &str) -> bool {
        role::find(snapshot, arn).is_some_and(|role| self.does_trust(role, TASKS_SERVICE))
    }

    /// The role, if it is there and trusts ECS's tasks.
    fn assumed<'a>(
        &self,
        snapshot: &'a Snapshot,
        arn: &str,
        key: &TaskKey,
    ) -> Result<&'a Entry<IamRole>, String> {
        let role = role::find(snapshot, arn).filter(|role| role.account == key.scope.account);
        let role = role.filter(|role| self.does_trust(role, TASKS_SERVICE));
        role.ok_or_else(|| cannot_assume(arn))
    }

    /// Nobody guesses it, and it is the same whenever it is asked for.
    fn credentials_path(&self, key: &TaskKey) -> String {
        let name = format!("{}/{}/{}", key.scope, key.cluster, key.id);
        let digits = self.vault.derived_hex(PATH_PURPOSE, &name);
        let (first, second, third) = (&digits[..8], &digits[8..12], &digits[12..16]);
        format!("{PATH}{first}-{second}-{third}-{}-{}", &digits[16..20], &digits[20..32])
    }

    fn does_trust(&self, role: &IamRole, service: &str) -> bool {
        let context = Context::default()
            .with("aws:SourceAccount", &[&role.account])
            .with("aws:PrincipalIsAWSService", &["true"])
            .with("aws:PrincipalServiceName", &[service]);
        self.lets_service(service, role, &context)
    }
}

impl Held<'_> {
    fn task_role(&self) -> Option<String> {
        let own = self.task.overrides.task_role_arn.clone();
        own.or_else(|| self.definition.task_role_arn.clone())
    }

    fn execution_role(&self) -> Option<String> {
        let own = self.task.overrides.execution_role_arn.clone();
        own.or_else(|| self.definition.execution_role_arn.clone())
    }
}

/// COMPAT: the words of RunTask for a role that cannot be assumed.
pub(crate) fn cannot_assume(arn: &str) -> String {
    format!(
        "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify \
         that the role being passed has the proper trust relationship and permissions and that \
         your IAM user has permissions to pass this role."
    )
}

fn held<'a>(snapshot: &'a Snapshot, node: &str, key: &TaskKey) -> Result<Held<'a>, String> {
    let task = snapshot.task(key).filter(|task| task.node.as_deref() == Some(node));
    let task = task.filter(|task| task.last_status != TaskState::Stopped);
    let task = task.ok_or_else(|| format!("node `{node}` does not hold task `{}`", key.id))?;
    let definition = snapshot.task_definition(&key.scope, &task.definition);
    let definition = definition.ok_or("the task's definition is gone")?;
    Ok(Held { task, definition })
}
