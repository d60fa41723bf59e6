//! `migration.json`, `contract.json` and refs: a text is read as each of them.

use camino::Utf8Path;
use novate_contract::json::{self, strict};
use novate_history::{HistoryError, NewPackage, PackageFiles, PackageName, Ref, RefName};

use crate::contract::shown;
use crate::seal;
use crate::text::ensure;

pub(crate) fn run(input: &str) -> Result<(), String> {
    // What is not strict JSON is refused by all of them alike.
    let Ok(value) = strict::read(input, 1 << 20) else {
        return seal::contract(input).map_or(Ok(()), |_| Err("what is not strict was read".to_owned()));
    };
    let text = strict::pretty(value.clone());
    ensure(strict::read(&text, usize::MAX).as_ref() == Ok(&value), || format!("it is read in another way\n{text}"))?;
    manifest(input)?;
    contract(input)?;
    reference(input)
}

fn manifest(input: &str) -> Result<(), String> {
    let folder = Utf8Path::new("migrations/app/20260101T0000_fuzz");
    let failed = |error: HistoryError| format!("what was written is refused: {error}");
    let name = PackageName::parse("20260101T0000_fuzz").map_err(failed)?;
    let files =
        PackageFiles { manifest: input.to_owned(), operations: "[]\n".to_owned(), source: "SELECT 1;\n".to_owned() };
    let package = match seal::package(files, folder, &name) {
        Ok(package) => package,
        Err(error) => {
            shown(&[Some(error.to_string()), error.why(), error.fix(), Some(format!("{:?}", error.place()))]);
            return Ok(());
        }
    };
    if let Err(error) = package.check_runnable() {
        shown(&[Some(error.to_string()), error.why(), error.fix()]);
    }
    let new = NewPackage {
        manifest: package.manifest.clone(),
        operations: package.operations.clone(),
        source: package.source.clone(),
    };
    let (files, hash) = PackageFiles::of(folder, &new).map_err(failed)?;
    ensure(hash == package.hash, || format!("what was written has another hash\n{}", files.manifest))?;
    let again = files.clone().read(folder, &name).map_err(failed)?;
    ensure(again.manifest == package.manifest, || format!("what was written says something else\n{}", files.manifest))
}

fn contract(input: &str) -> Result<(), String> {
    match seal::contract(input) {
        Ok(contract) => {
            shown(&novate_contract::validate(&contract).iter().map(|p| Some(p.to_string())).collect::<Vec<_>>());
            let text = json::to_json(&contract);
            let again =
                json::from_json(&text).map_err(|error| format!("what was written is refused: {error}\n{text}"))?;
            ensure(again == contract, || format!("what was written is another contract\n{text}"))?;
            ensure(json::to_json(&again) == text, || format!("what was written is written in another way\n{text}"))
        }
        Err(error) => {
            shown(&[Some(error.to_string()), error.why(), error.fix()]);
            Ok(())
        }
    }
}

fn reference(input: &str) -> Result<(), String> {
    let path = Utf8Path::new("migrations/app/refs/prod.json");
    let failed = |error: HistoryError| format!("what was written is refused: {error}");
    let name = RefName::parse("prod").map_err(failed)?;
    match Ref::from_json(&name, path, input) {
        Ok(reference) => {
            let text = reference.to_json(&name);
            let again = Ref::from_json(&name, path, &text).map_err(failed)?;
            ensure(again == reference, || format!("what was written is another ref\n{text}"))
        }
        Err(error) => {
            shown(&[Some(error.to_string()), error.why(), error.fix()]);
            Ok(())
        }
    }
}
