use super::*;

/// What a file of this format and content becomes, line by line.
fn lines(
    format: ItemsFormat,
    key_column: Option<&str>,
    content: &'static str,
) -> Result<Vec<String>, String> {
    let file = ItemsFile::new("-", Some(format), key_column.map(str::to_owned)).expect("makes");
    let (sender, mut receiver) = mpsc::channel(1024);
    let sent = file.send(Box::new(content.as_bytes()), "HEAD", sender);
    let mut body = Vec::new();
    let mut broken = false;
    while let Ok(piece) = receiver.try_recv() {
        match piece {
            Ok(bytes) => body.extend_from_slice(&bytes),
            Err(_) => broken = true,
        }
    }
    match sent {
        Ok(count) => {
            let text = String::from_utf8(body).expect("is text");
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            assert_eq!(lines[0], "HEAD");
            assert_eq!(lines.len() as u64, count + 1);
            assert!(!broken);
            Ok(lines[1..].to_vec())
        }
        Err(error) => {
            assert!(broken, "the request must not end as if all was well");
            Err(format!("{error:?}"))
        }
    }
}

#[test]
fn csv_rows_become_objects() {
    let rows = lines(
        ItemsFormat::Csv,
        Some("id"),
        "id,name,price,note\nr1,\"Ann, \"\"the\"\" 2nd\",1.50,\nr2,007,12,ok\n",
    );
    assert_eq!(
        rows.expect("reads"),
        [
            r#"{"key":"r1","payload":{"id":"r1","name":"Ann, \"the\" 2nd","price":1.50,"note":null}}"#,
            r#"{"key":"r2","payload":{"id":"r2","name":"007","price":12,"note":"ok"}}"#,
        ]
    );
}

#[test]
fn csv_faults_are_named_with_their_line() {
    let fault = lines(ItemsFormat::Csv, Some("id"), "id,x\na,1\n,2\n").expect_err("no key");
    assert!(
        fault.contains("line 3 has no key: its `id` is empty"),
        "{fault}"
    );
    let fault = lines(ItemsFormat::Csv, Some("nr"), "id,x\n").expect_err("no column");
    assert!(
        fault.contains("no column `nr`; there are: id, x"),
        "{fault}"
    );
    let fault = lines(ItemsFormat::Csv, None, "id,x\n1\n").expect_err("a field is missing");
    assert!(fault.contains("line: 2"), "{fault}");
    let fault = lines(ItemsFormat::Csv, None, "a,b,a\n").expect_err("twice");
    assert!(fault.contains("`a` occurs twice"), "{fault}");
}

#[test]
fn json_lines_are_items_or_payloads() {
    let rows = lines(
        ItemsFormat::Ndjson,
        None,
        "{\"key\":\"a\",\"payload\":{\"x\":1}}\n\n{\"x\":2}\n17\n",
    );
    assert_eq!(
        rows.expect("reads"),
        [
            r#"{"key":"a","payload":{"x":1}}"#,
            r#"{"payload":{"x":2}}"#,
            r#"{"payload":17}"#,
        ]
    );
}

#[test]
fn json_lines_take_their_key_from_a_field() {
    let rows = lines(
        ItemsFormat::Ndjson,
        Some("id"),
        "{\"id\":7}\n{\"id\":\"b\"}\n",
    );
    assert_eq!(
        rows.expect("reads"),
        [
            r#"{"key":"7","payload":{"id":7}}"#,
            r#"{"key":"b","payload":{"id":"b"}}"#,
        ]
    );
    let fault = lines(ItemsFormat::Ndjson, Some("id"), "{\"id\":1}\n{\"x\":1}\n");
    let fault = fault.expect_err("no key");
    assert!(fault.contains("line 2: there is no `id`"), "{fault}");
}

#[test]
fn broken_json_breaks_the_request_off() {
    let fault = lines(ItemsFormat::Ndjson, None, "{\"x\":1}\n{\"x\":\n").expect_err("broken");
    let says = "standard input: line 2: EOF while parsing a value at column 5";
    assert!(fault.contains(says), "{fault}");
}

#[test]
fn an_array_is_a_list_of_items_when_that_is_said() {
    let array =
        "[\n  {\"x\": 1,\n   \"y\": \"a\\nb\"},\n  17,\n  {\"key\":\"k\",\"payload\":[1]}\n]\n";
    let rows = lines(ItemsFormat::Json, None, array);
    assert_eq!(
        rows.expect("reads"),
        [
            "{\"payload\":{\"x\": 1,    \"y\": \"a\\nb\"}}",
            r#"{"payload":17}"#,
            r#"{"key":"k","payload":[1]}"#,
        ]
    );
    let keyed = lines(ItemsFormat::Json, Some("id"), r#"[{"id":7},{"id":"b"}]"#);
    assert_eq!(keyed.expect("reads").len(), 2);
    let fault = lines(ItemsFormat::Json, None, "{\"x\":1}").expect_err("no array");
    assert!(fault.contains("not one JSON array"), "{fault}");
    let fault = lines(ItemsFormat::Json, Some("id"), r#"[{"id":7},{}]"#).expect_err("no key");
    assert!(fault.contains("element 1: there is no `id`"), "{fault}");
}

#[test]
fn a_lone_array_is_not_taken_for_one_item() {
    let fault = lines(ItemsFormat::Ndjson, None, "\n[{\"x\":1},{\"x\":2}]\n").expect_err("unclear");
    assert!(fault.contains("--items-format json"), "{fault}");
    let rows = lines(ItemsFormat::Ndjson, None, "[1]\n[2]\n");
    assert_eq!(rows.expect("reads").len(), 2, "items may be arrays");
}

#[test]
fn endings_tell_the_format() {
    assert!(ItemsFile::new("races.jsonl", None, None).is_ok());
    assert!(ItemsFile::new("races.xlsx", None, None).is_err());
}
