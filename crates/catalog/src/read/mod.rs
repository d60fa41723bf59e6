//! Reading a live catalog into the model of a contract.
//!
//! One message asks for everything, in one round trip; each row of the answer finds its place while the server makes the
//! next ones.

mod attribute;
mod collation;
mod column;
mod comment;
mod constraint;
mod default;
mod draft;
mod enumeration;
mod exclusion;
mod expression;
mod extension;
mod fields;
mod foreign_key;
mod index;
mod inheritance;
mod method;
mod numbers;
mod operator_class;
mod query;
mod schema;
mod sequence;
mod table;
mod text;
mod ty;
mod unsupported;

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use novate_contract::{Contract, Ident, ObjectId, Space};
use tokio_postgres::{GenericClient, SimpleQueryMessage};

use draft::Draft;
pub use query::ServerVersion;
pub(crate) use query::with_settings;

use crate::{CatalogError, describe};

/// How a catalog is read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The space that the contract is said to describe.
    pub space: Space,
    /// The server's version, where the caller knows it from the connection; without it the server is asked first,
    /// which is one more round trip.
    pub server_version: Option<ServerVersion>,
    /// What is open on the connection.
    pub transaction: Transaction,
}

/// Whether a transaction is open on the connection that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transaction {
    /// None is: everything is read as it was at one moment, in a transaction that can only read.
    #[default]
    None,
    /// One is, and what it has done so far is seen. If others change the schema while it is being read, then what is
    /// seen of that is up to the transaction's isolation level.
    Open,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { space: Space::app(), server_version: None, transaction: Transaction::None }
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
    ask(client, options, "").await.map(|(_, snapshot)| snapshot)
}

/// As [`read`], with a question of the caller's that is answered in the same round trip and of the same moment: one
/// query of one column, of which the first row is given back as text.
pub async fn read_with(
    client: &impl GenericClient,
    options: &ReadOptions,
    question: &str,
) -> Result<(Option<String>, Snapshot), CatalogError> {
    ask(client, options, &format!("{question};\n")).await
}

async fn ask(
    client: &impl GenericClient,
    options: &ReadOptions,
    question: &str,
) -> Result<(Option<String>, Snapshot), CatalogError> {
    let version = match options.server_version {
        Some(version) => version,
        None => ask_version(client).await?,
    };
    if version < ServerVersion::OLDEST {
        return Err(CatalogError::TooOld { major: version.major() });
    }
    let statements = with_settings(&query::statements(version));
    let statements = match options.transaction {
        // One message is one transaction, unless one is open.
        Transaction::None => {
            format!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n{question}{statements}")
        }
        Transaction::Open => format!("{question}{statements}"),
    };
    let mut answer = pin!(client.client().simple_query_raw(&statements).await?);
    let mut draft = Draft::new(version, options.space.clone());
    let mut answered = None;
    while let Some(message) = answer.try_next().await? {
        match &message {
            SimpleQueryMessage::Row(row) if draft.is_between() => {
                answered = answered.or_else(|| row.get(0).map(str::to_owned));
            }
            message => draft.take(message)?,
        }
    }
    Ok((answered, draft.finish()?))
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
}
