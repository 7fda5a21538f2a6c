//! The partition keys of a table and of its indexes, as the engine describes them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Which attributes a policy's `dynamodb:LeadingKeys` is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableKeys {
    hash: String,
    /// By index.
    indexes: BTreeMap<String, String>,
}

impl TableKeys {
    /// Reads `DescribeTable`'s answer; `None` where it is not one.
    pub fn read(answer: &Value) -> Option<TableKeys> {
        let table = &answer["Table"];
        let hash = hash_of(table)?;
        let all = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].into_iter();
        let lists = all.filter_map(|list| table[list].as_array()).flatten();
        let indexes = lists.filter_map(|index| {
            let name = index["IndexName"].as_str()?;
            Some((name.to_owned(), hash_of(index)?))
        });
        Some(TableKeys { hash, indexes: indexes.collect() })
    }

    /// Of the index, or of the table itself; `None` where there is no such index.
    pub(crate) fn of(&self, index: Option<&str>) -> Option<&str> {
        match index {
            None => Some(&self.hash),
            Some(index) => self.indexes.get(index).map(String::as_str),
        }
    }
}

/// A key of several attributes begins with this one.
fn hash_of(description: &Value) -> Option<String> {
    let elements = description["KeySchema"].as_array()?;
    let hash = elements.iter().find(|element| element["KeyType"] == "HASH")?;
    hash["AttributeName"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_and_its_indexes_have_keys() {
        let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
        let index =
            |name: &str, hash| json!({ "IndexName": name, "KeySchema": [key(hash, "HASH")] });
        let answer = json!({ "Table": {
            "KeySchema": [key("at", "RANGE"), key("id", "HASH")],
            "GlobalSecondaryIndexes": [index("by_user", "user")],
            "LocalSecondaryIndexes": [index("by_size", "id")],
        }});
        let keys = TableKeys::read(&answer).expect("it is a description");
        assert_eq!(keys.of(None), Some("id"));
        assert_eq!(keys.of(Some("by_user")), Some("user"));
        assert_eq!(keys.of(Some("by_size")), Some("id"));
        assert_eq!(keys.of(Some("by_name")), None);
        assert_eq!(TableKeys::read(&json!({ "message": "no" })), None);
    }
}
