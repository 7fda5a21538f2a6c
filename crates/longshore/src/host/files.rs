//! The files that a container is given by its host, and small helpers for paths.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use linux_net::dns::{HostsFile, ResolverFile};
use model::session::{AssignedContainer, Assignment};
use oci_runtime::{BindMount, MountAccess};

/// COMPAT: Fargate's host names, `ip-172-31-5-7.ec2.internal`; outside of us-east-1 the domain
/// is `REGION.compute.internal` ("DNS attributes for your VPC").
pub(super) fn hostname(assignment: &Assignment, container: &AssignedContainer) -> String {
    let own = container.definition.hostname.clone();
    own.unwrap_or_else(|| match &assignment.spec.interface {
        Some(interface) => {
            let [a, b, c, d] = interface.address.octets();
            let domain = match assignment.task.scope.region.as_ref() {
                "us-east-1" => "ec2.internal".to_owned(),
                region => format!("{region}.compute.internal"),
            };
            format!("ip-{a}-{b}-{c}-{d}.{domain}")
        }
        None => assignment.task.id.clone(),
    })
}

/// Writes `/etc/resolv.conf`, `/etc/hosts` and `/etc/hostname` for one container, and
/// says how they are mounted.
pub(super) fn write(
    folder: &Path,
    assignment: &Assignment,
    container: &AssignedContainer,
    resolver: Ipv4Addr,
) -> io::Result<Vec<BindMount>> {
    std::fs::create_dir_all(folder)?;
    let hostname = hostname(assignment, container);
    let extra: BTreeMap<String, IpAddr> = container
        .definition
        .extra_hosts
        .iter()
        .filter_map(|host| Some((host.hostname.clone(), host.ip_address.parse().ok()?)))
        .collect();
    let address = assignment.spec.interface.as_ref().map_or(Ipv4Addr::LOCALHOST, |own| own.address);
    let resolver = ResolverFile { servers: vec![resolver.into()], ..ResolverFile::default() };
    let hosts = HostsFile { hostname: hostname.clone(), address, extra };
    let texts = [
        ("resolv.conf", resolver.text()),
        ("hosts", hosts.text()),
        ("hostname", format!("{hostname}\n")),
    ];
    let mut mounts = Vec::new();
    for (name, text) in texts {
        let source = folder.join(name);
        std::fs::write(&source, text)?;
        let destination = format!("/etc/{name}");
        mounts.push(BindMount { source, destination, access: MountAccess::ReadWrite });
    }
    Ok(mounts)
}

/// Six bytes of `02:00:00:00:00:01`.
pub(super) fn mac(text: &str) -> Option<[u8; 6]> {
    let bytes: Vec<u8> =
        text.split(':').map(|part| u8::from_str_radix(part, 16)).collect::<Result<_, _>>().ok()?;
    bytes.try_into().ok()
}

/// Removes a directory and all in it; one that is not there is removed already.
pub(super) async fn remove_dir(path: PathBuf) -> io::Result<()> {
    match tokio::fs::remove_dir_all(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardware_address_has_six_bytes() {
        assert_eq!(mac("02:00:0a:ff:00:01"), Some([2, 0, 10, 255, 0, 1]));
        assert_eq!(mac("02:00:0a:ff:00"), None);
        assert_eq!(mac("02:00:0a:ff:00:xx"), None);
    }
}
