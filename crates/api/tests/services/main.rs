//! The operations on services, over a store, with the planners run by hand.

mod code_deploy;
mod deployments;
mod lifecycle;
mod protection;
mod refusals;
mod task_set_refusals;
mod task_sets;
mod world;
