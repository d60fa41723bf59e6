//! Reading JSON that somebody may have damaged, on purpose or not.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::ContractError;
use super::text::MAX_SAFE_INTEGER;

/// The largest file that is read: far beyond the largest schemas, far below what would fill a machine.
const MAX_BYTES: usize = 64 << 20;
/// How deep a contract may nest; one that novate wrote has 11 levels.
const MAX_DEPTH: usize = 32;

/// Reads one JSON value. Repeated keys, fractions, integers beyond 2^53 and deep nesting are refused.
pub(super) fn read(text: &str) -> Result<Value, ContractError> {
    if text.len() > MAX_BYTES {
        return Err(ContractError::TooLarge { message: format!("it has more than {} MiB", MAX_BYTES >> 20) });
    }
    let corrupt =
        |error: serde_json::Error| ContractError::Corrupt { place: String::new(), message: error.to_string() };
    let mut input = serde_json::Deserializer::from_str(text);
    let value = Level(MAX_DEPTH).deserialize(&mut input).map_err(corrupt)?;
    input.end().map_err(corrupt)?;
    Ok(value)
}

/// The same value with the keys of every object in order, whatever `serde_json` was built with.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().map(|(key, v)| (key, sorted(v))).collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

/// How many levels are left.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn down<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("it nests too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(E::custom(format!("the integer {value} must be a string")));
        }
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(E::custom(format!("the integer {value} must be a string")));
        }
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let level = self.down()?;
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(level)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let level = self.down()?;
        let mut all = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(level)?;
            if all.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}
