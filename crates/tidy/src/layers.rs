//! Which crate may know which: each `Cargo.toml` names its layer, and arrows go down only.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::tree::root;

/// From the bottom up. A crate may depend on its own layer and on those before it.
pub const LAYERS: &[&str] =
    &["vocabulary", "wire", "core", "state", "service", "adapter", "product", "tool"];

/// Layers that decide, and do nothing: no clock, no randomness, no input or output.
pub const PURE: &[&str] = &["vocabulary", "wire", "core"];

/// What a pure crate must not name itself.
const IMPURE: &[&str] = &["getrandom", "libc", "rand", "rustix", "tracing"];

/// What a pure crate must not have even by what it names: each brings threads and sockets.
const IMPURE_AT_ANY_DEPTH: &[&str] =
    &["hyper", "mio", "reqwest", "rusqlite", "rustls", "socket2", "tokio"];

/// Crates that may know the generated wire types: what is below them knows no protocol.
const WIRE_TYPES_USERS: &[&str] = &["api", "edge", "longshore"];

/// The workspace as cargo sees it for this host, without a network: the build has fetched
/// what is of the host, and nothing else.
pub fn metadata() -> Result<Metadata> {
    let options = ["--offline", "--filter-platform", "host-tuple"].map(str::to_owned);
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).other_options(options);
    command.exec().context("asking cargo for the workspace's crates")
}

/// The layer that the crate's `Cargo.toml` states, if it is one.
pub fn layer(package: &Package) -> Option<&'static str> {
    let stated = package.metadata.get("layer")?.as_str()?;
    LAYERS.iter().find(|layer| **layer == stated).copied()
}

/// Crates of the pure layers, by the folder that holds them: `crates/model/`.
pub fn pure_folders(metadata: &Metadata) -> Vec<String> {
    let packages = metadata.workspace_packages().into_iter();
    let pure = packages.filter(|package| layer(package).is_some_and(|one| PURE.contains(&one)));
    pure.map(|package| format!("crates/{}/", package.name)).collect()
}

/// Every arrow, name or folder that is not as it should be.
pub fn broken(metadata: &Metadata) -> Vec<String> {
    let mut found = Vec::new();
    let own: BTreeMap<&PackageId, &Package> =
        metadata.workspace_packages().into_iter().map(|package| (&package.id, package)).collect();
    for package in own.values() {
        let Some(above) = layer(package) else {
            found.push(format!("`{}` names no layer in its Cargo.toml", package.name));
            continue;
        };
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name());
        if folder != Some(package.name.as_str()) {
            found.push(format!("`{}` is not in the folder of its name", package.name));
        }
        for below in dependencies(metadata, &package.id).filter_map(|id| own.get(id)) {
            found.extend(arrow(package, above, below));
        }
        if PURE.contains(&above) {
            found.extend(impure(metadata, package));
        }
    }
    found
}

fn arrow(package: &Package, above: &str, below: &Package) -> Option<String> {
    let height = |layer: &str| LAYERS.iter().position(|one| *one == layer);
    let lower = layer(below)?;
    if height(lower) > height(above) {
        return Some(format!(
            "`{}` ({above}) depends on `{}` ({lower}), which is above it",
            package.name, below.name
        ));
    }
    let may = above == "tool" || WIRE_TYPES_USERS.contains(&package.name.as_str());
    (below.name.as_str() == "aws-api" && !may)
        .then(|| format!("`{}` must not know the wire types of `aws-api`", package.name))
}

/// What a program built from the crate would hold: not what its tests or its build script use.
fn dependencies<'a>(
    metadata: &'a Metadata,
    id: &'a PackageId,
) -> impl Iterator<Item = &'a PackageId> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let node = nodes.into_iter().find(move |node| node.id == *id);
    node.into_iter().flat_map(|node| &node.deps).filter_map(|dependency| {
        let mut kinds = dependency.dep_kinds.iter();
        kinds.any(|kind| kind.kind == DependencyKind::Normal).then_some(&dependency.pkg)
    })
}

fn impure(metadata: &Metadata, package: &Package) -> Vec<String> {
    let mut seen = BTreeSet::from([&package.id]);
    let mut waiting = vec![&package.id];
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        for below in
            dependencies(metadata, id).filter(|below| seen.insert(below)).collect::<Vec<_>>()
        {
            waiting.push(below);
            let name = metadata[below].name.as_str();
            let direct = *id == package.id;
            if IMPURE_AT_ANY_DEPTH.contains(&name) || (direct && IMPURE.contains(&name)) {
                let (from, to) = (&metadata[id].name, &metadata[below].name);
                found.push(format!("`{}` is pure, and has `{to}` by `{from}`", package.name));
            }
        }
    }
    found
}
