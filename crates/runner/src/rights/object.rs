//! Rights on objects: what PostgreSQL's message is about, and what the role lacks there.

use novate_sql::{Ident, Literal, QName};
use serde::Deserialize;

use super::{MissingRight, Purpose};
use crate::session::Session;

/// What a message says: the object, and whether it must be owned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denied {
    owner: bool,
    kind: String,
    name: String,
}

/// Reads `permission denied for KIND NAME` and `must be owner of KIND NAME`.
pub(super) fn parse(message: &str) -> Option<Denied> {
    if message.starts_with("permission denied to create temporary tables") {
        return Some(Denied { owner: false, kind: "temporary".to_owned(), name: String::new() });
    }
    let (owner, rest) = match message.strip_prefix("must be owner of ") {
        Some(rest) => (true, rest),
        None => (false, message.strip_prefix("permission denied for ")?),
    };
    let kinds = ["materialized view", "foreign table", "table", "view", "index", "sequence", "relation"];
    let others = ["schema", "database", "type", "function", "extension"];
    let kind = kinds.iter().chain(&others).find(|kind| rest.starts_with(&format!("{kind} ")))?;
    let name = rest[kind.len() + 1..].trim_matches('"').to_owned();
    let kind = if kinds.contains(kind) { "relation" } else { kind };
    Some(Denied { owner, kind: kind.to_owned(), name })
}

/// What the server knows of the object.
#[derive(Debug, Deserialize)]
struct Found {
    role: String,
    database: String,
    schema: Option<String>,
    name: Option<String>,
    /// As a statement calls it: `TABLE`, `SEQUENCE`, `SCHEMA`.
    word: Option<String>,
    owner: Option<String>,
    /// Whether the owner may do anything: nobody should be made a member of such a role.
    owner_is_superuser: Option<bool>,
    /// The rights on it that the role lacks.
    lacks: Vec<String>,
}

/// Asks the server what the role lacks on it.
pub(super) async fn find(
    session: &mut Session,
    denied: &Denied,
    purpose: Purpose,
    statement: &str,
) -> Option<MissingRight> {
    let sql = format!(
        "BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_catalog.json_build_object('role', current_user, 'database', \
         pg_catalog.current_database(), 'schema', o.schema, 'name', o.name, 'word', o.word, 'owner', \
         pg_catalog.pg_get_userbyid(o.owner), 'owner_is_superuser', (SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = \
         o.owner), 'lacks', coalesce(o.lacks, '{{}}'))::pg_catalog.text FROM (SELECT 1) one LEFT JOIN LATERAL ({}) o ON \
         true LIMIT 1; COMMIT",
        question(denied, statement)
    );
    let rows = session.batch(&sql, &mut |_| ()).await;
    if rows.is_err() {
        session.rollback().await;
    }
    let text = rows.ok()?.into_iter().flatten().flatten().next()?;
    let found: Found = serde_json::from_str(&text).ok()?;
    missing(denied, purpose, statement, &found)
}

/// A query for schema, name, word, owner and the rights that are lacking.
fn question(denied: &Denied, statement: &str) -> String {
    let name = Literal(&denied.name).to_string();
    let lacking = |object: &str, function: &str, rights: &str| {
        format!(
            "ARRAY(SELECT r FROM pg_catalog.unnest('{{{rights}}}'::pg_catalog.text[]) r WHERE NOT \
             pg_catalog.{function}({object}, r)) AS lacks"
        )
    };
    match denied.kind.as_str() {
        "relation" => {
            let lacks =
                lacking("c.oid", "has_table_privilege", "SELECT,INSERT,UPDATE,DELETE,REFERENCES,TRIGGER,TRUNCATE");
            // Of several by that name: novate's own, then one that the statement names with its schema.
            format!(
                "SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN \
                 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS word, \
                 c.relowner AS owner, {lacks} FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = \
                 c.relnamespace WHERE c.oid IN (SELECT coalesce(x.indrelid, named.oid) FROM pg_catalog.pg_class named \
                 LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = named.oid WHERE named.relname = {name}) ORDER BY \
                 n.nspname = 'novate' AND {statement} = '' DESC, pg_catalog.strpos({statement}, n.nspname || '.') > 0 \
                 DESC, n.nspname = 'public' DESC",
                statement = Literal(statement),
            )
        }
        "schema" => format!(
            "SELECT NULL AS schema, nspname AS name, 'SCHEMA' AS word, nspowner AS owner, {} FROM \
             pg_catalog.pg_namespace WHERE nspname = {name}",
            lacking("oid", "has_schema_privilege", "USAGE,CREATE")
        ),
        "type" => format!(
            "SELECT n.nspname AS schema, y.typname AS name, 'TYPE' AS word, y.typowner AS owner, {} FROM \
             pg_catalog.pg_type y JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace WHERE y.typname = {name}",
            lacking("y.oid", "has_type_privilege", "USAGE")
        ),
        "extension" => format!(
            "SELECT NULL AS schema, extname AS name, 'EXTENSION' AS word, extowner AS owner, '{{}}'::pg_catalog.text[] AS \
             lacks FROM pg_catalog.pg_extension WHERE extname = {name}"
        ),
        _ => format!(
            "SELECT NULL AS schema, datname AS name, 'DATABASE' AS word, datdba AS owner, {} FROM pg_catalog.pg_database \
             WHERE datname = pg_catalog.current_database()",
            lacking("oid", "has_database_privilege", "CREATE,TEMPORARY")
        ),
    }
}

fn missing(denied: &Denied, purpose: Purpose, statement: &str, found: &Found) -> Option<MissingRight> {
    let role = Ident::new(&found.role);
    let one = |right: String, grant: String| MissingRight { role: found.role.clone(), right, grant };
    let database = Ident::new(&found.database);
    if denied.kind == "temporary" {
        return Some(one(
            format!("TEMPORARY on database {database}"),
            format!("GRANT TEMPORARY ON DATABASE {database} TO {role};"),
        ));
    }
    if denied.kind == "database" {
        return Some(one(
            format!("CREATE on database {database}"),
            format!("GRANT CREATE ON DATABASE {database} TO {role};"),
        ));
    }
    let name = found.name.as_deref()?;
    let object = match &found.schema {
        Some(schema) => QName::new(schema.as_str(), name).to_string(),
        None => Ident::new(name).to_string(),
    };
    let ours = found.schema.as_deref() == Some("novate") || (denied.kind == "schema" && name == "novate");
    if ours && statement.is_empty() {
        return Some(own_tables(purpose, &role, one));
    }
    let word = found.word.as_deref()?;
    let called = format!("{} {object}", word.to_lowercase());
    if denied.owner {
        let owner = Ident::new(found.owner.as_deref()?);
        let grant = if found.owner_is_superuser == Some(true) {
            format!("ALTER {word} {object} OWNER TO {role};")
        } else {
            format!("GRANT {owner} TO {role};")
        };
        return Some(one(format!("ownership of {called}, which {owner} has"), grant));
    }
    let lacks: Vec<String> =
        found.lacks.iter().filter(|right| purpose == Purpose::Change || *right != "CREATE").cloned().collect();
    let rights = wanted(&denied.kind, statement, &lacks)?;
    let on = if word == "TABLE" || word.ends_with("VIEW") { object } else { format!("{word} {object}") };
    Some(one(format!("{rights} on {called}"), format!("GRANT {rights} ON {on} TO {role};")))
}

/// Everything that a role needs of schema novate, at once: one right after the other would be asked for.
fn own_tables(purpose: Purpose, role: &Ident, one: impl Fn(String, String) -> MissingRight) -> MissingRight {
    let rights = match purpose {
        Purpose::Look => "SELECT",
        Purpose::Change => "SELECT, INSERT, UPDATE, DELETE",
    };
    one(
        format!("USAGE on schema novate, or {rights} on its tables"),
        format!("GRANT USAGE ON SCHEMA novate TO {role}; GRANT {rights} ON ALL TABLES IN SCHEMA novate TO {role};"),
    )
}

/// The lacking rights that a statement needs, as far as its words tell.
fn wanted(kind: &str, statement: &str, lacks: &[String]) -> Option<String> {
    let words: Vec<String> =
        statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_ascii_uppercase).collect();
    let says = |word: &str| words.iter().any(|said| said == word);
    let needed: Vec<&str> = lacks
        .iter()
        .map(String::as_str)
        .filter(|right| match *right {
            // Whoever may not enter a schema finds nothing in it, whatever else is meant.
            "USAGE" => true,
            "CREATE" => kind == "schema" && (says("CREATE") || says("ALTER") || words.len() <= 1),
            "SELECT" => !says("REFERENCES"),
            right => says(right),
        })
        .collect();
    match (needed.as_slice(), lacks) {
        ([], []) => None,
        ([], [first, ..]) => Some(first.clone()),
        (needed, _) => Some(needed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_their_objects() {
        let denied =
            |owner, kind: &str, name: &str| Some(Denied { owner, kind: kind.to_owned(), name: name.to_owned() });
        for (message, expected) in [
            ("permission denied for table t", denied(false, "relation", "t")),
            ("permission denied for materialized view m v", denied(false, "relation", "m v")),
            ("permission denied for schema novate", denied(false, "schema", "novate")),
            ("must be owner of index t_pkey", denied(true, "relation", "t_pkey")),
            ("must be owner of type mood", denied(true, "type", "mood")),
            ("permission denied to create temporary tables in database \"x\"", denied(false, "temporary", "")),
            ("permission denied to create role", None),
            ("something else", None),
        ] {
            assert_eq!(parse(message), expected, "{message}");
        }
    }

    #[test]
    fn statements_tell_which_right_they_need() {
        let lacks = |rights: &str| rights.split(',').map(str::to_owned).collect::<Vec<_>>();
        for (kind, statement, lacking, expected) in [
            ("relation", "UPDATE t SET a = 1", "SELECT,INSERT,UPDATE,DELETE,REFERENCES", "SELECT, UPDATE"),
            ("relation", "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES t", "SELECT,REFERENCES", "REFERENCES"),
            ("relation", "SELECT 1 FROM t", "SELECT,INSERT", "SELECT"),
            ("schema", "CREATE TABLE s.t ()", "USAGE,CREATE", "USAGE, CREATE"),
            ("schema", "CREATE TABLE s.t ()", "CREATE", "CREATE"),
            ("schema", "UPDATE s.t SET a = 1", "USAGE,CREATE", "USAGE"),
        ] {
            assert_eq!(wanted(kind, statement, &lacks(lacking)).as_deref(), Some(expected), "{statement}");
        }
    }
}
