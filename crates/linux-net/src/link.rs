//! The link of one task: a namespace, a veth into it, and a route each way.
//!
//! There is no bridge and no ARP: each end knows the other's hardware address from the start, so
//! the first packet of a new task goes out at once and nobody can claim another's address.
//!
//! INVARIANT: each step may be the last before a crash. The alias is written when all others are
//! done, so a half-made link is recognised, and taken away before it is made anew.

use std::{
    fs, io,
    net::Ipv4Addr,
    os::fd::AsFd,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    error::NetworkError,
    namespace,
    netlink::{
        LinkEvents, Netlink, Tolerate,
        messages::{self as message, LOOPBACK_INDEX, Link},
    },
    task::{Attachment, TaskNetwork, host_interface, host_mac, task_mac},
};

/// The next hop of every task. It is on no interface: the task's neighbour table names its MAC.
pub const NEXT_HOP: Ipv4Addr = Ipv4Addr::new(169, 254, 1, 1);

/// A link that is ready tells so within a second, even on a kernel that puts it off.
const LINK_EVENT_WAIT_MAX: Duration = Duration::from_secs(5);
/// Of the changes on the way there, there are two or three.
const LINK_EVENTS_MAX: usize = 16;

/// The name of a task's end of its link.
const TASK_INTERFACE: &str = "eth0";

/// Makes the task's namespace and link in the place of what is left of them; answers the
/// namespace's path.
pub(crate) fn attach(
    run_dir: &Path,
    task: &TaskNetwork,
    gateway: Ipv4Addr,
) -> Result<PathBuf, NetworkError> {
    let path = namespace::path_of(run_dir, &task.task_id);
    let mut host = Netlink::open()?;
    detach_with(&mut host, run_dir, &task.task_id)?;
    make(&mut host, &path, task, gateway)?;
    Ok(path)
}

/// What a task's link says of itself, and its namespace's path: both are there, or it is not whole.
pub(crate) fn find_attached(
    run_dir: &Path,
    task_id: &str,
) -> Result<(Option<Attachment>, Option<PathBuf>), NetworkError> {
    let link = find(&mut Netlink::open()?, &host_interface(task_id))?;
    let held = link.and_then(|link| Attachment::parse(link.alias.as_deref()?));
    let path = namespace::path_of(run_dir, task_id);
    let path = namespace::exists(&path).then_some(path);
    Ok((held, path))
}

/// Takes a task's link and namespace away, whole or half-made or already gone.
pub(crate) fn detach(run_dir: &Path, task_id: &str) -> Result<(), NetworkError> {
    detach_with(&mut Netlink::open()?, run_dir, task_id)
}

/// The links of tasks in this namespace, each with its attachment if it is whole.
pub(crate) fn list(host: &mut Netlink) -> Result<Vec<(Link, Option<Attachment>)>, NetworkError> {
    let links = host.dump("list interfaces", &message::link_list())?;
    let ours = links.into_iter().filter_map(Link::read).filter(|link| link.group == message::GROUP);
    Ok(ours
        .map(|link| {
            let attachment = link.alias.as_deref().and_then(Attachment::parse);
            (link, attachment)
        })
        .collect())
}

fn detach_with(host: &mut Netlink, run_dir: &Path, task_id: &str) -> Result<(), NetworkError> {
    // The link first: the address is gone even if a process keeps the namespace alive.
    if let Some(link) = find(host, &host_interface(task_id))? {
        remove(host, &link)?;
    }
    namespace::remove(&namespace::path_of(run_dir, task_id))
}

/// Takes away the host's end of a link, and by that the other end and all routes over it.
pub(crate) fn remove(host: &mut Netlink, link: &Link) -> Result<(), NetworkError> {
    let operation = format!("remove the interface `{}`", link.name);
    host.change(&operation, message::link_delete(link.index), Tolerate::Absent)
}

fn find(netlink: &mut Netlink, name: &str) -> Result<Option<Link>, NetworkError> {
    let found = netlink.get("look an interface up", message::link_query(name))?;
    Ok(found.and_then(Link::read))
}

fn require(netlink: &mut Netlink, name: &str) -> Result<Link, NetworkError> {
    find(netlink, name)?.ok_or_else(|| {
        let operation = format!("find the interface `{name}` just made");
        NetworkError::kernel(operation, io::ErrorKind::NotFound.into())
    })
}

fn make(
    host: &mut Netlink,
    path: &Path,
    task: &TaskNetwork,
    gateway: Ipv4Addr,
) -> Result<(), NetworkError> {
    let (task_namespace, (mut inside, events)) = namespace::create(path, prepare_inside)?;
    let host_name = host_interface(&task.task_id);
    let veth = message::Veth {
        host_name: &host_name,
        host_mac: host_mac(),
        task_name: TASK_INTERFACE,
        task_mac: task_mac(task),
        task_namespace: task_namespace.as_fd(),
        mtu: task.mtu,
    };
    host.change("make a link", message::veth_create(&veth), Tolerate::Nothing)?;
    configure_inside(&mut inside, task)?;

    let Link { index, .. } = require(host, &host_name)?;
    write_switch(&format!("ipv6/conf/{host_name}/disable_ipv6"), "1")?;
    // Answer no ARP: nobody needs to ask, and each question would cost the host a table entry.
    write_switch(&format!("ipv4/conf/{host_name}/arp_ignore"), "8")?;
    write_switch(&format!("ipv4/conf/{host_name}/forwarding"), "1")?;
    let mut change = |operation, request| host.change(operation, request, Tolerate::Nothing);
    change("raise a link", message::link_up(index))?;
    change("name a neighbour", message::neighbour_create(index, task.address, veth.task_mac))?;
    change("route to a task", message::task_route(index, task.address, gateway))?;
    await_operational(&mut inside, &events)?;
    host.change(
        "mark a link",
        message::link_alias(index, &Attachment::of(task).alias()),
        Tolerate::Nothing,
    )
}

/// Waits until the task's end sends. It was raised while its other end was still down, so the
/// kernel makes it ready later, at its leisure, and until then drops what is sent without a word:
/// a task's first packet would be lost, and its first connection a second late.
fn await_operational(inside: &mut Netlink, events: &LinkEvents) -> Result<(), NetworkError> {
    for _ in 0..LINK_EVENTS_MAX {
        if require(inside, TASK_INTERFACE)?.is_operational {
            return Ok(());
        }
        match events.wait(LINK_EVENT_WAIT_MAX) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                return Err(NetworkError::kernel("see a link come up", error));
            }
            _ => {}
        }
    }
    Err(NetworkError::kernel("see a link come up", io::ErrorKind::TimedOut.into()))
}

/// First work inside a new namespace; answers sockets that go on speaking for it.
fn prepare_inside() -> Result<(Netlink, LinkEvents), NetworkError> {
    // Interfaces that arrive later take this over. Loopback is there already and keeps `::1`.
    write_switch("ipv6/conf/default/disable_ipv6", "1")?;
    // Nothing else listens in here, so a container's user may serve any port, as under Docker.
    write_switch("ipv4/ip_unprivileged_port_start", "0")?;
    Ok((Netlink::open()?, LinkEvents::open()?))
}

fn configure_inside(inside: &mut Netlink, task: &TaskNetwork) -> Result<(), NetworkError> {
    let link = require(inside, TASK_INTERFACE)?;
    let mut change = |operation, request| inside.change(operation, request, Tolerate::Nothing);
    change("raise loopback", message::link_up(LOOPBACK_INDEX))?;
    for address in &task.local_addresses {
        change("add an address", message::address_create(LOOPBACK_INDEX, *address))?;
    }
    change("add an address", message::address_create(link.index, task.address))?;
    change("raise a link", message::link_up(link.index))?;
    change("name the next hop", message::neighbour_create(link.index, NEXT_HOP, host_mac()))?;
    change("route out of a task", message::default_route(link.index, NEXT_HOP))
}

/// Writes one of the namespace's switches under `/proc/sys/net`; a kernel without IPv6 has none
/// of its own.
pub(crate) fn write_switch(name: &str, value: &str) -> Result<(), NetworkError> {
    match fs::write(Path::new("/proc/sys/net").join(name), value) {
        Err(error) if name.starts_with("ipv6/") && error.kind() == io::ErrorKind::NotFound => {
            Ok(())
        }
        other => other.map_err(|error| NetworkError::kernel(format!("set `{name}`"), error)),
    }
}
