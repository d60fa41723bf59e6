//! A package whose hashes are right, and that runs something other than people read.

use novate_history::{NewPackage, Package};

use super::Sample;

impl Sample {
    /// Writes the second package anew, its hash right, after something was done to it.
    fn forge(&self, change: impl FnOnce(&mut NewPackage)) {
        let project = self.context.project().unwrap();
        let store = project.store().unwrap();
        let name = store.package_names().unwrap().pop().unwrap();
        let Package { manifest, operations, source, .. } = store.read_package(&name).unwrap();
        let mut package = NewPackage { manifest, operations, source };
        change(&mut package);
        store.rewrite_package(&name, &package).unwrap();
    }
}

#[test]
fn other_statements_than_the_source_has() {
    let sample = Sample::new();
    sample.forge(|package| package.operations.last_mut().unwrap().execute[0].sql = "DROP TABLE users".to_owned());
    // Its hash is right: only who compiles the source again can tell.
    assert_eq!(sample.check_code(), "MIGRATION.OPS_DIFFER");
}

#[test]
fn one_operation_less() {
    let sample = Sample::new();
    sample.forge(|package| drop(package.operations.pop()));
    assert_eq!(sample.check_code(), "MIGRATION.OPS_DIFFER");
}

#[test]
fn better_words_are_no_forgery() {
    let sample = Sample::new();
    sample.forge(|package| package.operations[0].label = "Said otherwise".to_owned());
    sample.check().unwrap();
}

#[test]
fn an_exception_of_a_forged_source_excuses_nothing() {
    let sample = Sample::new();
    sample.write("novate.toml", b"[policy]\ndeny = [\"data\"]\n");
    let denied = |said: &str| {
        let problem = sample.check().unwrap_err();
        let all = problem.flatten();
        let found = all.iter().filter(|problem| problem.code == "POLICY.DENIED");
        found.filter(|problem| problem.why.as_deref().unwrap_or_default().contains(said)).count()
    };
    let (before, explained) = (denied(""), denied("do not count"));
    assert!(before > 0 && explained == 0);
    sample.forge(|package| package.operations.last_mut().unwrap().execute[0].sql = "DROP TABLE users".to_owned());
    assert_eq!(denied("do not count"), before);
}
