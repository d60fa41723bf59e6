//! Small things as the file writes them: names, types, expressions, integers, policies.

use novate_sql::NameRef;
use novate_sql::ast::WrittenType;
use serde::{Deserialize, Serialize};

use super::ContractError;
use crate::{Control, Expression, Ident, QName, TypeName};

/// The largest integer that every reader of JSON holds exactly.
pub(super) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Something in the file that is not as it should be, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// From the inside out.
    place: Vec<String>,
    message: String,
}

/// What reading a part of the file gives.
pub(super) type Read<T> = Result<T, Fault>;

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { place: Vec::new(), message: message.into() }
    }

    /// The same, one level further out.
    pub(super) fn within(mut self, key: impl Into<String>) -> Self {
        self.place.push(key.into());
        self
    }
}

impl From<Fault> for ContractError {
    fn from(mut fault: Fault) -> Self {
        fault.place.reverse();
        Self::Corrupt { place: fault.place.join("."), message: fault.message }
    }
}

/// Each entry of a map read, its key being a name.
pub(super) fn read_map<T, U, C: FromIterator<(Ident, U)>>(
    map: impl IntoIterator<Item = (String, T)>,
    read: impl Fn(&Ident, T) -> Read<U>,
) -> Read<C> {
    map.into_iter()
        .map(|(key, value)| {
            let name = ident(&key).map_err(|fault| fault.within(&key))?;
            let value = read(&name, value).map_err(|fault| fault.within(&key))?;
            Ok((name, value))
        })
        .collect()
}

/// A name in stored form.
pub(super) fn ident(stored: &str) -> Read<Ident> {
    let name = Ident::new(stored);
    if stored.is_empty() || name.as_str() != stored {
        return Err(Fault::new(format!("{stored:?} cannot be a name: PostgreSQL's have 1 to 63 bytes")));
    }
    Ok(name)
}

pub(super) fn idents(stored: &[String]) -> Read<Vec<Ident>> {
    stored.iter().map(|name| ident(name)).collect()
}

pub(super) fn strings(names: &[Ident]) -> Vec<String> {
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

/// A name with or without schema, as SQL writes it: `ext.gin_trgm_ops`, `"C"`.
pub(super) fn name_ref(text: &str) -> Read<NameRef> {
    let bad = || Fault::new(format!("{text:?} is not a name"));
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = match rest.strip_prefix('"') {
            // A doubled quote closes and opens again, so the name ends where the number of quotes is even.
            Some(_) => {
                let mut quotes = 0_usize;
                let ends = |(_, c): &(usize, char)| {
                    quotes += usize::from(*c == '"');
                    *c == '.' && quotes.is_multiple_of(2)
                };
                rest.char_indices().find(ends).map(|(at, _)| at)
            }
            None => rest.find('.'),
        };
        let part = end.and_then(|at| rest.get(..at)).unwrap_or(rest);
        parts.push(Ident::from_sql(part));
        match end.and_then(|at| rest.get(at + 1..)) {
            Some(after) => rest = after,
            None => break,
        }
    }
    let name = parts.pop().ok_or_else(bad)?;
    let name = NameRef { schema: parts.pop(), name };
    if parts.is_empty() && name.to_string() == text { Ok(name) } else { Err(bad()) }
}

/// A full name, as SQL writes it.
pub(super) fn qname(text: &str) -> Read<QName> {
    let NameRef { schema, name } = name_ref(text)?;
    let schema = schema.ok_or_else(|| Fault::new(format!("{text:?} has no schema")))?;
    Ok(QName { schema, name })
}

pub(super) fn type_name(text: &str) -> Read<TypeName> {
    match novate_sql::parse_type(text) {
        Ok(WrittenType::Type(ty)) if ty.to_string() == text => Ok(ty),
        _ => Err(Fault::new(format!("{text:?} is not a type in canonical form"))),
    }
}

/// An expression in canonical form.
pub(super) fn expression(text: String) -> Expression {
    Expression::from_canonical(text)
}

/// An integer: a string where a double could not hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Integer {
    Small(i64),
    Large(String),
}

impl Integer {
    pub(super) fn of(value: i64) -> Self {
        if value.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            Self::Large(value.to_string())
        } else {
            Self::Small(value)
        }
    }

    /// `Some` where it is not the default.
    pub(super) fn unless(value: i64, default: i64) -> Option<Self> {
        (value != default).then(|| Self::of(value))
    }

    pub(super) fn read(self) -> Read<i64> {
        match self {
            Self::Small(value) => Ok(value),
            Self::Large(text) => text.parse().map_err(|_| Fault::new(format!("{text:?} is not an integer of 64 bits"))),
        }
    }
}

/// What novate may do with an object; managed ones do not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ControlWord {
    Tolerated,
    Observed,
    External,
}

impl ControlWord {
    pub(super) fn of(control: Control) -> Option<Self> {
        match control {
            Control::Managed => None,
            Control::Tolerated => Some(Self::Tolerated),
            Control::Observed => Some(Self::Observed),
            Control::External => Some(Self::External),
        }
    }

    pub(super) fn read(word: Option<Self>) -> Control {
        match word {
            None => Control::Managed,
            Some(Self::Tolerated) => Control::Tolerated,
            Some(Self::Observed) => Control::Observed,
            Some(Self::External) => Control::External,
        }
    }
}

/// Whether a field has its default and is left out.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
