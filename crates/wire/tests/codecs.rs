//! What the imported models do not exercise: flat lists and maps, depth, unions, formats.

use expect_test::{Expect, expect};
use model::Timestamp;
use wire::{
    Fields, Kind, List, Map, Member, Operation, Protocol, Quirks, Read, ReadError, Request, Schema,
    Service, Shape, TimestampFormat, Typed, Value, Wording, Write, Writer,
};

static TEXT: Schema = Schema::new("Text", Kind::String).max(5);
static SECRET: Schema = Schema::with_pattern("Secret", Kind::String, "[a-z]+").sensitive();
static NUMBER: Schema = Schema::new("Number", Kind::Double).min(0).max(10);
static BLOB: Schema = Schema::new("Blob", Kind::Blob).max(4);
static DATE: Schema = Schema::new("Date", Kind::Timestamp(TimestampFormat::HttpDate));
static FLAT: Schema =
    Schema::new("Flat", Kind::List(List { element: &TEXT, name: "Item", flattened: true }));
static WRAPPED: Schema = Schema::new("Wrapped", Kind::Map(WRAPPED_MAP));
static FLAT_MAP: Schema = Schema::new(
    "FlatMap",
    Kind::Map(Map { key_name: "Name", value_name: "Worth", flattened: true, ..WRAPPED_MAP }),
);
static CHOICE: Schema = Schema::new(
    "Choice",
    Kind::Union(&[Member::new("Left", &TEXT), Member::new("Right", &NUMBER)]),
);
static CHILDREN: Schema =
    Schema::new("Children", Kind::List(List { element: &NODE, name: "member", flattened: false }));
static NODE: Schema = Schema::new(
    "Node",
    Kind::Structure(&[
        Member::new("Text", &TEXT),
        Member::new("Secret", &SECRET),
        Member::new("Number", &NUMBER),
        Member::new("Blob", &BLOB),
        Member::new("Date", &DATE),
        Member::new("Flat", &FLAT).named("Item", "Item"),
        Member::new("Wrapped", &WRAPPED),
        Member::new("FlatMap", &FLAT_MAP),
        Member::new("Choice", &CHOICE),
        Member::new("Children", &CHILDREN),
    ]),
);

const WRAPPED_MAP: Map =
    Map { key: &TEXT, value: &TEXT, key_name: "key", value_name: "value", flattened: false };

static OPERATIONS: &[Operation] = &[Operation {
    name: "Put",
    index: 0,
    input: Typed { schema: &NODE, read: wire::read_boxed::<Node> },
    output: Typed { schema: &NODE, read: wire::read_boxed::<Node> },
    result_wrapper: "",
    has_output: true,
    errors: &[],
    readonly: false,
}];

static SERVICE: Service = Service {
    name: "test",
    protocol: Protocol::Query,
    protocols: &[Protocol::Query],
    api_version: "1",
    signing_name: "test",
    endpoint_prefix: "test",
    target_prefix: "Test",
    xml_namespace: "urn:test",
    quirks: Quirks {
        wording: Wording::Counted,
        missing: "Missing",
        invalid: "Invalid",
        unknown_member: "Unknown",
    },
    query_error_shapes: &[],
    operations: OPERATIONS,
};

/// Carries any node, so that one type serves reading and writing here.
#[derive(Default)]
struct Node {
    text: Option<String>,
    date: Option<Timestamp>,
    flat: Option<Vec<String>>,
    wrapped: Option<std::collections::BTreeMap<String, String>>,
    flat_map: Option<std::collections::BTreeMap<String, String>>,
    children: Option<Vec<Node>>,
}

impl Read for Node {
    fn read(value: Value) -> Result<Node, ReadError> {
        let mut fields = Fields::of(value, &NODE)?;
        let mut node = Node { text: fields.next()?, ..Node::default() };
        let _: (Option<String>, Option<f64>) = (fields.next()?, fields.next()?);
        let _: Option<bytes::Bytes> = fields.next()?;
        node.date = fields.next()?;
        node.flat = fields.next()?;
        node.wrapped = fields.next()?;
        node.flat_map = fields.next()?;
        Ok(node)
    }
}

impl Write for Node {
    fn write(&self, writer: &mut dyn Writer) {
        let none: Option<String> = None;
        wire::write_structure(
            writer,
            &NODE,
            &[
                &self.text,
                &none,
                &none,
                &none,
                &self.date,
                &self.flat,
                &self.wrapped,
                &self.flat_map,
                &none,
                &self.children,
            ],
        );
    }
}

impl Shape for Node {
    const SCHEMA: &'static Schema = &NODE;
}

fn request(protocol: Protocol, body: &str) -> Request<'_> {
    let operation = SERVICE.operation("Put").expect("the service has it");
    let body = body.as_bytes();
    Request { service: &SERVICE, operation, protocol, query: "", body, request_id: "r" }
}

/// The input read and written again as JSON, or the refusal less what all of them say.
fn read(protocol: Protocol, body: &str) -> String {
    match request(protocol, body).decode() {
        Ok(value) => {
            let node = Node::read(value).expect("the type follows the schema");
            String::from_utf8(wire::dump(&NODE, &node)).expect("JSON is UTF-8")
        }
        Err(error) => error
            .to_string()
            .replace("1 validation error detected: ", "")
            .replace(" failed to satisfy constraint", ""),
    }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check(protocol: Protocol, body: &str, expected: Expect) {
    expected.assert_eq(&read(protocol, body));
}

#[test]
fn flat_lists_and_maps_of_a_form() {
    let query = Protocol::Query;
    check(query, "Item.2=b&Item.10=c&Item.1=a+%26", expect![[r#"{"Flat":["a &","b","c"]}"#]]);
    check(query, "Item=", expect![[r#"{"Flat":[]}"#]]);
    check(
        query,
        "Wrapped.entry.1.key=a&Wrapped.entry.1.value=b&FlatMap.1.Name=c&FlatMap.1.Worth=d",
        expect![[r#"{"Wrapped":{"a":"b"},"FlatMap":{"c":"d"}}"#]],
    );
    check(
        query,
        "FlatMap.1.Name=a&FlatMap.1.Worth=b&FlatMap.2.Name=a&FlatMap.2.Worth=c",
        expect!["MalformedQueryString: duplicate member 'FlatMap.2.a'"],
    );
    check(
        query,
        "FlatMap.1.Worth=b",
        expect!["Invalid: Value at 'FlatMap.1' is invalid: expected a key"],
    );
    check(Protocol::Ec2, "Item.1=a", expect![[r#"{"Flat":["a"]}"#]]);
}

#[test]
fn flat_lists_and_maps_of_an_answer() {
    let pairs =
        || Some([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())].into());
    let node = Node {
        date: Some(Timestamp::from_secs(1_700_000_000)),
        flat: Some(vec!["x".to_owned(), String::new()]),
        wrapped: pairs(),
        flat_map: pairs(),
        children: Some(vec![Node::default()]),
        ..Node::default()
    };
    let response = request(Protocol::Ec2, "").encode(&node);
    let body = String::from_utf8_lossy(&response.body).replace("><", ">\n<");
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <PutResponse xmlns="urn:test/">
        <requestId>r</requestId>
        <Date>Tue, 14 Nov 2023 22:13:20 GMT</Date>
        <Item>x</Item>
        <Item>
        </Item>
        <Wrapped>
        <entry>
        <key>a</key>
        <value>1</value>
        </entry>
        <entry>
        <key>b</key>
        <value>2</value>
        </entry>
        </Wrapped>
        <FlatMap>
        <Name>a</Name>
        <Worth>1</Worth>
        </FlatMap>
        <FlatMap>
        <Name>b</Name>
        <Worth>2</Worth>
        </FlatMap>
        <Children>
        <member>
        </member>
        </Children>
        </PutResponse>"#]]
    .assert_eq(&body);
}

#[test]
fn depth_is_bounded() {
    let nested =
        |levels: usize| format!("{}{}", "{\"Children\":[".repeat(levels), "]}".repeat(levels));
    assert_eq!(read(Protocol::AwsJson10, &nested(32)), "{}");
    check(
        Protocol::AwsJson10,
        &nested(33),
        expect!["SerializationException: the document is nested deeper than 64 levels"],
    );
    check(
        Protocol::AwsJson10,
        &"{\"Children\":[".repeat(100_000),
        expect!["SerializationException: the document is nested deeper than 64 levels"],
    );
    let form = |levels: usize| format!("{}Text=a", "Children.member.1.".repeat(levels));
    check(Protocol::Query, &form(10), expect!["{}"]);
    check(
        Protocol::Query,
        &form(11),
        expect!["MalformedQueryString: a parameter's name has more than 32 labels"],
    );
}

#[test]
fn exactly_one_member_of_a_union() {
    check(Protocol::AwsJson10, r#"{"Choice": {"Left": "a"}}"#, expect!["{}"]);
    check(
        Protocol::AwsJson10,
        r#"{"Choice": {"Left": "a", "Right": 1}}"#,
        expect!["Invalid: Value '{…}' at 'choice': Member must have exactly one of its members"],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Choice": {}}"#,
        expect!["Invalid: Value '{…}' at 'choice': Member must have exactly one of its members"],
    );
}

#[test]
fn bounds_of_each_kind() {
    check(
        Protocol::AwsJson10,
        r#"{"Text": "größe", "Number": -0.0}"#,
        expect![[r#"{"Text":"größe"}"#]],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Text": "größer"}"#,
        expect![
            "Invalid: Value 'größer' at 'text': Member must have length less than or equal to 5"
        ],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Number": 10.5}"#,
        expect![
            "Invalid: Value '10.5' at 'number': Member must have value less than or equal to 10"
        ],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Blob": "AAAAAAA="}"#,
        expect!["Invalid: Value '{…}' at 'blob': Member must have length less than or equal to 4"],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Blob": "?"}"#,
        expect!["SerializationException: STRING_VALUE can not be converted to a Blob (at 'Blob')"],
    );
    check(
        Protocol::AwsJson10,
        r#"{"Secret": "HUSH"}"#,
        expect![
            "Invalid: Value at 'secret': Member must satisfy regular expression pattern: [a-z]+"
        ],
    );
    check(
        Protocol::Query,
        "Number=NaN",
        expect!["Invalid: Value at 'Number' is invalid: expected a number"],
    );
    check(
        Protocol::Query,
        "Number=inf",
        expect!["Invalid: Value at 'Number' is invalid: expected a number"],
    );
}

#[test]
fn json_1_0_says_so() {
    let response = request(Protocol::AwsJson10, "{}").encode(&Node::default());
    let expected = ("content-type", "application/x-amz-json-1.0".to_owned());
    assert!(response.headers.contains(&expected), "{:?}", response.headers);
}
