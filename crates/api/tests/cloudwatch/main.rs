//! CloudWatch alarms, called as the edge calls them, over a store in memory.

mod alarms;
mod refusals;
mod world;
