//! The types of pgvector: what their casts do, and what the dimensions in brackets mean.

use novate_contract::TypeName;

use super::Conversion;

/// The types, the one that holds most of a number last.
const HALF: &str = "halfvec";
const SPARSE: &str = "sparsevec";
const FULL: &str = "vector";

/// The conversion where one of pgvector's types is on either side and its casts decide; `None` where it is like that of
/// any other type.
///
/// Dimensions are no upper limit: a vector has exactly as many as its column, so that from one number of them to
/// another no row finds its way by itself.
pub(super) fn conversion(from: &TypeName, to: &TypeName) -> Option<Conversion> {
    if to.array {
        return None;
    }
    if from.array {
        return (is_vector(to) && is_number(from)).then_some(Conversion::Assignment);
    }
    if !is_vector(from) || !is_vector(to) || from.schema != to.schema {
        return None;
    }
    let same = from.modifiers == to.modifiers;
    Some(match (from.name.as_str(), to.name.as_str()) {
        _ if !same && !from.modifiers.is_empty() && !to.modifiers.is_empty() => Conversion::Unknown,
        _ if !same && !to.modifiers.is_empty() => Conversion::Assignment,
        (a, b) if a == b => Conversion::Widening,
        (HALF, FULL) => Conversion::Widening,
        _ => Conversion::Assignment,
    })
}

/// Whether the numbers of a vector lose digits between these types.
pub(crate) fn is_rounded(from: &TypeName, to: &TypeName) -> bool {
    let plain = !from.array && !to.array && from.schema == to.schema;
    plain && matches!(from.name.as_str(), FULL | SPARSE) && is_vector(from) && is_vector(to) && to.name.as_str() == HALF
}

/// Whether it is one of pgvector's types, wherever that is.
fn is_vector(ty: &TypeName) -> bool {
    ty.schema.is_some() && matches!(ty.name.as_str(), HALF | SPARSE | FULL)
}

/// Whether there is a cast from arrays of these.
fn is_number(ty: &TypeName) -> bool {
    ty.schema.is_none() && matches!(ty.name.as_str(), "integer" | "real" | "double precision" | "numeric")
}

#[cfg(test)]
mod tests {
    use super::super::conversion;
    use super::super::tests::ty;
    use super::*;

    #[test]
    fn as_many_dimensions_or_any() {
        let cases = [
            ("x.vector(3)", "x.vector(4)", Conversion::Unknown),
            ("x.vector(4)", "x.vector(3)", Conversion::Unknown),
            ("x.vector(3)", "x.vector", Conversion::Widening),
            ("x.vector", "x.vector(3)", Conversion::Assignment),
            ("x.vector(3)", "x.halfvec(3)", Conversion::Assignment),
            ("x.vector(3)", "x.halfvec(4)", Conversion::Unknown),
            ("x.halfvec(3)", "x.vector(3)", Conversion::Widening),
            ("x.halfvec(3)", "x.vector", Conversion::Widening),
            ("x.vector(3)", "x.sparsevec(3)", Conversion::Assignment),
            ("x.sparsevec(3)", "x.sparsevec(4)", Conversion::Unknown),
            ("real[]", "x.vector(3)", Conversion::Assignment),
            ("text[]", "x.vector(3)", Conversion::Unknown),
            ("text", "x.vector(3)", Conversion::Explicit),
            ("x.vector(3)", "text", Conversion::Assignment),
            ("x.vector(3)[]", "x.vector(4)[]", Conversion::Unknown),
        ];
        for (from, to, expected) in cases {
            assert_eq!(conversion(&ty(from), &ty(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn half_the_digits() {
        assert!(is_rounded(&ty("x.vector(3)"), &ty("x.halfvec(3)")));
        assert!(!is_rounded(&ty("x.halfvec(3)"), &ty("x.vector(3)")));
        assert!(!is_rounded(&ty("x.halfvec(3)"), &ty("x.halfvec")));
    }
}
