//! Some of a database's rows, and every row that they refer to, so that no key is broken.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures_util::{SinkExt, TryStreamExt};
use novate_contract::{ConstraintKind, Contract, ForeignKey, Ident, QName, Table};
use novate_runner::connection::Connected;
use novate_sql::Literal;

use crate::{RehearseError, query};

/// Copies up to `rows` rows of every table, those that they refer to, and where every sequence stands. On both sides
/// there are the tables of `contract`; a transaction is open on the one that is copied from, in which rows stay where they
/// are.
pub(crate) async fn copy(
    from: &Connected,
    to: &Connected,
    contract: &Contract,
    rows: u32,
) -> Result<(), RehearseError> {
    let mut chosen = Chosen::default();
    if rows > 0 {
        for (name, _) in leaves(contract) {
            chosen.first(from, name, rows).await?;
        }
        chosen.close(from, contract).await?;
    }
    // Keys are whole, and triggers did their work where the rows come from.
    let quiet = "SET session_replication_role = replica";
    to.client.batch_execute(quiet).await.map_err(RehearseError::from_server("fill the copy"))?;
    for (name, table) in leaves(contract) {
        if let Some(places) = chosen.places.get(name).filter(|places| !places.is_empty()) {
            rows_of(from, to, name, table, places).await?;
        }
    }
    sequences(from, to).await?;
    let loud = "RESET session_replication_role; ANALYZE";
    to.client.batch_execute(loud).await.map_err(RehearseError::from_server("fill the copy"))
}

/// The tables that hold rows of their own.
fn leaves(contract: &Contract) -> impl Iterator<Item = (&QName, &Table)> {
    contract.tables.iter().filter(|(_, table)| table.partition_by.is_none())
}

/// The rows that were chosen, by table and by where they lie (`ctid`).
#[derive(Default)]
struct Chosen {
    places: BTreeMap<QName, BTreeSet<String>>,
}

impl Chosen {
    async fn first(&mut self, from: &Connected, table: &QName, rows: u32) -> Result<(), RehearseError> {
        let sql = format!("SELECT ctid FROM ONLY {table} LIMIT {rows}");
        let places = query::column(from, "choose rows", &sql).await?;
        self.places.entry(table.clone()).or_default().extend(places);
        Ok(())
    }

    /// Chooses what chosen rows refer to, until there is nothing more.
    async fn close(&mut self, from: &Connected, contract: &Contract) -> Result<(), RehearseError> {
        let mut fresh: BTreeMap<QName, BTreeSet<String>> = self.places.clone();
        while !fresh.is_empty() {
            let mut next: BTreeMap<QName, BTreeSet<String>> = BTreeMap::new();
            for (name, places) in &fresh {
                let Some(table) = contract.tables.get(name) else { continue };
                for key in keys(table) {
                    for (found, place) in referenced(from, name, places, key).await? {
                        if self.places.entry(found.clone()).or_default().insert(place.clone()) {
                            next.entry(found).or_default().insert(place);
                        }
                    }
                }
            }
            fresh = next;
        }
        Ok(())
    }
}

fn keys(table: &Table) -> impl Iterator<Item = &ForeignKey> {
    table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(key),
        _ => None,
    })
}

/// The rows that some rows of a table refer to by a key: the table that each lies in, and where.
async fn referenced(
    from: &Connected,
    name: &QName,
    places: &BTreeSet<String>,
    key: &ForeignKey,
) -> Result<Vec<(QName, String)>, RehearseError> {
    let pairs = key.columns.iter().zip(&key.referenced);
    let on: Vec<String> = pairs.map(|(own, other)| format!("p.{other} = c.{own}")).collect();
    let sql = format!(
        "SELECT n.nspname, r.relname, p.ctid FROM ONLY {name} c JOIN {} p ON {} \
         JOIN pg_catalog.pg_class r ON r.oid = p.tableoid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace \
         WHERE c.ctid = ANY ({}::pg_catalog.tid[])",
        key.references,
        on.join(" AND "),
        array(places),
    );
    let rows = query::rows(from, "choose the rows that others refer to", &sql).await?;
    let place = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter().flatten();
        let (schema, table, place) = (cells.next()?, cells.next()?, cells.next()?);
        Some((QName::new(schema.as_str(), table.as_str()), place))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}

fn array(places: &BTreeSet<String>) -> String {
    let quoted: Vec<String> = places.iter().map(|place| format!("\"{place}\"")).collect();
    Literal(&format!("{{{}}}", quoted.join(","))).to_string()
}

/// Copies rows as text, column by name; generated columns are made again on the other side.
async fn rows_of(
    from: &Connected,
    to: &Connected,
    name: &QName,
    table: &Table,
    places: &BTreeSet<String>,
) -> Result<(), RehearseError> {
    const ACTION: &str = "copy rows";
    let columns: Vec<String> = table
        .columns
        .iter()
        .filter(|(_, column)| column.generated.is_none())
        .map(|(name, _)| Ident::to_string(name))
        .collect();
    if columns.is_empty() {
        return Ok(());
    }
    let columns = columns.join(", ");
    let select = format!("SELECT {columns} FROM ONLY {name} WHERE ctid = ANY ({}::pg_catalog.tid[])", array(places));
    let failed = RehearseError::from_server(ACTION);
    let out = from.client.copy_out(&format!("COPY ({select}) TO STDOUT")).await.map_err(&failed)?;
    let sink = to.client.copy_in(&format!("COPY {name} ({columns}) FROM STDIN")).await.map_err(&failed)?;
    let (mut out, mut sink) = (pin!(out), pin!(sink));
    while let Some(bytes) = out.try_next().await.map_err(&failed)? {
        sink.send(bytes).await.map_err(&failed)?;
    }
    sink.finish().await.map_err(&failed)?;
    Ok(())
}

/// Puts every sequence to where it stands, those of identity columns included.
async fn sequences(from: &Connected, to: &Connected) -> Result<(), RehearseError> {
    let sql = "SELECT pg_catalog.format('SELECT pg_catalog.setval(%L, %s)', \
               pg_catalog.format('%I.%I', schemaname, sequencename), last_value) \
               FROM pg_catalog.pg_sequences WHERE last_value IS NOT NULL AND schemaname <> 'novate'";
    for statement in query::column(from, "see where sequences stand", sql).await? {
        // A sequence that is not modelled is not there.
        let _ = query::rows(to, "put sequences to where they stand", &statement).await;
    }
    Ok(())
}
