//! Members of inputs: of buckets, and what is listed in them.

use super::{Member, header, inner, query};

pub(super) const LIST_BUCKETS: &[Member] = &[
    query("BucketRegion", "bucket-region"),
    query("ContinuationToken", "continuation-token"),
    query("MaxBuckets", "max-buckets"),
    query("Prefix", "prefix"),
];

pub(super) const CREATE_BUCKET: &[Member] = &[
    header("ACL", "x-amz-acl").only(&["private"]),
    inner("Bucket"),
    header("BucketNamespace", "x-amz-bucket-namespace").only(&["global"]),
    inner("CreateBucketConfiguration"),
    header("GrantFullControl", "x-amz-grant-full-control").refused(),
    header("GrantRead", "x-amz-grant-read").refused(),
    header("GrantReadACP", "x-amz-grant-read-acp").refused(),
    header("GrantWrite", "x-amz-grant-write").refused(),
    header("GrantWriteACP", "x-amz-grant-write-acp").refused(),
    header("ObjectLockEnabledForBucket", "x-amz-bucket-object-lock-enabled").only(&["false"]),
    header("ObjectOwnership", "x-amz-object-ownership").only(&["BucketOwnerEnforced"]),
];

pub(super) const HEAD_BUCKET: &[Member] =
    &[inner("Bucket"), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];

pub(super) const DELETE_BUCKET: &[Member] =
    &[inner("Bucket"), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];

pub(super) const GET_BUCKET_LOCATION: &[Member] =
    &[inner("Bucket"), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];

pub(super) const GET_BUCKET_POLICY: &[Member] =
    &[inner("Bucket"), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];

pub(super) const PUT_BUCKET_POLICY: &[Member] = &[
    inner("Bucket"),
    header("ChecksumAlgorithm", "x-amz-sdk-checksum-algorithm"),
    header("ConfirmRemoveSelfBucketAccess", "x-amz-confirm-remove-self-bucket-access")
        .only(&["false"]),
    header("ContentMD5", "content-md5"),
    header("ExpectedBucketOwner", "x-amz-expected-bucket-owner"),
    inner("Policy"),
];

pub(super) const DELETE_BUCKET_POLICY: &[Member] =
    &[inner("Bucket"), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];

pub(super) const LIST_OBJECTS: &[Member] = &[
    inner("Bucket"),
    query("Delimiter", "delimiter"),
    query("EncodingType", "encoding-type"),
    header("ExpectedBucketOwner", "x-amz-expected-bucket-owner"),
    query("Marker", "marker"),
    query("MaxKeys", "max-keys"),
    header("OptionalObjectAttributes", "x-amz-optional-object-attributes").refused(),
    query("Prefix", "prefix"),
    header("RequestPayer", "x-amz-request-payer").only(&["requester"]),
];

pub(super) const LIST_OBJECTS_V2: &[Member] = &[
    inner("Bucket"),
    query("ContinuationToken", "continuation-token"),
    query("Delimiter", "delimiter"),
    query("EncodingType", "encoding-type"),
    header("ExpectedBucketOwner", "x-amz-expected-bucket-owner"),
    query("FetchOwner", "fetch-owner"),
    query("MaxKeys", "max-keys"),
    header("OptionalObjectAttributes", "x-amz-optional-object-attributes").refused(),
    query("Prefix", "prefix"),
    header("RequestPayer", "x-amz-request-payer").only(&["requester"]),
    query("StartAfter", "start-after"),
];

pub(super) const LIST_MULTIPART_UPLOADS: &[Member] = &[
    inner("Bucket"),
    query("Delimiter", "delimiter"),
    query("EncodingType", "encoding-type"),
    header("ExpectedBucketOwner", "x-amz-expected-bucket-owner"),
    query("KeyMarker", "key-marker"),
    query("MaxUploads", "max-uploads"),
    query("Prefix", "prefix"),
    header("RequestPayer", "x-amz-request-payer").only(&["requester"]),
    query("UploadIdMarker", "upload-id-marker"),
];
