//! Reading a live catalog into the model of a contract.
//!
//! One statement reads everything, in one round trip and one snapshot; the rest is pure.

mod assemble;
mod column;
mod comment;
mod constraint;
mod enumeration;
mod exclusion;
mod extension;
mod foreign_key;
mod index;
mod query;
mod rows;
mod schema;
mod sequence;
mod table;
mod text;
mod unsupported;

use std::collections::BTreeMap;

use novate_contract::{Contract, Ident, ObjectId, Space};
use tokio_postgres::{GenericClient, SimpleQueryMessage};

pub use query::ServerVersion;
pub(crate) use query::with_settings;
use rows::Rows;

use crate::{CatalogError, describe};

/// How a catalog is read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The space that the contract is said to describe.
    pub space: Space,
    /// The server's version, where the caller knows it from the connection; without it the server is asked first,
    /// which is one more round trip.
    pub server_version: Option<ServerVersion>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { space: Space::app(), server_version: None }
    }
}

/// A live database's schema at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Everything in it as a contract would say it, `unsupported` included. Schemas of the system, of other sessions
    /// and of the runner, and whatever belongs to an extension, are left out.
    pub contract: Contract,
    /// The extensions as they are installed.
    pub extensions: BTreeMap<Ident, InstalledExtension>,
    /// The server's version.
    pub server_version: ServerVersion,
}

/// An extension as it is installed; its entry in the contract says less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledExtension {
    /// The schema that its objects are in.
    pub schema: Ident,
    /// Its version.
    pub version: String,
    /// The comment on it, its own included.
    pub comment: Option<String>,
}

/// Reads the catalog that `client` is connected to: one round trip where `options` name the server's version. Nothing
/// depends on the session's settings or changes them, and no prepared statement is left behind.
pub async fn read(client: &impl GenericClient, options: &ReadOptions) -> Result<Snapshot, CatalogError> {
    let version = match options.server_version {
        Some(version) => version,
        None => ask_version(client).await?,
    };
    let messages = client.simple_query(&read_sql(version)?).await?;
    Snapshot::from_messages(&messages, &options.space)
}

/// The text that reads a catalog, for the simple query protocol, so that a caller can send it together with other
/// statements. [`Snapshot::from_messages`] finds the rows in the answer. It may run inside a transaction.
pub fn read_sql(version: ServerVersion) -> Result<String, CatalogError> {
    if version < ServerVersion::OLDEST {
        return Err(CatalogError::TooOld { major: version.major() });
    }
    Ok(with_settings(&query::statement(version)))
}

async fn ask_version(client: &impl GenericClient) -> Result<ServerVersion, CatalogError> {
    let messages = client.simple_query("SHOW server_version_num").await?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    row.and_then(|text| text.parse().ok()).map(ServerVersion).ok_or(CatalogError::NoAnswer)
}

impl Snapshot {
    /// Every object's definition with expressions in the server's own words, a line for each thing that can be said of
    /// it: what fingerprints are made of.
    pub fn printed(&self) -> BTreeMap<ObjectId, String> {
        self.contract.objects().into_iter().map(|(id, object)| (id, describe::text(object))).collect()
    }

    /// The snapshot in the answer to a batch that holds [`read_sql`]; rows of other statements are passed over.
    pub fn from_messages(messages: &[SimpleQueryMessage], space: &Space) -> Result<Self, CatalogError> {
        let mut rows = Rows::default();
        for message in messages {
            let SimpleQueryMessage::Row(row) = message else { continue };
            let named = |at: usize, name: &str| row.columns().get(at).is_some_and(|column| column.name() == name);
            if !(named(0, "novate_kind") && named(1, "novate_object")) {
                continue;
            }
            if let (Some(kind), Some(object)) = (row.get(0), row.get(1)) {
                rows.push(kind, object)?;
            }
        }
        assemble::snapshot(&rows, space.clone())
    }
}
