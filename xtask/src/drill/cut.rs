//! The connection is cut at every message of a run, in both directions, and where a COMMIT was sent and its answer is
//! lost.

use novate_proxy::{Cut, Proxy, Then, Traffic};

use super::tally::{on, rounds};
use super::{AT_ONCE, Drill, Stage, socket};
use crate::failure::Failure;
use crate::program::BOUND;
use crate::say;

pub(crate) fn run(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    let socket = socket(&stage.server)?;
    let database = stage.server.database("drill")?;
    let proxy = Proxy::to(&socket)?;
    drill.program.run(&proxy.url(database.name()), "migrate")?.ok()?;
    let traffic = proxy.traffic();
    drop((proxy, database));
    let cuts = cuts(&traffic);
    say::note(&format!(
        "{} round trips, {} messages there and {} back: {} ways to cut",
        traffic.questions.len(),
        traffic.to_server,
        traffic.to_client.len(),
        cuts.len()
    ));
    rounds(drill, "cut", count.unwrap_or(cuts.len()), AT_ONCE, |round| {
        // Every cut in turn, or some of them.
        let at = match count {
            Some(count) if count < cuts.len() => round.random.below(cuts.len() as u64),
            _ => (round.number - 1) as u64,
        };
        let chosen = usize::try_from(at).ok().and_then(|at| cuts.get(at));
        let (cut, then) = *chosen.ok_or_else(|| Failure::new("there is no such cut", "name a lower round"))?;
        let database = stage.server.database("drill")?;
        on(drill, round, &database, || {
            let proxy = Proxy::to(&socket)?.cut(cut, then);
            let ran = drill.program.start(&proxy.url(database.name()), "migrate")?.wait(BOUND)?;
            let reached = stage.history.recovers(&drill.program, &database, &ran)?;
            let what = match (cut, then) {
                (Cut::ToServer(_), _) => "to the server",
                (Cut::ToClient(_), _) => "to the runner",
                (_, Then::Served) => "COMMIT, asked again",
                (_, Then::Refused) => "COMMIT, for good",
            };
            Ok(format!("{what:<20} exit {}: {}", ran.code().unwrap_or(-1), stage.history.tell(&reached)))
        })
    })
}

/// What the type of a message that holds a row is.
const ROW: u8 = b'D';

/// Every message, and every COMMIT: as an answer that is lost once, and for good. Of the rows of one answer the first and
/// the last: the server has sent all of them before anything else happens, and a catalog has thousands.
fn cuts(traffic: &Traffic) -> Vec<(Cut, Then)> {
    let there = (1..=traffic.to_server).map(|at| (Cut::ToServer(at), Then::Served));
    let is_row = |at: usize| traffic.to_client.get(at) == Some(&ROW);
    let is_within = |at: usize| at > 0 && is_row(at - 1) && is_row(at) && is_row(at + 1);
    let back = (0..traffic.to_client.len()).filter(|at| !is_within(*at));
    let back = back.map(|at| (Cut::ToClient(at + 1), Then::Served));
    let commits = traffic.questions.iter().enumerate().filter(|(_, sql)| super::is_commit(sql));
    let commits = commits.flat_map(|(at, _)| [Then::Served, Then::Refused].map(|then| (Cut::After(at + 1), then)));
    there.chain(back).chain(commits).collect()
}
