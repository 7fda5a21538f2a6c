//! The snapshot: every record at one revision, indexed, immutable.
//!
//! A reconciler is given one and nothing else; a request reads one and never waits.
//!
//! INVARIANT: a snapshot changes only by [`Snapshot::apply`], in revision order.

use std::collections::BTreeMap;

use imbl::{OrdMap, OrdSet};

use crate::record::{
    AccessKey, AccountAlias, AccountSetting, Alarm, ClientToken, Cluster, CodeDeployApplication,
    CodeDeployConfig, CodeDeployDeployment, CodeDeployGroup, DefaultVpc, ElasticIp, IamGroup,
    IamPolicy, IamRole, IamUser, InstanceProfile, Interface, InternetGateway, KmsAlias, KmsKey,
    Listener, LoadBalancer, NatGateway, NetworkAcl, Node, Parameter, PrefixList, PublicAddress,
    PublicRange, RouteTable, Rule, Secret, SecretValue, SecurityGroup, Service, ServiceDeployment,
    ServiceKey, ServiceRevision, Subnet, Target, TargetGroup, Task, TaskDefinition,
    TaskDefinitionFamily, TaskDefinitionRef, TaskKey, TaskSet, Vpc, iam_scope,
};
use crate::table::{Entry, Key, Record, Table};
use crate::{Arn, Change, Expect, Scope};

/// Declares the tables: the field, the record, and the word in stored keys.
macro_rules! tables {
    ($($field:ident: $record:ident = $word:literal,)*) => {
        /// The kind of a record: which table holds it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($record,)* }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$record,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$record => $word,)* }
            }

            pub fn parse(word: &str) -> Option<Kind> {
                match word { $($word => Some(Kind::$record),)* _ => None }
            }
        }

        /// A record of any kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyRecord { $($record(Box<$record>),)* }

        impl AnyRecord {
            pub fn key(&self) -> Key {
                match self { $(AnyRecord::$record(record) => record.key(),)* }
            }

            /// The stored form: JSON.
            pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(AnyRecord::$record(record) => serde_json::to_vec(record),)* }
            }

            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<AnyRecord, serde_json::Error> {
                Ok(match kind {
                    $(Kind::$record => AnyRecord::$record(serde_json::from_slice(bytes)?),)*
                })
            }
        }

        $(impl From<$record> for AnyRecord {
            fn from(record: $record) -> AnyRecord {
                AnyRecord::$record(Box::new(record))
            }
        })*

        /// Every record at one revision.
        #[derive(Clone, Debug, Default)]
        pub struct Snapshot {
            /// The revision of the last commit that is in it.
            pub revision: u64,
            $(pub $field: Table<$record>,)*
            tasks_by_service: OrdSet<(ServiceKey, TaskKey)>,
            tasks_by_node: OrdSet<(String, TaskKey)>,
            targets_by_task: OrdMap<TaskKey, OrdSet<String>>,
        }

        impl Snapshot {
            /// The revision that wrote the record, or `None` where there is none.
            pub fn revision_of(&self, key: &Key) -> Option<u64> {
                match key.kind {
                    $(Kind::$record => self.$field.get(&key.scope, &key.id).map(|e| e.revision),)*
                }
            }

            /// Every key that the snapshot holds, by kind.
            pub fn keys(&self) -> Vec<Key> {
                let mut keys = Vec::new();
                $(keys.extend(self.$field.all().map(|entry| entry.record.key()));)*
                keys
            }

            fn put(&mut self, revision: u64, record: AnyRecord) {
                match record {
                    $(AnyRecord::$record(record) => {
                        let old = self.$field.put(revision, (*record).clone());
                        (*record).index(self, old.map(|entry| entry.record).as_deref());
                    })*
                }
            }

            fn remove(&mut self, key: &Key) {
                match key.kind {
                    $(Kind::$record => {
                        if let Some(old) = self.$field.remove(&key.scope, &key.id) {
                            old.record.unindex(self);
                        }
                    })*
                }
            }
        }
    };
}

tables! {
    access_keys: AccessKey = "access-key",
    account_aliases: AccountAlias = "account-alias",
    account_settings: AccountSetting = "account-setting",
    alarms: Alarm = "alarm",
    client_tokens: ClientToken = "client-token",
    clusters: Cluster = "cluster",
    code_deploy_applications: CodeDeployApplication = "code-deploy-application",
    code_deploy_configs: CodeDeployConfig = "code-deploy-config",
    code_deploy_deployments: CodeDeployDeployment = "code-deploy-deployment",
    code_deploy_groups: CodeDeployGroup = "code-deploy-group",
    default_vpcs: DefaultVpc = "default-vpc",
    elastic_ips: ElasticIp = "elastic-ip",
    iam_groups: IamGroup = "iam-group",
    iam_policies: IamPolicy = "iam-policy",
    iam_roles: IamRole = "iam-role",
    iam_users: IamUser = "iam-user",
    instance_profiles: InstanceProfile = "instance-profile",
    interfaces: Interface = "interface",
    internet_gateways: InternetGateway = "internet-gateway",
    kms_aliases: KmsAlias = "kms-alias",
    kms_keys: KmsKey = "kms-key",
    listeners: Listener = "listener",
    load_balancers: LoadBalancer = "load-balancer",
    nat_gateways: NatGateway = "nat-gateway",
    network_acls: NetworkAcl = "network-acl",
    nodes: Node = "node",
    parameters: Parameter = "parameter",
    prefix_lists: PrefixList = "prefix-list",
    public_addresses: PublicAddress = "public-address",
    public_ranges: PublicRange = "public-range",
    route_tables: RouteTable = "route-table",
    rules: Rule = "rule",
    secret_values: SecretValue = "secret-value",
    secrets: Secret = "secret",
    security_groups: SecurityGroup = "security-group",
    service_deployments: ServiceDeployment = "service-deployment",
    service_revisions: ServiceRevision = "service-revision",
    services: Service = "service",
    subnets: Subnet = "subnet",
    target_groups: TargetGroup = "target-group",
    targets: Target = "target",
    task_definition_families: TaskDefinitionFamily = "task-definition-family",
    task_definitions: TaskDefinition = "task-definition",
    task_sets: TaskSet = "task-set",
    tasks: Task = "task",
    vpcs: Vpc = "vpc",
}

impl Snapshot {
    /// Applies the changes of one commit, which `revision` numbers.
    pub fn apply(&mut self, revision: u64, changes: &[Change]) {
        debug_assert!(revision > self.revision, "commits are applied in order, once");
        for change in changes {
            match change {
                Change::Put(record) => self.put(revision, record.clone()),
                Change::Delete(key) => self.remove(key),
            }
        }
        self.revision = revision;
    }

    /// The first record that is not as a plan read it: the plan is not to be committed.
    pub fn first_unmet(&self, expects: &[Expect]) -> Option<Key> {
        expects
            .iter()
            .find(|expect| self.revision_of(&expect.key) != expect.revision)
            .map(|expect| expect.key.clone())
    }

    /// The managed policy of an account that has this ARN, its path included.
    pub fn iam_policy(&self, arn: &str) -> Option<&Entry<IamPolicy>> {
        let parsed = Arn::parse(arn)?;
        let name = parsed.resource.strip_prefix("policy/")?.rsplit('/').next()?;
        let scope = iam_scope(&parsed.scope.account);
        let found = self.iam_policies.get(&scope, &name.to_ascii_lowercase())?;
        (found.arn() == arn).then_some(found)
    }

    pub fn task(&self, key: &TaskKey) -> Option<&Entry<Task>> {
        self.tasks.get(&key.scope, &format!("{}/{}", key.cluster, key.id))
    }

    pub fn service(&self, key: &ServiceKey) -> Option<&Entry<Service>> {
        self.services.get(&key.scope, &format!("{}/{}", key.cluster, key.name))
    }

    pub fn task_definition(
        &self,
        scope: &Scope,
        reference: &TaskDefinitionRef,
    ) -> Option<&Entry<TaskDefinition>> {
        let id = format!("{}:{:08}", reference.family, reference.revision);
        self.task_definitions.get(scope, &id)
    }

    pub fn service_revision(&self, key: &ServiceKey, id: &str) -> Option<&Entry<ServiceRevision>> {
        self.service_revisions.get(&key.scope, &format!("{}/{}/{id}", key.cluster, key.name))
    }

    pub fn service_deployment(
        &self,
        key: &ServiceKey,
        id: &str,
    ) -> Option<&Entry<ServiceDeployment>> {
        self.service_deployments.get(&key.scope, &format!("{}/{}/{id}", key.cluster, key.name))
    }

    pub fn task_set(&self, key: &ServiceKey, id: &str) -> Option<&Entry<TaskSet>> {
        self.task_sets.get(&key.scope, &format!("{}/{}/{id}", key.cluster, key.name))
    }

    /// The task sets of a service, in key order.
    pub fn task_sets_of<'a>(
        &'a self,
        key: &'a ServiceKey,
    ) -> impl Iterator<Item = &'a Entry<TaskSet>> {
        self.task_sets.list_under(&key.scope, &format!("{}/{}/", key.cluster, key.name))
    }

    /// The tasks that a service owns, stopped ones too, in key order.
    pub fn tasks_of_service<'a>(
        &'a self,
        service: &'a ServiceKey,
    ) -> impl Iterator<Item = &'a Entry<Task>> {
        let first =
            TaskKey { scope: Scope::new("", ""), cluster: String::new(), id: String::new() };
        self.tasks_by_service
            .range((service.clone(), first)..)
            .take_while(move |(owner, _)| owner == service)
            .filter_map(|(_, key)| self.task(key))
    }

    /// The tasks that are placed on a node, stopped ones too, in key order.
    pub fn tasks_of_node<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Entry<Task>> {
        let first =
            TaskKey { scope: Scope::new("", ""), cluster: String::new(), id: String::new() };
        self.tasks_by_node
            .range((node.to_owned(), first)..)
            .take_while(move |(holder, _)| holder == node)
            .filter_map(|(_, key)| self.task(key))
    }

    /// The targets that ECS registered for a task.
    pub fn targets_of_task<'a>(
        &'a self,
        task: &'a TaskKey,
    ) -> impl Iterator<Item = &'a Entry<Target>> {
        self.targets_by_task
            .get(task)
            .into_iter()
            .flatten()
            .filter_map(|id| self.targets.get(&task.scope, id))
    }

    /// The targets of a target group, in address order.
    pub fn targets_of_group<'a>(
        &'a self,
        scope: &'a Scope,
        target_group_arn: &str,
    ) -> Vec<&'a Entry<Target>> {
        let prefix = format!("{target_group_arn}/");
        let mut by_address = BTreeMap::new();
        for entry in self.targets.list_under(scope, &prefix) {
            by_address.insert((entry.address, entry.port), entry);
        }
        by_address.into_values().collect()
    }
}

/// Keeps the secondary indexes in step with a table.
trait Indexed: Sized {
    fn index(&self, _snapshot: &mut Snapshot, _old: Option<&Self>) {}
    fn unindex(&self, _snapshot: &mut Snapshot) {}
}

impl Indexed for Task {
    fn index(&self, snapshot: &mut Snapshot, old: Option<&Task>) {
        if let Some(old) = old {
            old.unindex(snapshot);
        }
        if let Some(service) = self.service_key() {
            snapshot.tasks_by_service.insert((service, self.key.clone()));
        }
        if let Some(node) = &self.node {
            snapshot.tasks_by_node.insert((node.clone(), self.key.clone()));
        }
    }

    fn unindex(&self, snapshot: &mut Snapshot) {
        if let Some(service) = self.service_key() {
            snapshot.tasks_by_service.remove(&(service, self.key.clone()));
        }
        if let Some(node) = &self.node {
            snapshot.tasks_by_node.remove(&(node.clone(), self.key.clone()));
        }
    }
}

impl Indexed for Target {
    fn index(&self, snapshot: &mut Snapshot, old: Option<&Target>) {
        if let Some(old) = old {
            old.unindex(snapshot);
        }
        if let Some(task) = &self.task {
            let mut ids = snapshot.targets_by_task.get(task).cloned().unwrap_or_default();
            ids.insert(self.id());
            snapshot.targets_by_task.insert(task.clone(), ids);
        }
    }

    fn unindex(&self, snapshot: &mut Snapshot) {
        let Some(task) = &self.task else { return };
        let mut ids = snapshot.targets_by_task.get(task).cloned().unwrap_or_default();
        ids.remove(&self.id());
        if ids.is_empty() {
            snapshot.targets_by_task.remove(task);
        } else {
            snapshot.targets_by_task.insert(task.clone(), ids);
        }
    }
}

impl Indexed for AccessKey {}
impl Indexed for AccountAlias {}
impl Indexed for AccountSetting {}
impl Indexed for Alarm {}
impl Indexed for ClientToken {}
impl Indexed for Cluster {}
impl Indexed for CodeDeployApplication {}
impl Indexed for CodeDeployConfig {}
impl Indexed for CodeDeployDeployment {}
impl Indexed for CodeDeployGroup {}
impl Indexed for DefaultVpc {}
impl Indexed for ElasticIp {}
impl Indexed for IamGroup {}
impl Indexed for IamPolicy {}
impl Indexed for IamRole {}
impl Indexed for IamUser {}
impl Indexed for InstanceProfile {}
impl Indexed for Interface {}
impl Indexed for InternetGateway {}
impl Indexed for KmsAlias {}
impl Indexed for KmsKey {}
impl Indexed for Listener {}
impl Indexed for LoadBalancer {}
impl Indexed for NatGateway {}
impl Indexed for NetworkAcl {}
impl Indexed for Node {}
impl Indexed for Parameter {}
impl Indexed for PrefixList {}
impl Indexed for PublicAddress {}
impl Indexed for PublicRange {}
impl Indexed for RouteTable {}
impl Indexed for Rule {}
impl Indexed for Secret {}
impl Indexed for SecretValue {}
impl Indexed for SecurityGroup {}
impl Indexed for Service {}
impl Indexed for ServiceDeployment {}
impl Indexed for ServiceRevision {}
impl Indexed for Subnet {}
impl Indexed for TargetGroup {}
impl Indexed for TaskDefinition {}
impl Indexed for TaskDefinitionFamily {}
impl Indexed for TaskSet {}
impl Indexed for Vpc {}

/// Declares how each record is keyed.
macro_rules! keyed {
    ($($record:ident: $scope:expr, $id:expr;)*) => {
        $(impl Record for $record {
            const KIND: Kind = Kind::$record;

            fn scope(&self) -> Scope {
                let scope: fn(&$record) -> Scope = $scope;
                scope(self)
            }

            fn id(&self) -> String {
                let id: fn(&$record) -> String = $id;
                id(self)
            }
        })*
    };
}

keyed! {
    AccessKey: |_| AccessKey::scope(), |r| r.id.clone();
    AccountAlias: |_| AccountAlias::scope(), |r| r.alias.clone();
    AccountSetting: |r| r.scope.clone(), |r| format!("{}/{}", r.principal_arn, r.name);
    ClientToken: |r| r.scope.clone(), |r| format!("{}/{}", r.operation, r.token);
    Alarm: |r| r.scope.clone(), |r| r.name.clone();
    Cluster: |r| r.scope.clone(), |r| r.name.clone();
    CodeDeployApplication: |r| r.scope.clone(), |r| r.name.clone();
    CodeDeployConfig: |r| r.scope.clone(), |r| r.name.clone();
    CodeDeployDeployment: |r| r.scope.clone(), |r| r.id.clone();
    CodeDeployGroup: |r| r.scope.clone(), |r| format!("{}/{}", r.application, r.name);
    DefaultVpc: |r| r.scope.clone(), |_| DefaultVpc::ID.to_owned();
    Interface: |r| r.scope.clone(), |r| format!("{}/{}", r.vpc_id, r.address);
    KmsAlias: |r| r.scope.clone(), |r| r.name.clone();
    KmsKey: |r| r.scope.clone(), |r| r.id.clone();
    Listener: |r| r.scope.clone(), Listener::arn;
    LoadBalancer: |r| r.scope.clone(), |r| r.name.clone();
    Node: |_| Node::scope(), |r| r.id.clone();
    Parameter: |r| r.scope.clone(), |r| r.name.clone();
    Rule: |r| r.scope.clone(), Rule::arn;
    Secret: |r| r.scope.clone(), |r| r.name.clone();
    SecretValue: |r| r.scope.clone(), SecretValue::id;
    SecurityGroup: |r| r.scope.clone(), |r| r.id.clone();
    Service: |r| r.key.scope.clone(), |r| format!("{}/{}", r.key.cluster, r.key.name);
    ServiceDeployment: |r| r.service.scope.clone(),
        |r| format!("{}/{}/{}", r.service.cluster, r.service.name, r.id);
    ServiceRevision: |r| r.service.scope.clone(),
        |r| format!("{}/{}/{}", r.service.cluster, r.service.name, r.id);
    Subnet: |r| r.scope.clone(), |r| r.id.clone();
    Target: |r| r.scope.clone(), |r| format!("{}/{}:{}", r.target_group_arn, r.address, r.port);
    TargetGroup: |r| r.scope.clone(), |r| r.name.clone();
    Task: |r| r.key.scope.clone(), |r| format!("{}/{}", r.key.cluster, r.key.id);
    TaskSet: |r| r.service.scope.clone(),
        |r| format!("{}/{}/{}", r.service.cluster, r.service.name, r.id);
    TaskDefinition: |r| r.scope.clone(), |r| format!("{}:{:08}", r.family, r.revision);
    TaskDefinitionFamily: |r| r.scope.clone(), |r| r.name.clone();
    Vpc: |r| r.scope.clone(), |r| r.id.clone();
    ElasticIp: |r| r.scope.clone(), |r| r.allocation_id.clone();
    IamGroup: |r| iam_scope(&r.account), |r| r.name.to_ascii_lowercase();
    IamPolicy: |r| iam_scope(&r.account), |r| r.name.to_ascii_lowercase();
    IamRole: |r| iam_scope(&r.account), |r| r.name.to_ascii_lowercase();
    IamUser: |r| iam_scope(&r.account), |r| r.name.to_ascii_lowercase();
    InstanceProfile: |r| iam_scope(&r.account), |r| r.name.to_ascii_lowercase();
    InternetGateway: |r| r.scope.clone(), |r| r.id.clone();
    NatGateway: |r| r.scope.clone(), |r| r.id.clone();
    NetworkAcl: |r| r.scope.clone(), |r| r.id.clone();
    PrefixList: |r| r.scope.clone(), |r| r.id.clone();
    PublicAddress: |_| PublicRange::scope(), |r| r.address.to_string();
    PublicRange: |_| PublicRange::scope(), |_| PublicRange::ID.to_owned();
    RouteTable: |r| r.scope.clone(), |r| r.id.clone();
}

#[cfg(test)]
mod tests;
