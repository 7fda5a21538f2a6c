//! AWS `CodeDeploy`: its operations are known, checked and refused by name; none is written yet.

use aws_api::codedeploy::CodeDeploy;

use crate::{Api, Caller};

impl CodeDeploy for Api {
    type Context = Caller;
}
