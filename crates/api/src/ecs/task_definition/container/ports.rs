//! Port mappings: with an interface of its own, a task's ports are the containers'.

use aws_api::ecs::{self, errors};
use model::{PortMapping, TransportProtocol};
use wire::ApiError;

use crate::ecs::unsupported;
use crate::refuse::refuse_given;

pub(super) fn convert(given: Option<&[ecs::PortMapping]>) -> Result<Vec<PortMapping>, ApiError> {
    let mut mappings: Vec<PortMapping> = Vec::new();
    for mapping in given.unwrap_or_default() {
        let mapping = convert_one(mapping)?;
        if mappings.contains(&mapping) {
            return Err(errors::client_exception(format!(
                "The container port {} is mapped more than once.",
                mapping.container_port
            )));
        }
        mappings.push(mapping);
    }
    Ok(mappings)
}

pub(super) fn render(mapping: PortMapping) -> ecs::PortMapping {
    ecs::PortMapping {
        container_port: Some(i32::from(mapping.container_port)),
        host_port: Some(i32::from(mapping.host_port)),
        protocol: Some(match mapping.protocol {
            TransportProtocol::Tcp => ecs::TransportProtocol::Tcp,
            TransportProtocol::Udp => ecs::TransportProtocol::Udp,
        }),
        ..ecs::PortMapping::default()
    }
}

fn convert_one(given: &ecs::PortMapping) -> Result<PortMapping, ApiError> {
    refuse_given(
        &[
            ("portMappings.name", given.name.as_ref().is_some_and(|name| !name.is_empty())),
            ("portMappings.appProtocol", given.app_protocol.is_some()),
            ("portMappings.containerPortRange", given.container_port_range.is_some()),
        ],
        unsupported,
    )?;
    let container_port = given
        .container_port
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| *port > 0)
        .ok_or_else(|| {
            errors::client_exception("The container port must be between 1 and 65535.")
        })?;
    match given.host_port {
        None | Some(0) => {}
        Some(port) if port == i32::from(container_port) => {}
        Some(_) => {
            return Err(errors::client_exception(
                "When networkMode=awsvpc, the host ports and container ports in port mappings \
                 must match.",
            ));
        }
    }
    let protocol = match given.protocol {
        None | Some(ecs::TransportProtocol::Tcp) => TransportProtocol::Tcp,
        Some(ecs::TransportProtocol::Udp) => TransportProtocol::Udp,
    };
    Ok(PortMapping { container_port, host_port: container_port, protocol })
}
