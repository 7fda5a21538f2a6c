//! Amazon EC2 networking: the trait's methods, each in a file of its own.

use aws_api::ec2::Ec2;

use crate::{Api, Caller};

impl Ec2 for Api {
    type Context = Caller;
}
