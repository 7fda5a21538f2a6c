//! The places that questions name: whose interfaces they are.

use std::net::Ipv4Addr;

use model::packet_rules::HOST_ADDRESS;
use model::{
    Arn, Entry, Interface, InterfaceOwner, Scope, ServiceKey, ServiceStatus, Snapshot, TaskKey,
};

/// What of a question is not understood, or cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    #[error(
        "`{text}` is no address, id or ARN, and no task, service, load balancer or security \
         group of region {region} has that name"
    )]
    UnknownPlace { text: String, region: String },
    #[error("`{text}` may be {}: say which", .candidates.join(" or "))]
    AmbiguousPlace { text: String, candidates: Vec<String> },
    #[error("{place} has no network interface at the moment")]
    EmptyPlace { place: String },
    #[error("`{0}` is no port: it is like `443`, `443/tcp`, `53/udp` or `icmp`")]
    Port(String),
    #[error("`{from}` and `{to}` are both outside of every VPC: nothing here decides on that")]
    Outside { from: Ipv4Addr, to: Ipv4Addr },
    #[error("these are {pairs} pairs of interfaces, and {max} are looked at: name fewer")]
    TooMany { pairs: usize, max: usize },
}

/// The word for the host's own address.
const HOST: &str = "host";

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Task(TaskKey),
    Service(ServiceKey),
    LoadBalancer {
        name: String,
        arn: String,
    },
    /// By id.
    Group(String),
    /// By id.
    Interface(String),
}

/// The addresses of a place that a question names.
pub(crate) fn addresses(
    snapshot: &Snapshot,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Ipv4Addr>, QuestionError> {
    if text == HOST {
        return Ok(vec![HOST_ADDRESS]);
    }
    if let Ok(address) = text.parse() {
        return Ok(vec![address]);
    }
    let arn = Arn::parse(text);
    let scope = arn.as_ref().map_or(scope, |arn| &arn.scope);
    let mut found = find(snapshot, scope, text);
    let place = match (found.pop(), found.is_empty()) {
        (Some(place), true) => place,
        (None, _) => {
            let (text, region) = (text.to_owned(), scope.region.clone());
            return Err(QuestionError::UnknownPlace { text, region });
        }
        (Some(last), false) => {
            let all = found.iter().chain([&last]);
            let candidates = all.map(|place| format!("`{}`", place.name())).collect();
            return Err(QuestionError::AmbiguousPlace { text: text.to_owned(), candidates });
        }
    };
    let interfaces = snapshot.interfaces.list(scope);
    let has = interfaces.filter(|interface| place.has(snapshot, interface));
    let addresses: Vec<Ipv4Addr> = has.map(|interface| interface.address).collect();
    if addresses.is_empty() {
        return Err(QuestionError::EmptyPlace { place: place.name() });
    }
    Ok(addresses)
}

/// All places that a text can mean, which may begin with the kind that is meant.
fn find(snapshot: &Snapshot, scope: &Scope, text: &str) -> Vec<Place> {
    let (kind, name) = match text.split_once(':') {
        Some((kind @ ("task" | "service" | "load-balancer" | "group"), name)) => (Some(kind), name),
        Some(_) | None => (None, text),
    };
    let is_asked = |one: &str| kind.is_none_or(|kind| kind == one);
    let arn = Arn::parse(text);
    let id_of = |kind: &str| arn.as_ref().and_then(|arn| arn.resource_id(kind)).unwrap_or(name);
    let mut found = Vec::new();
    if is_asked("task") {
        let tasks = snapshot.tasks.list(scope);
        let named = tasks.filter(|task| task.key.id == name || task.arn() == name);
        found.extend(named.map(|task| Place::Task(task.key.clone())));
    }
    if is_asked("service") {
        let services = snapshot.services.list(scope);
        let there = services.filter(|service| service.status != ServiceStatus::Inactive);
        let keys = there.map(|service| &service.key);
        found.extend(keys.filter(|key| is_service(key, name)).cloned().map(Place::Service));
    }
    if is_asked("load-balancer") {
        let all = snapshot.load_balancers.list(scope);
        let named = all.filter(|one| one.name == name || one.arn() == name);
        let place = |name: &String, arn| Place::LoadBalancer { name: name.clone(), arn };
        found.extend(named.map(|one| place(&one.name, one.arn())));
    }
    if is_asked("group") {
        let id = id_of("security-group");
        let all = snapshot.security_groups.list(scope);
        let named = all.filter(|group| group.id == id || group.name == name);
        found.extend(named.map(|group| Place::Group(group.id.clone())));
    }
    if kind.is_none() {
        let id = id_of("network-interface");
        let named = snapshot.interfaces.list(scope).filter(|interface| interface.id == id);
        found.extend(named.map(|interface| Place::Interface(interface.id.clone())));
    }
    found
}

/// By its name, by cluster and name, or by its ARN.
fn is_service(key: &ServiceKey, name: &str) -> bool {
    let in_cluster = name
        .split_once('/')
        .is_some_and(|(cluster, name)| key.cluster == cluster && key.name == name);
    key.name == name || in_cluster || key.arn() == name
}

impl Place {
    /// In the form that means it and nothing else.
    fn name(&self) -> String {
        match self {
            Place::Task(key) => format!("task:{}", key.id),
            Place::Service(key) => format!("service:{}/{}", key.cluster, key.name),
            Place::LoadBalancer { name, .. } => format!("load-balancer:{name}"),
            Place::Group(id) | Place::Interface(id) => id.clone(),
        }
    }

    fn has(&self, snapshot: &Snapshot, interface: &Interface) -> bool {
        match (self, &interface.owner) {
            (Place::Group(id), _) => interface.security_group_ids.contains(id),
            (Place::Interface(id), _) => interface.id == *id,
            (Place::Task(key), InterfaceOwner::Task(owner)) => owner == key,
            (Place::Service(key), InterfaceOwner::Task(owner)) => {
                let service = snapshot.task(owner).and_then(|task| task.service.as_ref());
                let is_named = service.is_some_and(|service| service.name == key.name);
                is_named && (&owner.scope, &owner.cluster) == (&key.scope, &key.cluster)
            }
            (Place::LoadBalancer { arn, .. }, InterfaceOwner::LoadBalancer { arn: owner }) => {
                owner == arn
            }
            (Place::Task(_) | Place::Service(_) | Place::LoadBalancer { .. }, _) => false,
        }
    }
}

/// An address, and whose it is.
pub(crate) fn label(snapshot: &Snapshot, address: Ipv4Addr) -> String {
    if address == HOST_ADDRESS {
        return format!("the host ({address})");
    }
    let interface = snapshot.interfaces.all().find(|one| one.address == address);
    match interface {
        Some(interface) => format!("{} ({address})", owner(snapshot, interface)),
        None => address.to_string(),
    }
}

fn owner(snapshot: &Snapshot, interface: &Entry<Interface>) -> String {
    match &interface.owner {
        InterfaceOwner::Task(key) => {
            let group = snapshot.task(key).map(|task| format!(" of {}", task.group));
            format!("task {}{}", key.id, group.unwrap_or_default())
        }
        InterfaceOwner::LoadBalancer { arn } => {
            let mut all = snapshot.load_balancers.list(&interface.scope);
            let name = all.find(|one| one.arn() == *arn).map(|one| one.name.clone());
            format!("load balancer {}", name.as_deref().unwrap_or(arn))
        }
        InterfaceOwner::NatGateway { id } => format!("NAT gateway {id}"),
        InterfaceOwner::User => format!("interface {}", interface.id),
    }
}
