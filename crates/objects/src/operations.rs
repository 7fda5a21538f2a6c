//! What is served of S3: for each operation, who may ask for it and what becomes of each member of
//! its input.
//!
//! One table decides on what a request may carry, is the page of `docs/coverage/`, and is compared
//! with AWS's model by the system tests.
//!
//! INVARIANT: a member is honoured, or refused by name; and what the table has no row for is
//! refused as well.

mod bucket;
mod object;
mod upload;

use std::fmt::Write as _;

/// An operation that is served.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Parameters that are no members: they tell this operation from others.
    pub(crate) selectors: &'static [&'static str],
    pub(crate) permissions: &'static [Permission],
    pub(crate) members: &'static [Member],
}

/// What whoever asks has to be allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permission {
    pub(crate) action: &'static str,
    pub(crate) on: On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// No bucket that is there.
    Account,
    Bucket,
    Object,
    /// What a copy is made of.
    Source,
    /// Each key that the body names: the operation asks for one after the other.
    Keys,
}

/// A member of an operation's input, by the name that AWS's model has for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In lower case.
    Header(&'static str),
    Query(&'static str),
    /// In the path, in the body, or in headers of a common prefix.
    Inner,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    Honoured,
    /// These values, which say what is so anyway; any other is refused.
    Only(&'static [&'static str]),
    Refused,
}

const fn header(name: &'static str, header: &'static str) -> Member {
    Member { name, place: Place::Header(header), rule: Rule::Honoured }
}

const fn query(name: &'static str, parameter: &'static str) -> Member {
    Member { name, place: Place::Query(parameter), rule: Rule::Honoured }
}

const fn inner(name: &'static str) -> Member {
    Member { name, place: Place::Inner, rule: Rule::Honoured }
}

impl Member {
    const fn only(self, values: &'static [&'static str]) -> Member {
        Member { rule: Rule::Only(values), ..self }
    }

    const fn refused(self) -> Member {
        Member { rule: Rule::Refused, ..self }
    }
}

const fn on_account(action: &'static str) -> Permission {
    Permission { action, on: On::Account }
}

const fn on_bucket(action: &'static str) -> Permission {
    Permission { action, on: On::Bucket }
}

const fn on_object(action: &'static str) -> Permission {
    Permission { action, on: On::Object }
}

const FROM_SOURCE: Permission = Permission { action: "s3:GetObject", on: On::Source };
const PUT_OBJECT: Permission = on_object("s3:PutObject");

/// In the order of their names.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AbortMultipartUpload",
        selectors: &[],
        permissions: &[on_object("s3:AbortMultipartUpload")],
        members: upload::ABORT_MULTIPART_UPLOAD,
    },
    Operation {
        name: "CompleteMultipartUpload",
        selectors: &[],
        permissions: &[PUT_OBJECT],
        members: upload::COMPLETE_MULTIPART_UPLOAD,
    },
    Operation {
        name: "CopyObject",
        selectors: &[],
        permissions: &[PUT_OBJECT, FROM_SOURCE],
        members: object::COPY_OBJECT,
    },
    Operation {
        name: "CreateBucket",
        selectors: &[],
        permissions: &[on_account("s3:CreateBucket")],
        members: bucket::CREATE_BUCKET,
    },
    Operation {
        name: "CreateMultipartUpload",
        selectors: &["uploads"],
        permissions: &[PUT_OBJECT],
        members: upload::CREATE_MULTIPART_UPLOAD,
    },
    Operation {
        name: "DeleteBucket",
        selectors: &[],
        permissions: &[on_bucket("s3:DeleteBucket")],
        members: bucket::DELETE_BUCKET,
    },
    Operation {
        name: "DeleteBucketPolicy",
        selectors: &["policy"],
        permissions: &[on_bucket("s3:DeleteBucketPolicy")],
        members: bucket::DELETE_BUCKET_POLICY,
    },
    Operation {
        name: "DeleteObject",
        selectors: &[],
        permissions: &[on_object("s3:DeleteObject")],
        members: object::DELETE_OBJECT,
    },
    Operation {
        name: "DeleteObjects",
        selectors: &["delete"],
        permissions: &[Permission { action: "s3:DeleteObject", on: On::Keys }],
        members: object::DELETE_OBJECTS,
    },
    Operation {
        name: "GetBucketLocation",
        selectors: &["location"],
        permissions: &[on_bucket("s3:GetBucketLocation")],
        members: bucket::GET_BUCKET_LOCATION,
    },
    Operation {
        name: "GetBucketPolicy",
        selectors: &["policy"],
        permissions: &[on_bucket("s3:GetBucketPolicy")],
        members: bucket::GET_BUCKET_POLICY,
    },
    Operation {
        name: "GetObject",
        selectors: &[],
        permissions: &[on_object("s3:GetObject")],
        members: object::GET_OBJECT,
    },
    Operation {
        name: "HeadBucket",
        selectors: &[],
        permissions: &[on_bucket("s3:ListBucket")],
        members: bucket::HEAD_BUCKET,
    },
    Operation {
        name: "HeadObject",
        selectors: &[],
        permissions: &[on_object("s3:GetObject")],
        members: object::HEAD_OBJECT,
    },
    Operation {
        name: "ListBuckets",
        selectors: &[],
        permissions: &[on_account("s3:ListAllMyBuckets")],
        members: bucket::LIST_BUCKETS,
    },
    Operation {
        name: "ListMultipartUploads",
        selectors: &["uploads"],
        permissions: &[on_bucket("s3:ListBucketMultipartUploads")],
        members: bucket::LIST_MULTIPART_UPLOADS,
    },
    Operation {
        name: "ListObjects",
        selectors: &[],
        permissions: &[on_bucket("s3:ListBucket")],
        members: bucket::LIST_OBJECTS,
    },
    Operation {
        name: "ListObjectsV2",
        selectors: &["list-type"],
        permissions: &[on_bucket("s3:ListBucket")],
        members: bucket::LIST_OBJECTS_V2,
    },
    Operation {
        name: "ListParts",
        selectors: &[],
        permissions: &[on_object("s3:ListMultipartUploadParts")],
        members: upload::LIST_PARTS,
    },
    Operation {
        name: "PutBucketPolicy",
        selectors: &["policy"],
        permissions: &[on_bucket("s3:PutBucketPolicy")],
        members: bucket::PUT_BUCKET_POLICY,
    },
    Operation {
        name: "PutObject",
        selectors: &[],
        permissions: &[PUT_OBJECT],
        members: object::PUT_OBJECT,
    },
    Operation {
        name: "UploadPart",
        selectors: &[],
        permissions: &[PUT_OBJECT],
        members: upload::UPLOAD_PART,
    },
    Operation {
        name: "UploadPartCopy",
        selectors: &[],
        permissions: &[PUT_OBJECT, FROM_SOURCE],
        members: upload::UPLOAD_PART_COPY,
    },
];

pub(crate) fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|one| one.name == name)
}

impl Operation {
    /// Whether its body is a document, whose own checksum is checked before it is read.
    pub(crate) fn has_document(&self) -> bool {
        ["CreateBucket", "DeleteObjects", "PutBucketPolicy"].contains(&self.name)
    }
}

/// The page that says what is served, written from the table.
pub fn coverage() -> String {
    let mut page = format!(
        "# Coverage of `s3`\n\n\
         Written by `UPDATE_EXPECT=1 cargo test -p objects`; not to be edited.\n\n\
         **{} operations are served.** Any other answers `NotImplemented` (HTTP 501), named in the \
         message, and so does a member that is refused, a value that is not listed, a header \
         `x-amz-*` and a parameter that no member is sent by.\n",
        OPERATIONS.len()
    );
    for one in OPERATIONS {
        let actions: Vec<String> =
            one.permissions.iter().map(|it| format!("`{}`", it.action)).collect();
        let _ = write!(page, "\n## {}\n\nAsks for {}.\n\n", one.name, actions.join(" and "));
        page.push_str("| member | |\n|---|---|\n");
        for member in one.members {
            let rule = match member.rule {
                Rule::Honoured => "honoured".to_owned(),
                Rule::Refused => "refused".to_owned(),
                Rule::Only(values) => format!("only `{}`", values.join("`, `")),
            };
            let _ = writeln!(page, "| {} | {rule} |", member.name);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_page_is_written_from_the_table() {
        expect_test::expect_file!["../../../docs/coverage/s3.md"].assert_eq(&coverage());
    }

    #[test]
    fn each_operation_asks_for_an_action_and_has_each_member_once() {
        for one in OPERATIONS {
            assert!(!one.permissions.is_empty(), "{} asks for nothing", one.name);
            for permission in one.permissions {
                assert!(permission.action.starts_with("s3:"), "{}", one.name);
            }
            let names: BTreeSet<&str> = one.members.iter().map(|member| member.name).collect();
            assert_eq!(names.len(), one.members.len(), "{}", one.name);
        }
        assert!(OPERATIONS.is_sorted_by(|one, other| one.name < other.name));
    }

    #[test]
    fn each_method_that_is_served_has_its_row() {
        let source = include_str!("s3.rs");
        let methods: BTreeSet<String> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("async fn "))
            .filter_map(|rest| rest.split('(').next())
            .map(|name| name.replace('_', ""))
            .collect();
        let rows: BTreeSet<String> =
            OPERATIONS.iter().map(|one| one.name.to_ascii_lowercase()).collect();
        assert_eq!(methods, rows);
    }
}
