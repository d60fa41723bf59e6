//! `ops.json`.

use camino::Utf8Path;
use novate_contract::{Space, storage_hash};
use novate_history::format::ops_json;
use novate_history::{HistoryError, Manifest, NewPackage, PackageFiles, PackageName, SourceDigest};
use novate_planner::{Operation, TransactionMode};

use crate::contract::shown;
use crate::seal;
use crate::text::ensure;

pub(crate) fn run(input: &str) -> Result<(), String> {
    match operations(input)? {
        Ok(operations) => {
            let text = ops_json(&operations);
            let again =
                self::operations(&text)?.map_err(|error| format!("what was written is refused: {error}\n{text}"))?;
            ensure(again == operations, || format!("what was written holds other operations\n{text}"))?;
            ensure(ops_json(&again) == text, || format!("what was written is written in another way\n{text}"))
        }
        Err(error) => {
            shown(&[Some(error.to_string()), error.why(), error.fix()]);
            Ok(())
        }
    }
}

/// The operations of a text, read as those of a package that vouches for them.
pub(crate) fn operations(text: &str) -> Result<Result<Vec<Operation>, HistoryError>, String> {
    let folder = Utf8Path::new("migrations/app/20260101T0000_fuzz");
    let failed = |error: HistoryError| format!("a package of ours is refused: {error}");
    let name = PackageName::parse("20260101T0000_fuzz").map_err(failed)?;
    let empty = novate_contract::Contract::empty(Space::app());
    let manifest = Manifest {
        from: None,
        to: storage_hash(&empty),
        space: Space::app(),
        transaction: TransactionMode::Package,
        provided_invariants: Vec::new(),
        placeholders: Vec::new(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        source_digest: SourceDigest::of(""),
    };
    let package = NewPackage { manifest, operations: Vec::new(), source: String::new() };
    let (files, _) = PackageFiles::of(folder, &package).map_err(failed)?;
    let files = PackageFiles { operations: text.to_owned(), ..files };
    Ok(seal::package(files, folder, &name).map(|package| package.operations))
}
