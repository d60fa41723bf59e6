//! A value held against SARIF's published JSON schema, with as much of JSON Schema as that one uses.

use serde_json::Value;

/// See `sarif-schema-2.1.0.NOTICE.md` beside it.
const SCHEMA: &str = include_str!("sarif-schema-2.1.0.json");

/// Everything in which a log is not what the schema says.
pub(super) fn faults(log: &Value) -> Vec<String> {
    let root: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut faults = Vec::new();
    Validator { root: &root }.check(&root, log, "$", &mut faults);
    faults
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let Some(rules) = schema.as_object() else { return };
        for (keyword, rule) in rules {
            let mut fault = |text: String| faults.push(format!("{at}: {text}"));
            match keyword.as_str() {
                "type" => {
                    if !is(value, rule.as_str().unwrap()) {
                        fault(format!("is no {rule}"));
                    }
                }
                "enum" => {
                    if !rule.as_array().unwrap().contains(value) {
                        fault(format!("{value} is none of {rule}"));
                    }
                }
                "minimum" => {
                    if value.as_f64().is_some_and(|number| number < rule.as_f64().unwrap()) {
                        fault(format!("{value} is less than {rule}"));
                    }
                }
                "maximum" => {
                    if value.as_f64().is_some_and(|number| number > rule.as_f64().unwrap()) {
                        fault(format!("{value} is more than {rule}"));
                    }
                }
                "minItems" => {
                    if value.as_array().is_some_and(|items| (items.len() as u64) < rule.as_u64().unwrap()) {
                        fault(format!("has fewer than {rule} items"));
                    }
                }
                "uniqueItems" => {
                    let items = value.as_array().filter(|_| rule == true).map_or(&[][..], Vec::as_slice);
                    if items.iter().enumerate().any(|(at, item)| items[..at].contains(item)) {
                        fault("has an item twice".to_owned());
                    }
                }
                "required" => {
                    for name in rule.as_array().unwrap() {
                        if value.as_object().is_some_and(|map| !map.contains_key(name.as_str().unwrap())) {
                            fault(format!("lacks {name}"));
                        }
                    }
                }
                "properties" | "additionalProperties" => {}
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}[{number}]"), faults);
                    }
                }
                "$ref" => {
                    let pointer = rule.as_str().unwrap().trim_start_matches('#');
                    self.check(self.root.pointer(pointer).unwrap(), value, at, faults);
                }
                "anyOf" | "oneOf" => {
                    let holds = |schema: &&Value| {
                        let mut inner = Vec::new();
                        self.check(schema, value, at, &mut inner);
                        inner.is_empty()
                    };
                    let count = rule.as_array().unwrap().iter().filter(holds).count();
                    if count == 0 || (keyword == "oneOf" && count > 1) {
                        fault(format!("{count} of {keyword} hold"));
                    }
                }
                // Texts of a form: what of them novate writes is in the snapshot.
                "pattern" | "format" => {}
                "$schema" | "$id" | "title" | "description" | "default" | "definitions" => {}
                unknown => panic!("the schema uses {unknown}, which is not checked"),
            }
        }
        self.properties(rules, value, at, faults);
    }

    fn properties(&self, rules: &serde_json::Map<String, Value>, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            match (rules.get("properties").and_then(|known| known.get(name)), rules.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, value, &at, faults),
                (None, Some(Value::Bool(false))) => faults.push(format!("{at}: is not known")),
                (None, Some(schema)) => self.check(schema, value, &at, faults),
                (None, None) => {}
            }
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("the schema has the type {other}"),
    }
}

#[test]
fn what_is_wrong_is_found() {
    let log = serde_json::json!({
        "version": "2.0.0",
        "runs": [{ "tool": {}, "results": [{ "level": "bad", "message": {}, "x": 1, "rank": 200 }] }],
    });
    let found = faults(&log).join("\n");
    for part in ["$.version", "tool: lacks \"driver\"", "level", "results[0].x: is not known", "rank", "message"] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}
