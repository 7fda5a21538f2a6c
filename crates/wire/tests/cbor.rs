//! rpc-v2-cbor: the vectors of RFC 8949, what is malformed, and what bounds it.
//!
//! What each item is read as is in `scripts/`; `UPDATE_EXPECT=1` writes it anew.

use std::fmt::Write as _;

use expect_test::{ExpectFile, expect, expect_file};
use model::Timestamp;
use wire::limits::{CBOR_VALUES_MAX, DEPTH_MAX};
use wire::{
    ApiError, Facts, Fields, Kind, List, Map, Member, Operation, Protocol, Quirks, Read, ReadError,
    Request, Schema, Service, TimestampFormat, Typed, Value, Wording, Write, Writer,
};

static BOOLEAN: Schema = Schema::new("Boolean", Kind::Boolean);
static INTEGER: Schema = Schema::new("Integer", Kind::Integer);
static LONG: Schema = Schema::new("Long", Kind::Long);
static FLOAT: Schema = Schema::new("Float", Kind::Float);
static DOUBLE: Schema = Schema::new("Double", Kind::Double);
static TEXT: Schema = Schema::new("Text", Kind::String);
static BLOB: Schema = Schema::new("Blob", Kind::Blob);
// The protocol has one format, whatever the model says of others.
static DATE: Schema = Schema::new("Date", Kind::Timestamp(TimestampFormat::Iso8601));
static DOCUMENT: Schema = Schema::new("Document", Kind::Document);
static LONGS: Schema =
    Schema::new("Longs", Kind::List(List { element: &LONG, name: "member", flattened: false }));
static TEXTS: Schema = Schema::new(
    "Texts",
    Kind::Map(Map {
        key: &TEXT,
        value: &TEXT,
        key_name: "key",
        value_name: "value",
        flattened: false,
    }),
);
static NODE: Schema = Schema::new(
    "Node",
    Kind::Structure(&[
        Member::new("a", &LONGS),
        Member::new("b", &BOOLEAN),
        Member::new("c", &DOCUMENT),
        Member::new("d", &DOUBLE),
        Member::new("f", &FLOAT),
        Member::new("i", &INTEGER),
        Member::new("l", &LONG),
        Member::new("m", &TEXTS),
        Member::new("n", &NODE),
        Member::new("s", &TEXT),
        Member::new("t", &DATE),
        Member::new("y", &BLOB),
    ]),
);

static OPERATIONS: &[Operation] = &[operation("Put", 0, true), operation("Take", 1, false)];

static SERVICE: Service = Service {
    name: "test",
    protocol: Protocol::RpcV2Cbor,
    protocols: &[Protocol::RpcV2Cbor, Protocol::AwsJson10, Protocol::Query],
    api_version: "1",
    signing_name: "test",
    endpoint_prefix: "test",
    target_prefix: "Test_1",
    xml_namespace: "urn:test",
    quirks: Quirks {
        wording: Wording::Counted,
        missing: "Missing",
        invalid: "Invalid",
        unknown_member: "Unknown",
    },
    query_error_shapes: &[("Gone", "GoneFault")],
    operations: OPERATIONS,
};

const fn operation(name: &'static str, index: usize, has_output: bool) -> Operation {
    let typed = Typed { schema: &NODE, read: wire::read_boxed::<Sample> };
    Operation {
        name,
        index,
        input: typed,
        output: typed,
        result_wrapper: "",
        has_output,
        errors: &[],
        readonly: false,
    }
}

/// An answer with a value of each kind.
struct Sample;

impl Read for Sample {
    fn read(value: Value) -> Result<Sample, ReadError> {
        Fields::of(value, &NODE).map(|_| Sample)
    }
}

impl Write for Sample {
    fn write(&self, writer: &mut dyn Writer) {
        writer.structure_begin();
        let mut member = |name: &str, write: &dyn Fn(&mut dyn Writer)| {
            let member = NODE.members().iter().find(|it| it.name == name);
            writer.member(member.expect("a member of this name"));
            write(writer);
        };
        member("a", &|it| vec![1_i64, -500, i64::MIN].write(it));
        member("b", &|it| it.boolean(true));
        member("d", &|it| it.double(1.5));
        member("m", &|it| {
            it.map_begin();
            it.key("k");
            it.string("ü");
            it.map_end();
        });
        member("t", &|it| it.timestamp(Timestamp::from_secs(1_363_896_240)));
        member("t", &|it| it.timestamp(Timestamp::from_millis(1_363_896_240_500)));
        member("y", &|it| it.blob(&[1, 2]));
        writer.structure_end();
    }
}

fn request(operation: &str, body: &'static [u8]) -> Request<'static> {
    Request {
        service: &SERVICE,
        operation: SERVICE.operation(operation).expect("the service has it"),
        protocol: Protocol::RpcV2Cbor,
        query: "",
        body,
        request_id: "r",
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// Thirty-two bytes a line.
fn hex(bytes: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    bytes.chunks(32).map(|bytes| line(bytes).concat()).collect::<Vec<_>>().join("\n")
}

/// What refusals say at length, and how it is said here.
const SHORTER: &[(&str, &str)] = &[
    ("SerializationException: ", "! "),
    ("UnknownOperationException: ", "unknown: "),
    ("UnsupportedMediaTypeException: ", "media type: "),
    ("1 validation error detected: ", ""),
    ("the body is not well-formed CBOR", "malformed"),
];

fn short(text: &str) -> String {
    SHORTER.iter().fold(text.to_owned(), |text, (long, short)| text.replace(long, short))
}

/// What a body decodes to: the members that are there, or the refusal.
fn read(body: &[u8]) -> String {
    match (Request { body, ..request("Put", b"") }).decode() {
        Ok(value) => shown_value(&value),
        Err(error) => short(&error.to_string()),
    }
}

fn shown_value(value: &Value) -> String {
    let Value::Structure(values) = value else { return format!("{value:?}") };
    let members = NODE.members().iter().zip(values).filter(|(_, value)| !value.is_absent());
    let shown: Vec<String> =
        members.map(|(member, value)| format!("{}: {}", member.name, shown_value(value))).collect();
    format!("{{{}}}", shown.join(", "))
}

/// Each item as the value of the member of this name.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check(member: &str, items: &[&str], expected: ExpectFile) {
    let mut table = String::new();
    for item in items {
        let body = [&bytes("a1 61")[..], member.as_bytes(), &bytes(item)].concat();
        writeln!(table, "{item}\n    {}", read(&body)).expect("a string takes any text");
    }
    expected.assert_eq(&table);
}

#[test]
fn integers_of_the_rfc() {
    check(
        "l",
        &[
            "00",
            "17",
            "18 18",
            "18 64",
            "19 03e8",
            "1a 000f4240",
            "1b 000000e8d4a51000",
            "1b 7fffffffffffffff",
            "1b ffffffffffffffff",
            "20",
            "38 63",
            "39 03e7",
            "3b 7fffffffffffffff",
            "3b ffffffffffffffff",
            // Longer than it has to be, which is well-formed.
            "1b 0000000000000001",
            "c2 49 010000000000000000",
            "f9 3c00",
            "f4",
        ],
        expect_file!["scripts/cbor_integers.txt"],
    );
    check(
        "i",
        &["1a 7fffffff", "1a 80000000", "3a 7fffffff", "3a 80000000"],
        expect_file!["scripts/cbor_integers_of_32_bits.txt"],
    );
}

#[test]
fn numbers_of_the_rfc() {
    let items = [
        "f9 0000",
        "f9 8000",
        "f9 3c00",
        "f9 3e00",
        "f9 7bff",
        "f9 0001",
        "f9 0400",
        "f9 c400",
        "fa 47c35000",
        "fb 3ff199999999999a",
        "fb 7e37e43c8800759c",
        // JavaScript sends a whole number as an integer.
        "05",
        "38 63",
        "f9 7c00",
        "f9 7e00",
        "f9 fc00",
        "fa 7f800000",
        "fb 7ff8000000000000",
        "f9 3c",
    ];
    check("d", &items, expect_file!["scripts/cbor_doubles.txt"]);
    check("f", &["fa 7f7fffff", "fb 7e37e43c8800759c"], expect_file!["scripts/cbor_floats.txt"]);
}

#[test]
fn simple_values_and_absence() {
    check(
        "b",
        &["f4", "f5", "f6", "f7", "00", "f0", "f8ff", "ff"],
        expect_file!["scripts/cbor_simple_values.txt"],
    );
}

#[test]
fn strings_of_the_rfc() {
    check(
        "s",
        &[
            "60",
            "64 49455446",
            "62 225c",
            "62 c3bc",
            "63 e6b0b4",
            "7f 65 7374726561 64 6d696e67 ff",
            "7f ff",
            "78 01 61",
            "62 c328",
            // A piece ends inside a letter.
            "7f 61 c3 61 bc ff",
            "7f 41 61 ff",
            "7f 7f 61 61 ff ff",
            "7f 61 61",
            "7b ffffffffffffffff 61",
            "41 61",
        ],
        expect_file!["scripts/cbor_strings.txt"],
    );
    check(
        "y",
        &["40", "44 01020304", "5f 42 0102 43 030405 ff", "5f 61 61 ff", "5b ffffffffffffffff 01"],
        expect_file!["scripts/cbor_blobs.txt"],
    );
}

#[test]
fn instants() {
    check(
        "t",
        &[
            "c1 1a 514b67b0",
            "c1 fb 41d452d9ec200000",
            "c1 20",
            "d8 01 00",
            "c0 74 323031332d30332d32315432303a30343a30305a",
            "1a 514b67b0",
            "c1 61 61",
            "c1 c1 00",
            "c1 fb 7e37e43c8800759c",
            "c1 f9 7e00",
            "c1",
        ],
        expect_file!["scripts/cbor_instants.txt"],
    );
}

#[test]
fn arrays_and_maps() {
    check(
        "a",
        &["80", "83 010203", "9f ff", "9f 01 02 ff", "82 01 9f ff", "82 01", "9f 01", "a0", "1f"],
        expect_file!["scripts/cbor_arrays.txt"],
    );
    // As long as can be said: nothing is made for what has not come.
    check(
        "a",
        &["9b ffffffffffffffff 01", "9b 7fffffffffffffff"],
        expect_file!["scripts/cbor_arrays_without_end.txt"],
    );
    check(
        "m",
        &[
            "a0",
            "a1 6161 6162",
            "bf 7f 6161 ff 6162 ff",
            "a2 6161 6162 6161 6163",
            "a1 01 6162",
            "bf 6161 ff",
            "bb ffffffffffffffff",
            "80",
        ],
        expect_file!["scripts/cbor_maps.txt"],
    );
}

#[test]
fn structures() {
    let mut table = String::new();
    for body in [
        "",
        "a0",
        "bf ff",
        "bf 6162 f5 6164 f9 3e00 ff",
        "a1 616e a0",
        "a2 6162 f5 6162 f5",
        "a1 6178 01",
        "a1 616e a1 6178 01",
        "a1 01 02",
        "a1 f6 02",
        "a1 6162",
        "a0 00",
        "f6",
        "80",
        "ff",
        "1c",
        "a1 6163 a0",
        "7b 22 7d",
    ] {
        writeln!(table, "{body}\n    {}", read(&bytes(body))).expect("a string takes any text");
    }
    expect![[r#"

            {}
        a0
            {}
        bf ff
            {}
        bf 6162 f5 6164 f9 3e00 ff
            {b: Boolean(true), d: Double(1.5)}
        a1 616e a0
            {n: {}}
        a2 6162 f5 6162 f5
            ! duplicate member 'b'
        a1 6178 01
            Unknown: 'x' failed to satisfy constraint: Member is not known to Put
        a1 616e a1 6178 01
            Unknown: 'n.x' failed to satisfy constraint: Member is not known to Put
        a1 01 02
            ! a key is an integer, and no text
        a1 f6 02
            ! a key is null, and no text
        a1 6162
            ! malformed: end of input bytes
        a0 00
            ! there is more than one CBOR item
        f6
            ! expected a map, found null
        80
            ! expected a map, found an array (at '')
        ff
            ! expected a map, found the end of what has not begun (at '')
        1c
            ! expected a map, found what this protocol does not have (at '')
        a1 6163 a0
            ! expected nothing, as this protocol has no documents, found a map (at 'c')
        7b 22 7d
            ! expected a map, found a text string (at '')
    "#]]
    .assert_eq(&table);
}

#[test]
fn depth_is_bounded() {
    let nested = |levels: usize| bytes(&format!("{}a0", "a1 616e".repeat(levels)));
    assert!(read(&nested(DEPTH_MAX)).starts_with("{n: "));
    for levels in [DEPTH_MAX + 1, 100_000] {
        assert_eq!(read(&nested(levels)), "! the document is nested deeper than 64 levels");
    }
    let arrays = bytes(&format!("a16161 {}", "81".repeat(100_000)));
    assert!(read(&arrays).starts_with("! expected an integer"));
}

#[test]
fn values_are_bounded() {
    let list = |count: usize| {
        let mut body = bytes("a1 6161 9a");
        body.extend((count as u32).to_be_bytes());
        body.resize(body.len() + count, 0);
        body
    };
    let own = 2 + NODE.members().len();
    assert!(read(&list(CBOR_VALUES_MAX - own)).starts_with("{a: List"));
    assert_eq!(read(&list(CBOR_VALUES_MAX)), "! the document has more than 1000000 values");
    assert!(size_of::<Value>() <= 80, "the limit's reason says how much a value takes");
}

#[test]
fn whatever_comes_is_answered() {
    let whole = bytes(
        "bf 6161 82 01 38 63 616d a1 6161 7f 6162 ff 6174 c1 fb 41d452d9ec200000 6179 41 01 ff",
    );
    assert!(read(&whole).starts_with("{a: "));
    for end in 1..whole.len() {
        assert!(read(&whole[..end]).starts_with("! "), "{end}");
    }
    for at in 0..whole.len() {
        for byte in 0..=u8::MAX {
            let mut body = whole.clone();
            body[at] = byte;
            let told = read(&body);
            let is_known = ["{", "! ", "Unknown: ", "Missing: "];
            assert!(is_known.iter().any(|start| told.starts_with(start)), "{told}");
        }
    }
}

fn shown(response: &wire::Response) -> String {
    let headers: Vec<String> =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{}\n{}{}", response.status, headers.concat(), hex(&response.body))
}

#[test]
fn answers() {
    expect![[r#"
        200
        smithy-protocol: rpc-v2-cbor
        x-amzn-requestid: r
        content-type: application/cbor
        bf61619f013901f33b7fffffffffffffffff6162f56164fb3ff8000000000000
        616dbf616b62c3bcff6174c11a514b67b06174c1fb41d452d9ec200000617942
        0102ff"#]]
    .assert_eq(&shown(&request("Put", b"").encode(&Sample)));
    // The specification: no body and no type of one where there is no output.
    expect![[r#"
        200
        smithy-protocol: rpc-v2-cbor
        x-amzn-requestid: r
    "#]]
    .assert_eq(&shown(&request("Take", b"").encode(&Sample)));
}

#[test]
fn refusals_name_the_shape_and_the_code_of_query() {
    let gone = ApiError::client("Gone", "no").status(404);
    let refused = request("Put", b"").refuse(&gone);
    expect![[r#"
        404
        smithy-protocol: rpc-v2-cbor
        x-amzn-requestid: r
        content-type: application/cbor
        x-amzn-errortype: GoneFault
        x-amzn-query-error: Gone;Sender
        bf665f5f7479706569476f6e654661756c74676d657373616765626e6fff"#]]
    .assert_eq(&shown(&refused));
    assert_eq!(refused.error_code.as_deref(), Some("Gone"));
    let json = Request { protocol: Protocol::AwsJson10, ..request("Put", b"") }.refuse(&gone);
    assert_eq!(json.body, r#"{"__type":"GoneFault","message":"no"}"#);
    assert!(json.headers.contains(&("x-amzn-query-error", "Gone;Sender".to_owned())));
    let query = Request { protocol: Protocol::Query, ..request("Put", b"") }.refuse(&gone);
    let body = String::from_utf8(query.body.to_vec()).expect("XML is UTF-8");
    assert!(body.contains("<Code>Gone</Code>"), "{body}");
}

#[test]
fn the_path_names_the_operation() {
    let facts = |path: &'static str| Facts {
        smithy_protocol: Some("rpc-v2-cbor"),
        content_type: Some("application/cbor"),
        path,
        body: &[0xa0],
        ..Facts::default()
    };
    let put = "/service/Test_1/operation/Put";
    let json = Facts { smithy_protocol: Some("rpc-v2-json"), ..facts(put) };
    let text = Facts { content_type: Some("text/plain"), ..facts(put) };
    let parameter = Facts { content_type: Some("application/cbor; a=b"), ..facts(put) };
    let untyped = Facts { content_type: None, ..facts(put) };
    let empty = Facts { body: &[], ..untyped };
    let mut table = String::new();
    for (what, facts) in [
        ("a call", facts(put)),
        ("a parameter", parameter),
        ("no body", empty),
        ("no type", untyped),
        ("another type", text),
        ("another protocol", json),
        ("another service", facts("/service/Other/operation/Put")),
        ("another operation", facts("/service/Test_1/operation/Give")),
        ("a slash", facts("/service/Test_1/operation/Put/")),
        ("no operation", facts("/service/Test_1")),
        ("no path", facts("/")),
    ] {
        let told = match wire::route(&[&SERVICE], &facts) {
            Ok(route) => format!("{} in {:?}", route.operation.name, route.protocol),
            Err(refusal) => {
                format!("{} {}", refusal.error.status, short(&refusal.error.to_string()))
            }
        };
        writeln!(table, "{what}\n    {told}").expect("a string takes any text");
    }
    expect![[r#"
        a call
            Put in RpcV2Cbor
        a parameter
            Put in RpcV2Cbor
        no body
            Put in RpcV2Cbor
        no type
            415 media type: the content type of a request's body is application/cbor
        another type
            415 media type: the content type of a request's body is application/cbor
        another protocol
            400 unknown: no service here speaks `rpc-v2-json`
        another service
            400 unknown: no service here is called `Other` in rpc-v2-cbor
        another operation
            400 unknown: the operation `Give` is not known to `test`
        a slash
            400 unknown: the operation `Put/` is not known to `test`
        no operation
            400 unknown: the path is not /service/{service}/operation/{operation}
        no path
            400 unknown: the path is not /service/{service}/operation/{operation}
    "#]]
    .assert_eq(&table);
}

#[test]
fn the_request_tells_the_protocol() {
    let of = |facts: Facts<'_>| match wire::route(&[&SERVICE], &facts) {
        Ok(route) => route.protocol,
        Err(refusal) => refusal.protocol,
    };
    let json = Facts { target: Some("Test_1.Put"), ..Facts::default() };
    let json = Facts { content_type: Some("application/x-amz-json-1.0"), ..json };
    assert_eq!(of(json), Protocol::AwsJson10);
    let form = Facts { body: b"Action=Put&Version=1", ..Facts::default() };
    assert_eq!(of(form), Protocol::Query);
    let nothing = Facts { scope_service: Some("test"), ..Facts::default() };
    assert_eq!(of(nothing), Protocol::Query);
}
