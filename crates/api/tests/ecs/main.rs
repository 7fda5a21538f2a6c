//! The operations, called as the edge calls them: JSON in, JSON out, over a store in memory.

mod clusters;
mod environment_files;
mod settings;
mod task_definitions;
mod tasks;
mod world;
