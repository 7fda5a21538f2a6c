//! The planners against a small world: golden scripts, and the safety laws of every plan.

mod fixtures;
mod laws;
mod rotation;
mod scripts;
mod world;
