//! The node role: this host's tasks, their network and their images.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use images::{ImageStore, Limits};
use linux_net::dns::{DnsConfig, DnsServer, upstreams_of};
use linux_net::{
    DeniedLog, DeniedPacket, DeniedPackets, GATEWAY_ADDRESS, GatewayService, Ipv4Range, Network,
    NetworkConfig,
};
use model::Cidr;
use model::session::{NodeFacts, SESSION_VERSION};
use node::{Node, NodeConfig};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ready;
use crate::config::{Config, Paths};
use crate::host::RealHost;
use crate::image_service::ImageService;
use crate::node_key;
use crate::registry_config::RegistryConfig;

/// COMPAT: the port of DNS.
const DNS_PORT: u16 = 53;

/// The node of `up`; in a cluster every host has its own.
const NODE_ID: &str = "local";

pub(crate) async fn run(config: Config, stop: CancellationToken) -> Result<()> {
    let paths = config.paths()?;
    let images = ImageStore::open(&paths.images(), Limits::default())
        .context("the image store cannot be opened")?;
    let tracker = TaskTracker::new();
    let denied = log_denied(&tracker);
    let network = Arc::new(open_network(&config, &paths, denied).await?);
    let names = start_dns(&network, &tracker).await?;
    let listener = link::Listener::bind(&paths.node_socket())?;
    let key = node_key::read(&paths.node_key())?;
    let node_config = NodeConfig {
        facts: NodeFacts {
            version: SESSION_VERSION,
            id: NODE_ID.to_owned(),
            availability_zones: Vec::new(),
            cpu_units: config.cpu_units,
            memory_mib: config.memory_mib,
            cpu_architecture: cpu_architecture().to_owned(),
            host_ranges: host_ranges(&network).await?,
        },
        key: key.clone(),
        control_socket: paths.control_socket(),
        data_dir: paths.node_journal(),
    };
    let executable = std::env::current_exe().context("this program's path is not known")?;
    let (insecure_registries, credentials) = (
        config.insecure_registries.clone(),
        RegistryConfig::new(config.registry_credentials.clone()),
    );
    let host = RealHost::new(
        (config, paths),
        images.clone(),
        (network, names),
        (executable, (NODE_ID.to_owned(), key)),
    );
    let node = Node::open(host, node_config).await.context("the journal cannot be read")?;
    let collection = node.image_collection();
    let service = ImageService { images, insecure_registries, credentials, collection };
    tracker.spawn(service.serve(listener));
    ready::announce();
    node.run(stop).await;
    Ok(())
}

/// Logs some of the packets that are denied, where the kernel hands them over.
fn log_denied(tracker: &TaskTracker) -> DeniedPackets {
    let log = match DeniedLog::open() {
        Ok(log) => log,
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "denied packets are counted, but not logged");
            return DeniedPackets::Counted;
        }
    };
    tracker.spawn(async move {
        loop {
            match log.next().await {
                Ok(packets) => packets.iter().for_each(tell_denied),
                Err(error) => {
                    tracing::error!(%error, "denied packets are no longer logged");
                    return;
                }
            }
        }
    });
    DeniedPackets::Logged
}

fn tell_denied(packet: &DeniedPacket) {
    let DeniedPacket { source, destination, protocol, port } = packet;
    tracing::info!(%source, %destination, protocol, port, "a packet was denied");
}

async fn open_network(config: &Config, paths: &Paths, denied: DeniedPackets) -> Result<Network> {
    let range: Ipv4Range = config.vpc_cidr.to_string().parse()?;
    let network = NetworkConfig {
        run_dir: paths.run_dir.clone(),
        vpc_ranges: vec![range],
        public_range: Some(config.public_cidr.to_string().parse()?),
        gateway_address: GATEWAY_ADDRESS,
        gateway_services: vec![
            GatewayService::Tcp(DNS_PORT),
            GatewayService::Udp(DNS_PORT),
            GatewayService::Tcp(config.listen.port()),
        ],
        denied,
    };
    Network::open(network).await.context(
        "the network cannot be set up; where a range overlaps a route of this host, \
         `--vpc-cidr` picks another",
    )
}

/// What no VPC may cover, in the model's terms.
async fn host_ranges(network: &Network) -> Result<Vec<Cidr>> {
    let ranges = network.host_ranges().await.context("the host's routes cannot be read")?;
    Ok(ranges.into_iter().filter_map(|one| Cidr::new(one.address(), one.prefix())).collect())
}

async fn start_dns(network: &Network, tracker: &TaskTracker) -> Result<linux_net::dns::DnsHandle> {
    let own = network.gateway_address();
    let resolv_conf = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let config = DnsConfig {
        address: (own, DNS_PORT).into(),
        upstreams: upstreams_of(&resolv_conf, own.into()),
    };
    let (server, handle) = DnsServer::bind(config).await.context("DNS cannot be served")?;
    tracker.spawn(async move {
        let error = server.run().await;
        tracing::error!(%error, "DNS is no longer served");
    });
    Ok(handle)
}

/// In the words of the ECS API.
const fn cpu_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "ARM64" } else { "X86_64" }
}
