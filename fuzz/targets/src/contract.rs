//! Contract files.

use novate_contract::{Contract, json, storage_hash, validate};
use novate_source::{Drops, Layout, SourceFile, SourceOptions};

use crate::text::{ensure, within};

pub(crate) fn run(input: &str) -> Result<(), String> {
    for drops in [Drops::Refuse, Drops::Execute] {
        let Some(contract) = read(input, drops)? else { continue };
        let problems = validate(&contract);
        for problem in &problems {
            shown(&[Some(problem.to_string())]);
        }
        if problems.is_empty() {
            as_json(&contract)?;
            as_files(&contract)?;
        }
        break;
    }
    Ok(())
}

/// The contract that a text describes, if it does; every complaint must have a place.
pub(crate) fn read(input: &str, drops: Drops) -> Result<Option<Contract>, String> {
    let options = SourceOptions { drops, ..SourceOptions::default() };
    match novate_source::read(&[SourceFile::new("contract.sql", input)], &options) {
        Ok(read) => {
            for note in &read.notes {
                within(input, note.place.span.start, note.place.span.end, note)?;
            }
            for place in read.places.values() {
                within(input, place.span.start, place.span.end, place)?;
            }
            Ok(Some(read.contract))
        }
        Err(errors) => {
            for error in &errors {
                within(input, error.place.span.start, error.place.span.end, error)?;
                shown(&[Some(error.to_string()), error.why(), error.fix()]);
            }
            ensure(!errors.is_empty(), || "a text was refused without a reason".to_owned())?;
            Ok(None)
        }
    }
}

/// `contract.json` holds all of it, and in one form.
fn as_json(contract: &Contract) -> Result<(), String> {
    let text = json::to_json(contract);
    let (again, hash) = json::from_json_with_hash(&text).map_err(|error| format!("{error}\n{text}"))?;
    ensure(again == *contract, || format!("contract.json holds another contract\n{text}"))?;
    ensure(hash == storage_hash(contract), || format!("contract.json has another hash\n{text}"))?;
    ensure(json::to_json(&again) == text, || format!("contract.json is written in another way\n{text}"))
}

/// Contract files hold all of it but what is not modelled.
fn as_files(contract: &Contract) -> Result<(), String> {
    if !contract.unsupported.is_empty() {
        return Ok(());
    }
    let text: String = novate_source::write(contract, Layout::One).into_iter().map(|file| file.text).collect();
    let Some(again) = read(&text, Drops::Refuse)? else { return Err(format!("what was written is refused\n{text}")) };
    ensure(again == *contract, || {
        format!("what was written is another contract\n{text}\n{}\n{}", json::to_json(contract), json::to_json(&again))
    })?;
    let twice: String = novate_source::write(&again, Layout::One).into_iter().map(|file| file.text).collect();
    ensure(twice == text, || format!("what was written is written in another way\n{text}\n{twice}"))
}

/// Texts are made so that making them is fuzzed too.
pub(crate) fn shown(texts: &[Option<String>]) {
    std::hint::black_box(texts);
}
