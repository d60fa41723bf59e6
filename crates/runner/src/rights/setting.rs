//! Settings that keep a session from what it is for: read-only transactions, and limits to a statement's time.

use novate_sql::{Ident, Literal};
use serde::Deserialize;

use crate::RunError;
use crate::session::Session;

#[derive(Deserialize)]
struct Setting {
    standby: bool,
    role: String,
    database: String,
    /// What sessions begin with, with its unit.
    value: String,
    /// Who in this database says so; nobody where it is the server's.
    by: Option<Sayer>,
}

/// Who sets what sessions begin with, the first that does winning.
#[derive(Debug, Clone, Copy, Deserialize)]
enum Sayer {
    RoleInDatabase,
    Role,
    Database,
}

/// A setting that sessions begin with, and who says so. The time limit must not strike again: it is what may be asked
/// about.
async fn setting(session: &mut Session, name: &str) -> Option<Setting> {
    let said = |of: &str| {
        format!(
            "(SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c WHERE \
             pg_catalog.starts_with(c, {} || '=') AND {of}))",
            Literal(name)
        )
    };
    let (role, database) = (
        "s.setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)",
        "s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
    );
    let sql = format!(
        "BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_catalog.json_build_object('standby', \
         pg_catalog.pg_is_in_recovery(), 'role', session_user, 'database', pg_catalog.current_database(), 'value', \
         (SELECT coalesce(reset_val, '') || coalesce(unit, '') FROM pg_catalog.pg_settings WHERE name = {}), \
         'by', CASE WHEN {} THEN 'RoleInDatabase' WHEN {} THEN 'Role' WHEN {} THEN 'Database' END)::pg_catalog.text; \
         COMMIT",
        Literal(name),
        said(&format!("{role} AND {database}")),
        said(&format!("{role} AND s.setdatabase = 0")),
        said(&format!("{database} AND s.setrole = 0")),
    );
    let rows = session.batch(&sql, &mut |_| ()).await;
    if rows.is_err() {
        session.rollback().await;
    }
    let text = rows.ok()?.into_iter().flatten().flatten().next()?;
    serde_json::from_str(&text).ok()
}

/// Who set a setting, and the statement that takes it back, where a statement can.
fn origin(session: &Session, setting: &Setting, name: &str) -> (String, Option<String>) {
    let (role, database) = (Ident::new(&setting.role), Ident::new(&setting.database));
    if session.asks_for(name) {
        return ("the connection string or PGOPTIONS".to_owned(), None);
    }
    match setting.by {
        Some(Sayer::RoleInDatabase) => {
            let fix = format!("ALTER ROLE {role} IN DATABASE {database} RESET {name};");
            (format!("the role {role} in the database {database}"), Some(fix))
        }
        Some(Sayer::Role) => (format!("the role {role}"), Some(format!("ALTER ROLE {role} RESET {name};"))),
        Some(Sayer::Database) => {
            (format!("the database {database}"), Some(format!("ALTER DATABASE {database} RESET {name};")))
        }
        None => ("the server's configuration".to_owned(), None),
    }
}

/// The error for a server that takes no changes.
pub(super) async fn read_only(session: &mut Session, error: RunError) -> RunError {
    const NAME: &str = "default_transaction_read_only";
    let Some(setting) = setting(session, NAME).await else { return error };
    let (by, fix) = origin(session, &setting, NAME);
    let by = (!setting.standby).then_some(by);
    let message = super::refusal(&error).map(|(_, message, _)| message).unwrap_or_default();
    RunError::ReadOnly { place: session.connected().place.to_string(), message, by, fix }
}

/// The error for a server that stopped after its own limit.
pub(super) async fn timed_out(session: &mut Session, error: RunError) -> RunError {
    const NAME: &str = "statement_timeout";
    // A run sets its own limit, which is its configuration's.
    if let RunError::StatementFailed { .. } = &error {
        return error;
    }
    let Some(setting) = setting(session, NAME).await else { return error };
    let (by, fix) = origin(session, &setting, NAME);
    RunError::TimedOut { limit: setting.value, by, fix }
}
