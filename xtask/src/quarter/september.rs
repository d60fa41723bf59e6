//! The third month: hands in production, a lost laptop, somebody new, runners that are killed or come in pairs.

use super::checks;
use super::deploy::expect;
use super::held::{until_waiting, while_held};
use super::newcomer;
use super::shell::json;
use super::step::Day::{Friday, Monday, Thursday, Tuesday, Wednesday};
use super::step::{Story, When};
use super::team::Base::{self, Development, Production, Staging};
use super::team::Member::{self, Ada, Ben, Cleo, Dan, Eve, Robot};
use super::world::{PATIENCE, World, read};
use crate::drill::wait_until;
use crate::failure::Failure;
use crate::program::BOUND;

const VERIFY: &str = "db verify --strict --env production --to production";
const OUTCOMES: &str = "SELECT operations FROM novate.ledger WHERE kind = 'migrate' ORDER BY id DESC LIMIT 1";

pub(crate) fn play(story: &mut Story) -> Result<(), Failure> {
    hands(story)?;
    consent(story)?;
    people(story)?;
    runners(story)?;
    last(story)
}

fn hands(story: &mut Story) -> Result<(), Failure> {
    story.step(When(9, Monday), Cleo, "finds an index built by hand in production, and adopts it", |w| {
        w.sql(Production, "CREATE INDEX orders_note ON orders (note)")?;
        w.robot_at("main")?;
        drifted(w, "index public.orders_note")?;
        w.branch(Cleo, "adopt")?;
        append(w, Cleo, "contracts/app/orders.sql", "CREATE INDEX orders_note ON orders (note);")?;
        w.novate(Cleo, "plan --name orders_note")?;
        w.migrate(Cleo, Base::Of(Cleo), "")?;
        w.push(Cleo, "adopt", "the index that the incident left")?;
        expect(w.land(Cleo, "adopt")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)?;
        expect(w.deploy(Production, "main", "")?, 1)?;
        let outcomes = w.column(Production, OUTCOMES)?.join("");
        if outcomes.contains("\"skipped\"") && !outcomes.contains("\"executed\"") {
            return Ok(());
        }
        Err(Failure::new(format!("the index was there already, and yet: {outcomes}"), "see the transcript"))
    })?;
    story.step(When(9, Wednesday), Robot, "finds a default that is gone, and mends it as verify says", |w| {
        w.sql(Production, "ALTER TABLE orders ALTER COLUMN currency DROP DEFAULT")?;
        let statements = drifted(w, "column public.orders.currency")?;
        w.sql(Production, &statements.join("\n"))?;
        w.novate(Robot, VERIFY).map(|_| ())
    })
}

/// Verifying production must name that object and no other; the statements that it says would mend it.
fn drifted(w: &mut World, object: &str) -> Result<Vec<String>, Failure> {
    let ran = w.refused(Robot, &format!("{VERIFY} --json"), 4, "DB.DRIFT")?;
    let found = &json(&ran)?["meta"];
    if found["changedSinceSignature"] != serde_json::json!([object]) {
        return Err(ran.wrong(&format!("should have named {object} and nothing else")));
    }
    let texts = found["mend"].as_array().into_iter().flatten().filter_map(|sql| sql.as_str().map(str::to_owned));
    Ok(texts.collect())
}

fn append(w: &World, who: Member, file: &str, line: &str) -> Result<(), Failure> {
    let text = read(&w.clone_of(who).join(file))?;
    w.write(who, file, &format!("{text}{line}\n"))
}

fn consent(story: &mut Story) -> Result<(), Failure> {
    story.step(When(9, Friday), Dan, "drops a column, which the policy denies until he says why", |w| {
        w.branch(Dan, "no-nicknames")?;
        w.edit(Dan, "contracts/app/users.sql", "    nickname text,\n", "")?;
        w.novate(Dan, "plan --name no_nicknames")?.says("destructive")?;
        w.refused(Dan, "check", 7, "POLICY.DENIED")?.says("drop-column")?;
        let statement = "ALTER TABLE public.users DROP COLUMN nickname;";
        w.allow(Dan, "no_nicknames", statement, "drop-column: nobody has given one since August")?;
        w.migrate(Dan, Base::Of(Dan), "")?;
        w.push(Dan, "no-nicknames", "users have no nicknames")?;
        expect(w.land(Dan, "no-nicknames")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(10, Monday), Robot, "drops it in production only with consent", |w| {
        w.robot_at("main")?;
        let migrate = "migrate --env production --advance-ref production";
        let asked = w.refused(Robot, migrate, 7, "POLICY.CONSENT_NEEDED")?;
        let consent = "--allow-destructive column.public.users.nickname";
        let _ = asked.says(consent)?;
        expect(w.deploy(Production, "main", consent)?, 1)
    })
}

fn people(story: &mut Story) -> Result<(), Failure> {
    story.step(When(10, Wednesday), Dan, "loses his laptop, with a package that he had not pushed", |w| {
        w.branch(Dan, "points")?;
        points(w)?;
        w.migrate(Dan, Base::Of(Dan), "")?;
        fs_err::remove_dir_all(w.clone_of(Dan))?;
        w.join(Dan)?;
        w.migrate(Dan, Base::Of(Dan), "--seed")?;
        super::july::seeded(w, Base::Of(Dan), "admin")?;
        // What came from the origin is what everybody has, to the last byte.
        w.novate(Dan, "check --prove-replay")?;
        let mut seen = Vec::new();
        for who in [Dan, Cleo] {
            w.pull(who)?;
            w.novate(who, "migration check")?;
            w.git(who, "diff --quiet origin/main")?;
            seen.push(json(&w.novate(who, "migration list --archived --json")?)?["packages"].clone());
        }
        if seen.windows(2).any(|pair| pair.first() != pair.last()) {
            return Err(Failure::new("the new clone has another history", "see the transcript"));
        }
        Ok(())
    })?;
    story.step(When(10, Thursday), Dan, "plans again what was lost", |w| {
        w.branch(Dan, "points")?;
        points(w)?;
        expect(w.migrate(Dan, Base::Of(Dan), "")?, 1)?;
        w.push(Dan, "points", "users collect points")?;
        expect(w.land(Dan, "points")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(11, Monday), Eve, "joins with a dump of staging", |w| {
        w.join(Eve)?;
        newcomer::restore(w, Staging, Base::Of(Eve))?;
        w.novate(Eve, "db verify --strict")?;
        expect(w.migrate(Eve, Base::Of(Eve), "--seed")?, 0)
    })
}

fn points(w: &mut World) -> Result<(), Failure> {
    let file = "contracts/app/users.sql";
    w.edit(Dan, file, "name text NOT NULL,", "name text NOT NULL,\n    points integer NOT NULL DEFAULT 0,")?;
    w.novate(Dan, "plan --name points").map(|_| ())
}

fn runners(story: &mut Story) -> Result<(), Failure> {
    story.step(When(11, Tuesday), Robot, "is killed while it deploys to production, and does it again", |w| {
        w.robot_at("main")?;
        let migrate = "migrate --env production --advance-ref production";
        while_held(w, Production, "users", "ACCESS SHARE", |w| {
            let running = w.novate_starts(Robot, migrate)?;
            until_waiting(w, Production)?;
            let killed = running.kill()?;
            w.note(&killed)
        })?;
        // Nothing was committed, and nothing says otherwise.
        w.novate(Robot, VERIFY)?;
        expect(w.deploy(Production, "main", "")?, 1)
    })?;
    story.step(When(11, Thursday), Cleo, "plans two indexes that are built while the shop is open", |w| {
        w.branch(Cleo, "indexes")?;
        append(w, Cleo, "contracts/app/shipments.sql", "CREATE INDEX shipments_order_id ON shipments (order_id);")?;
        append(w, Cleo, "contracts/app/users.sql", "CREATE INDEX users_name ON users (name);")?;
        w.novate(Cleo, "plan --name indexes --online")?;
        w.migrate(Cleo, Base::Of(Cleo), "")?;
        w.push(Cleo, "indexes", "indexes for the warehouse")?;
        expect(w.land(Cleo, "indexes")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(11, Friday), Robot, "is killed between those two, and the next run finishes", |w| {
        w.robot_at("main")?;
        while_held(w, Production, "users", "SHARE UPDATE EXCLUSIVE", |w| {
            let running = w.novate_starts(Robot, "migrate --env production --advance-ref production")?;
            until_waiting(w, Production)?;
            let killed = running.kill()?;
            w.note(&killed)?;
            w.novate(Robot, "status --env production")?.says("in transit")?;
            w.refused(Robot, VERIFY, 6, "MIGRATION.IN_TRANSIT").map(|_| ())
        })?;
        expect(w.deploy(Production, "main", "")?, 1)
    })?;
    story.step(When(12, Monday), Ben, "plans when orders were shipped, and two deploys of it begin at once", |w| {
        w.branch(Ben, "shipped")?;
        let currency = "currency text NOT NULL DEFAULT 'EUR'";
        w.edit(Ben, "contracts/app/orders.sql", currency, &format!("{currency},\n    shipped_at timestamptz"))?;
        w.novate(Ben, "plan --name shipped")?;
        w.migrate(Ben, Base::Of(Ben), "")?;
        w.push(Ben, "shipped", "orders say when they were shipped")?;
        expect(w.land(Ben, "shipped")?, 1)?;
        for base in [Staging, Production] {
            twice_at_once(w, base)?;
        }
        Ok(())
    })
}

/// Two jobs deploy the same commit: one works, the other finds nothing to do.
fn twice_at_once(w: &mut World, base: Base) -> Result<(), Failure> {
    w.robot_at("main")?;
    let migrate = format!("migrate --json --env {0} --advance-ref {0}", base.name());
    let both = [w.novate_starts(Robot, &migrate)?, w.novate_starts(Robot, &migrate)?];
    let mut applied = 0;
    for running in both {
        let ran = running.wait(BOUND)?.ok()?;
        w.note(&ran)?;
        applied += w.applied(base, &ran)?;
    }
    expect(applied, 1)?;
    w.deployed(base, "main")
}

fn last(story: &mut Story) -> Result<(), Failure> {
    story.step(When(12, Thursday), Cleo, "looks at main while her database is at a branch of hers", |w| {
        w.branch(Cleo, "returns")?;
        let shipped = "shipped_at timestamptz";
        w.edit(Cleo, "contracts/app/orders.sql", shipped, &format!("{shipped},\n    returned_at timestamptz"))?;
        w.novate(Cleo, "plan --name returns")?;
        w.migrate(Cleo, Base::Of(Cleo), "")?;
        w.push(Cleo, "returns", "orders may come back")?;
        w.git(Cleo, "checkout --quiet --detach origin/main")?;
        w.refused(Cleo, "migrate", 2, "MIGRATION.MARKER_UNKNOWN")?;
        w.novate(Cleo, "status")?.says("MIGRATION.MARKER_UNKNOWN")?;
        w.git(Cleo, "checkout --quiet returns")?;
        expect(w.migrate(Cleo, Base::Of(Cleo), "")?, 0)?;
        expect(w.land(Cleo, "returns")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)?;
        expect(w.deploy(Production, "main", "--rehearse")?, 1)
    })?;
    story.step(When(13, Friday), Ada, "looks back: everybody pulls, and everything stands at one contract", |w| {
        for who in [Ada, Ben, Cleo, Dan, Eve] {
            w.pull(who)?;
            w.migrate(who, Base::Of(who), "")?;
        }
        w.novate(Ada, "check --prove-replay")?;
        w.novate(Ada, "migration graph --at development")?;
        w.novate(Ada, "ref list")?.says("production")?.says("staging")?;
        let mut at = Vec::new();
        let bases: Vec<Base> = w.bases.keys().copied().collect();
        for base in bases {
            at.extend(w.column(base, checks::MARKER)?);
        }
        at.dedup();
        wait_until("nothing is left of runners that ended", PATIENCE, || {
            Ok(w.column(Production, "SELECT 1 FROM novate.progress")?.is_empty())
        })?;
        match at.as_slice() {
            [_] => w.novate(Robot, &format!("status{}", Development.chosen())).map(|_| ()),
            several => Err(Failure::new(format!("databases stand at {several:?}"), "see the transcript")),
        }
    })
}
