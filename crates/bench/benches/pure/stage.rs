//! What is measured upon: a schema, and the same with one table of twenty changed.

use novate_contract::Contract;
use novate_source::{SourceFile, SourceOptions};

/// One table in so many has a column more than before.
const CHANGED: usize = 20;

/// A schema as the files of a project.
pub(crate) fn files(tables: usize) -> Vec<SourceFile> {
    vec![SourceFile::new("contracts/app.sql", novate_bench::schema(tables, None))]
}

/// The contract of a schema.
pub(crate) fn contract(tables: usize) -> Contract {
    read(&files(tables))
}

/// The same after the change.
pub(crate) fn changed(tables: usize) -> Contract {
    read(&[SourceFile::new("contracts/app.sql", novate_bench::schema(tables, Some(CHANGED)))])
}

fn read(files: &[SourceFile]) -> Contract {
    match novate_source::read(files, &SourceOptions::default()) {
        Ok(read) => read.contract,
        Err(errors) => panic!("the schema cannot be read: {errors:?}"),
    }
}
