//! Elastic Load Balancing: the trait's methods, each in a file of its own.

use aws_api::elbv2::Elbv2;

use crate::{Api, Caller};

impl Elbv2 for Api {
    type Context = Caller;
}
