//! Load balancing, networks, identities and logs, called as the edge calls them, over a store in
//! memory.

mod ec2;
mod identities;
mod listeners;
mod load_balancers;
mod logs;
mod refusals;
mod security_groups;
mod target_groups;
mod targets;
mod vpcs;
mod world;
