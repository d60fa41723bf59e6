//! What hazards mean to those who run the database, for reviewers who meet them for the first time.

use novate_planner::HazardCode;

/// One sentence.
pub(super) fn meaning(code: HazardCode) -> &'static str {
    match code {
        HazardCode::BlocksReads => {
            "Takes a lock (ACCESS EXCLUSIVE) that keeps every reader and writer of the table waiting until the \
             transaction ends."
        }
        HazardCode::BlocksWrites => {
            "Takes a lock (SHARE or SHARE ROW EXCLUSIVE) under which the table can be read, and every writer waits \
             until the transaction ends."
        }
        HazardCode::Rewrite => "Writes the whole table anew: as long as copying it takes, with its size on disk again.",
        HazardCode::Scan => "Reads the whole table while it holds its lock.",
        HazardCode::IndexBuild => "Builds an index: reads and sorts the whole table.",
        HazardCode::MayFail => "Can fail on rows that are there. Then all of it is rolled back.",
        HazardCode::DataLoss => "Loses data that nothing brings back but a backup.",
        HazardCode::DropColumn => "Drops a column with what is in it.",
        HazardCode::DropTable => "Drops a table with what is in it.",
        HazardCode::BreaksClients => "Programs that run against the schema as it was fail afterwards.",
        HazardCode::Irreversible => "No later migration can take it back.",
    }
}
