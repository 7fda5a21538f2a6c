//! The planners against a small world: golden scripts, and the safety laws of every plan.

mod fixtures;
mod laws;
mod scripts;
mod world;
