//! One request, read: what it is about, and what the engine is sent for it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use model::Scope;
use serde_json::{Map, Value};
use wire::{ApiError, not_implemented};

use crate::answer;
use crate::ask::{self, Ask};
use crate::keys::TableKeys;
use crate::members;
use crate::names::{is_table_name, table_name, tagged_table};
use crate::operation::{self, Operation, Subject};

/// A request whose members are all honoured, and whose tables are this scope's.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) scope: Scope,
    pub(crate) members: Map<String, Value>,
    /// Of the tables that the request names by ARN, the ARN.
    arns: BTreeMap<String, String>,
}

/// An operation that the engine does not have.
const BACKUPS: &str = "DescribeContinuousBackups";

impl Call {
    /// Reads a request for the operation of this name, which DynamoDB has.
    pub fn read(name: &str, body: &[u8], scope: &Scope) -> Result<Call, ApiError> {
        let operation = operation::find(name).ok_or_else(|| not_implemented("dynamodb", name))?;
        let members = members::read(operation, body)?;
        let mut call = Call { operation, scope: scope.clone(), members, arns: BTreeMap::new() };
        call.name_tables()?;
        Ok(call)
    }

    pub fn operation(&self) -> &'static str {
        self.operation.name
    }

    /// The tables that have to be there, and whose keys decide what is asked for.
    pub fn tables(&self) -> BTreeSet<String> {
        let mut tables = match self.operation.subject {
            Subject::AllTables | Subject::Table => BTreeSet::new(),
            Subject::Tagged => self.tagged_table().into_iter().collect(),
            Subject::Item
            | Subject::Search
            | Subject::BatchGet
            | Subject::BatchWrite
            | Subject::Transaction(_) => {
                let pieces = ask::pieces(self);
                pieces.into_iter().filter_map(|it| it.table).map(str::to_owned).collect()
            }
        };
        // The engine has words for a name that no table can have.
        tables.retain(|name| is_table_name(name));
        tables
    }

    /// What the caller must be allowed to do, with the keys of those tables that are there.
    pub fn asks(&self, keys: &BTreeMap<String, TableKeys>) -> Vec<Ask> {
        ask::asks(self, keys)
    }

    /// A new table says what it is to take, or that it is paid by request.
    fn check_capacity(&self) -> Result<(), ApiError> {
        let is_provisioned = self.operation.name == "CreateTable"
            && self.text("BillingMode") != Some("PAY_PER_REQUEST");
        if is_provisioned && !self.members.contains_key("ProvisionedThroughput") {
            return Err(ApiError::client("ValidationException", NO_CAPACITY));
        }
        Ok(())
    }

    /// Refuses what cannot be done on these tables. It is asked after the caller was authorized:
    /// the answer tells which tables there are.
    pub fn check(&self, keys: &BTreeMap<String, TableKeys>) -> Result<(), ApiError> {
        self.check_capacity()?;
        if self.tables().iter().any(|table| !keys.contains_key(table)) {
            // COMPAT: the word is spelt so.
            let message = match self.text("ResourceArn") {
                Some(arn) => format!("Requested resource not found: ResourcArn: {arn} not found"),
                None => "Requested resource not found".to_owned(),
            };
            return Err(ApiError::client("ResourceNotFoundException", message));
        }
        match self.operation.subject {
            Subject::Search => ask::check_search(self, keys),
            _ => Ok(()),
        }
    }

    /// What the engine is asked to do.
    pub fn sent_operation(&self) -> &'static str {
        match self.operation.name {
            BACKUPS => "DescribeTable",
            name => name,
        }
    }

    /// The body that the engine is sent.
    pub fn sent(&self) -> Bytes {
        Bytes::from(Value::Object(self.members.clone()).to_string())
    }

    /// The table whose keys may be others once this is done.
    pub fn changed_table(&self) -> Option<&str> {
        match self.operation.name {
            "CreateTable" | "DeleteTable" | "UpdateTable" => self.text("TableName"),
            _ => None,
        }
    }

    /// The engine's answer as the caller is to have it: with this scope's ARNs, and with tables
    /// called as the request calls them.
    pub fn answer(&self, status: u16, body: Bytes) -> Bytes {
        if self.operation.name == BACKUPS && status < 500 {
            return answer::backups(status, self.text("TableName").unwrap_or_default());
        }
        if status >= 400 {
            return answer::refusal(body, &self.scope);
        }
        match self.operation.subject {
            Subject::Table => answer::description(body, &self.scope),
            Subject::Item
            | Subject::Search
            | Subject::BatchGet
            | Subject::BatchWrite
            | Subject::Transaction(_) => answer::named(body, &self.arns),
            Subject::AllTables | Subject::Tagged => body,
        }
    }

    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member)?.as_str()
    }

    pub(crate) fn tagged_table(&self) -> Option<String> {
        tagged_table(self.text("ResourceArn")?, &self.scope).ok()
    }

    /// Has every table by its name, which is how the engine knows it.
    fn name_tables(&mut self) -> Result<(), ApiError> {
        let mut arns = BTreeMap::new();
        let scope = &self.scope;
        let mut name = |given: &mut Value| -> Result<(), ApiError> {
            let Value::String(text) = given else { return Ok(()) };
            let name = table_name(text, scope)?;
            if name != *text {
                arns.insert(name.clone(), std::mem::replace(text, name));
            }
            Ok(())
        };
        match self.operation.subject {
            Subject::AllTables => {}
            Subject::Tagged => {
                if let Some(Value::String(arn)) = self.members.get("ResourceArn") {
                    tagged_table(arn, scope)?;
                }
            }
            Subject::Table | Subject::Item | Subject::Search => {
                if let Some(given) = self.members.get_mut("TableName") {
                    name(given)?;
                }
            }
            Subject::BatchGet | Subject::BatchWrite => {
                if let Some(Value::Object(items)) = self.members.get_mut("RequestItems") {
                    *items = by_name(std::mem::take(items), name)?;
                }
            }
            Subject::Transaction(actions) => {
                let items = self.members.get_mut("TransactItems").and_then(Value::as_array_mut);
                for item in items.into_iter().flatten() {
                    for (member, _) in actions {
                        let given = item.get_mut(*member).and_then(|it| it.get_mut("TableName"));
                        given.map_or(Ok(()), &mut name)?;
                    }
                }
            }
        }
        self.arns = arns;
        Ok(())
    }
}

/// COMPAT: the sentence is DynamoDB's.
const NO_CAPACITY: &str = "One or more parameter values were invalid: ReadCapacityUnits and \
                           WriteCapacityUnits must both be specified when BillingMode is \
                           PROVISIONED";

fn by_name(
    items: Map<String, Value>,
    mut name: impl FnMut(&mut Value) -> Result<(), ApiError>,
) -> Result<Map<String, Value>, ApiError> {
    let mut named = Map::new();
    for (given, item) in items {
        let mut key = Value::String(given);
        name(&mut key)?;
        let Value::String(key) = key else { continue };
        if named.insert(key, item).is_some() {
            let message = "a table is named twice in `RequestItems`, by name and by ARN";
            return Err(ApiError::client("ValidationException", message));
        }
    }
    Ok(named)
}
