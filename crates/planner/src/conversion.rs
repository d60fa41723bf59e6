//! Which conversions between types PostgreSQL knows (`pg_cast`, and the casts through text that it makes up).

mod vector;

use novate_contract::TypeName;

pub(crate) use vector::is_rounded;

/// How PostgreSQL gets from one type to another in `ALTER COLUMN ... TYPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Conversion {
    /// By itself, and every value fits.
    Widening,
    /// By itself; a value may not fit or lose something.
    Assignment,
    /// Only where it is told to (`USING column::type`); a value may not fit or lose something.
    Explicit,
    /// Not that we know.
    Unknown,
}

/// The conversion from one type to another. Types that are not built in convert only to and from text, but for those of
/// pgvector.
pub(crate) fn conversion(from: &TypeName, to: &TypeName) -> Conversion {
    if let Some(conversion) = vector::conversion(from, to) {
        return conversion;
    }
    if from.array && to.array {
        return conversion(&from.element(), &to.element());
    }
    if !from.array && !to.array && (&from.schema, &from.name) == (&to.schema, &to.name) {
        return modifiers(from, to);
    }
    classes(Class::of(from), Class::of(to), from, to)
}

// A line for each family of types reads better than a line for each outcome.
#[allow(clippy::match_same_arms, clippy::unnested_or_patterns)]
fn classes(source: Class, target: Class, from: &TypeName, to: &TypeName) -> Conversion {
    match (source, target) {
        (Class::String, Class::String) => strings(from, to),
        (_, Class::String) => Conversion::Assignment,
        (Class::String, _) => Conversion::Explicit,
        _ if from.array || to.array => Conversion::Unknown,
        (Class::Integer(a), Class::Integer(b)) if a < b => Conversion::Widening,
        (Class::Integer(_), Class::Numeric) if to.modifiers.is_empty() => Conversion::Widening,
        (Class::Integer(a), Class::Float(b)) if a < b => Conversion::Widening,
        (Class::Float(a), Class::Float(b)) if a < b => Conversion::Widening,
        (a, b) if a.is_number() && b.is_number() => Conversion::Assignment,
        (Class::Integer(4), Class::Boolean) | (Class::Boolean, Class::Integer(4)) => Conversion::Explicit,
        (Class::Integer(4 | 8), Class::Bits) if to.name.as_str() == "bit" => Conversion::Explicit,
        (Class::Bits, Class::Integer(4 | 8)) if from.name.as_str() == "bit" => Conversion::Explicit,
        (Class::Integer(4 | 8) | Class::Numeric, Class::Money) | (Class::Money, Class::Numeric) => {
            Conversion::Assignment
        }
        (Class::Integer(_), Class::Oid) | (Class::Oid, Class::Integer(4 | 8)) => Conversion::Assignment,
        (Class::Json, Class::Json) | (Class::Bits, Class::Bits) | (Class::Net, Class::Net) => Conversion::Assignment,
        (Class::Mac, Class::Mac) => Conversion::Assignment,
        (Class::Json, value) if from.name.as_str() == "jsonb" && (value == Class::Boolean || value.is_number()) => {
            Conversion::Explicit
        }
        (Class::Time(a), Class::Time(b)) => times(a, b),
        _ => Conversion::Unknown,
    }
}

/// Whether a foreign key can compare the two types with an index of either.
pub(crate) fn comparable(a: &TypeName, b: &TypeName) -> bool {
    let same = (&a.schema, &a.name, a.array) == (&b.schema, &b.name, b.array);
    let class = |ty: &TypeName| if ty.array { Class::Other } else { Class::of(ty) };
    let varying = |ty: &TypeName| matches!(ty.name.as_str(), "text" | "character varying");
    same || match (class(a), class(b)) {
        (Class::Integer(_), Class::Integer(_)) => true,
        (Class::String, Class::String) => varying(a) && varying(b),
        _ => false,
    }
}

/// Whether two types differ in nothing but their modifiers.
pub(crate) fn same_base(a: &TypeName, b: &TypeName) -> bool {
    (&a.schema, &a.name, a.array) == (&b.schema, &b.name, b.array)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    String,
    Integer(u8),
    Float(u8),
    Numeric,
    Money,
    Boolean,
    Oid,
    Bits,
    Json,
    Net,
    Mac,
    Time(Clock),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    Date,
    Stamp,
    StampZone,
    Time,
    TimeZone,
    Interval,
}

impl Class {
    fn of(ty: &TypeName) -> Self {
        if ty.array || ty.schema.is_some() {
            return Self::Other;
        }
        match ty.name.as_str() {
            "text" | "character varying" | "character" | "bpchar" | "name" => Self::String,
            "smallint" => Self::Integer(2),
            "integer" => Self::Integer(4),
            "bigint" => Self::Integer(8),
            // A real holds 24 bits, a double 53: the widths up to which integers fit.
            "real" => Self::Float(3),
            "double precision" => Self::Float(5),
            "numeric" => Self::Numeric,
            "money" => Self::Money,
            "boolean" => Self::Boolean,
            "oid" => Self::Oid,
            "bit" | "bit varying" => Self::Bits,
            "json" | "jsonb" => Self::Json,
            "inet" | "cidr" => Self::Net,
            "macaddr" | "macaddr8" => Self::Mac,
            "date" => Self::Time(Clock::Date),
            "timestamp without time zone" => Self::Time(Clock::Stamp),
            "timestamp with time zone" => Self::Time(Clock::StampZone),
            "time without time zone" => Self::Time(Clock::Time),
            "time with time zone" => Self::Time(Clock::TimeZone),
            "interval" => Self::Time(Clock::Interval),
            _ => Self::Other,
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Integer(_) | Self::Float(_) | Self::Numeric)
    }
}

fn strings(from: &TypeName, to: &TypeName) -> Conversion {
    match (from.name.as_str(), to.name.as_str()) {
        // `character` loses its padding.
        ("character" | "bpchar", _) | (_, "character" | "bpchar" | "name") => Conversion::Assignment,
        _ => modifiers(from, to),
    }
}

/// The conversion between two types that differ only in their modifiers.
fn modifiers(from: &TypeName, to: &TypeName) -> Conversion {
    let number = |text: &String| text.trim().parse::<i64>().ok();
    let (old, new): (Vec<_>, Vec<_>) =
        (from.modifiers.iter().map(number).collect(), to.modifiers.iter().map(number).collect());
    let wider = match (old.as_slice(), new.as_slice()) {
        (_, []) => true,
        // Digits before the point and after it must both have room.
        ([Some(p), scale @ ..], [Some(q), wider @ ..]) if from.name.as_str() == "numeric" => {
            let scale_of = |rest: &[Option<i64>]| rest.first().copied().flatten().unwrap_or(0);
            let (s, t) = (scale_of(scale), scale_of(wider));
            t >= s && q - t >= p - s
        }
        // What a number means to a type of an extension, only the extension knows.
        ([Some(a)], [Some(b)]) => b >= a && to.schema.is_none() && to.name.as_str() != "bit",
        _ => false,
    };
    if wider { Conversion::Widening } else { Conversion::Assignment }
}

#[allow(clippy::unnested_or_patterns)]
fn times(from: Clock, to: Clock) -> Conversion {
    match (from, to) {
        (a, b) if a == b => Conversion::Widening,
        (Clock::Date, Clock::Stamp) => Conversion::Widening,
        (Clock::Date | Clock::Stamp | Clock::StampZone, Clock::Date | Clock::Stamp | Clock::StampZone)
        | (Clock::Stamp | Clock::StampZone, Clock::Time)
        | (Clock::StampZone, Clock::TimeZone)
        | (Clock::Time, Clock::TimeZone | Clock::Interval)
        | (Clock::TimeZone | Clock::Interval, Clock::Time) => Conversion::Assignment,
        _ => Conversion::Unknown,
    }
}

/// Whether both are integer types.
pub(crate) fn are_integers(a: &TypeName, b: &TypeName) -> bool {
    [a, b].into_iter().all(|ty| matches!(Class::of(ty), Class::Integer(_)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use novate_sql::ast::WrittenType;

    pub(super) fn ty(text: &str) -> TypeName {
        match novate_sql::parse_type(text).unwrap() {
            WrittenType::Type(ty) | WrittenType::Serial(ty) => ty,
        }
    }

    #[test]
    fn conversions() {
        let cases = [
            ("varchar(10)", "varchar(20)", Conversion::Widening),
            ("varchar(10)", "text", Conversion::Widening),
            ("text", "varchar(10)", Conversion::Assignment),
            ("int4", "int8", Conversion::Widening),
            ("int8", "int4", Conversion::Assignment),
            ("int8", "float8", Conversion::Assignment),
            ("numeric(8,2)", "numeric(10,2)", Conversion::Widening),
            ("numeric(8,2)", "numeric(8,4)", Conversion::Assignment),
            ("int4", "text", Conversion::Assignment),
            ("text", "int4", Conversion::Explicit),
            ("text[]", "int4[]", Conversion::Explicit),
            ("varchar(5)[]", "text[]", Conversion::Widening),
            ("int4", "bool", Conversion::Explicit),
            ("int4", "uuid", Conversion::Unknown),
            ("int4", "int4[]", Conversion::Unknown),
            ("bit(8)", "int4", Conversion::Explicit),
            ("varbit", "int4", Conversion::Unknown),
            ("jsonb", "int4", Conversion::Explicit),
            ("json", "bool", Conversion::Unknown),
            ("timestamptz", "date", Conversion::Assignment),
            ("date", "time", Conversion::Unknown),
            ("gis.geometry(4)", "gis.geometry(5)", Conversion::Assignment),
            ("gis.geometry(4)", "gis.geometry", Conversion::Widening),
        ];
        for (from, to, expected) in cases {
            assert_eq!(conversion(&ty(from), &ty(to)), expected, "{from} to {to}");
        }
    }
}
