//! Schemas.

use novate_contract::Ident;
use serde::Deserialize;

/// The fields of [`Row`], in order.
pub(super) const QUERY: &str = "\
SELECT 'schema', json_build_array(n.oid::int8, n.nspname)::text
FROM namespace n
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)";

/// One schema.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) name: String,
}

impl Row {
    /// The comment on it, where that is not the one every database has on `public`.
    pub(super) fn comment(&self, comment: Option<String>) -> Option<String> {
        comment.filter(|text| !(self.name == "public" && text == "standard public schema"))
    }

    pub(super) fn ident(&self) -> Ident {
        Ident::new(&self.name)
    }
}
