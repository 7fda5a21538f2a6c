//! Amazon CloudWatch Logs: the trait's methods, each in a file of its own.

use aws_api::logs::Logs;

use crate::{Api, Caller};

impl Logs for Api {
    type Context = Caller;
}
