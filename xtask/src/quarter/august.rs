//! The second month: a squash, changes of types, a rollback in staging, and a hot fix in production.

use super::deploy::{Merged, expect};
use super::shell::json;
use super::step::Day::{Friday, Monday, Thursday, Tuesday, Wednesday};
use super::step::{Story, When};
use super::team::Base::{self, Production, Staging};
use super::team::Member::{self, Ada, Ben, Cleo, Dan, Robot};
use super::world::World;
use crate::failure::Failure;

const NO_DRAFTS: &str = "UPDATE public.orders SET status = 'open' WHERE status::text = 'draft';\n";

pub(crate) fn play(story: &mut Story) -> Result<(), Failure> {
    squash(story)?;
    types(story)?;
    rollback(story)?;
    hot_fix(story)
}

fn squash(story: &mut Story) -> Result<(), Failure> {
    story.step(When(5, Monday), Ada, "makes one package of the first month", |w| {
        w.branch(Ada, "squash")?;
        w.novate(Ada, "migration squash empty.. --name july --dry-run")?;
        w.novate(Ada, "migration squash empty.. --name july")?.says("proven")?.says("in the archive")?;
        w.novate(Ada, "check --prove-replay")?;
        w.push(Ada, "squash", "July is one package")?;
        expect(w.land(Ada, "squash")?, 0)?;
        // Whoever has gone the whole way has nothing to do.
        expect(w.deploy(Staging, "main", "")?, 0)?;
        expect(w.deploy(Production, "main", "")?, 0)
    })?;
    story.step(When(5, Tuesday), Dan, "comes back to a database in the middle of that month", |w| {
        w.pull(Dan)?;
        w.novate(Dan, "status")?.says("1 package to apply")?;
        expect(w.migrate(Dan, Base::Of(Dan), "")?, 1)?;
        w.pull(Ben)?;
        expect(w.migrate(Ben, Base::Of(Ben), "")?, 2)
    })
}

fn types(story: &mut Story) -> Result<(), Failure> {
    story.step(When(5, Thursday), Ben, "makes text of a key that a foreign key refers to", |w| {
        w.branch(Ben, "text-ids")?;
        w.edit(Ben, "contracts/app/products.sql", "id integer", "id text")?;
        w.edit(Ben, "contracts/app/orders.sql", "product_id integer", "product_id text")?;
        w.novate(Ben, "plan --name text_ids")?;
        expect(w.migrate(Ben, Base::Of(Ben), "")?, 1)?;
        w.push(Ben, "text-ids", "products have ids of letters")?;
        expect(w.land(Ben, "text-ids")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(6, Monday), Robot, "deploys that to production after a rehearsal", |w| {
        w.robot_at("main")?;
        w.novate(Robot, "rehearse --env production --on template")?.says("rewrites")?;
        expect(w.deploy(Production, "main", "")?, 1)
    })?;
    story.step(When(6, Tuesday), Dan, "removes a value of an enum", |w| {
        w.branch(Dan, "no-drafts")?;
        w.edit(Dan, "contracts/app/orders.sql", "'draft', ", "")?;
        w.novate(Dan, "plan --name no_drafts")?.says("asks")?;
        w.fill(Dan, "no_drafts", NO_DRAFTS)?;
        expect(w.migrate(Dan, Base::Of(Dan), "")?, 2)?;
        w.push(Dan, "no-drafts", "there are no drafts")
    })?;
    story.step(When(6, Wednesday), Cleo, "adds a column meanwhile; hers is merged first, and Dan joins them", |w| {
        w.branch(Cleo, "weights")?;
        w.edit(
            Cleo,
            "contracts/app/products.sql",
            "price integer NOT NULL",
            "price integer NOT NULL,\n    weight integer",
        )?;
        w.novate(Cleo, "plan --name weights")?;
        expect(w.migrate(Cleo, Base::Of(Cleo), "")?, 2)?;
        w.push(Cleo, "weights", "products have a weight")?;
        expect(w.land(Cleo, "weights")?, 1)?;
        w.join_branches(Dan, "no-drafts", &["merge_weights"])?;
        expect(w.follow()?, 1)?;
        for who in [Dan, Cleo] {
            w.pull(who)?;
            expect(w.migrate(who, Base::Of(who), "")?, 1)?;
        }
        expect(w.deploy(Staging, "main", "")?, 2)
    })
}

fn rollback(story: &mut Story) -> Result<(), Failure> {
    story.step(When(7, Monday), Ada, "gives users a nickname, which staging has at once", |w| {
        w.branch(Ada, "nicknames")?;
        let file = "contracts/app/users.sql";
        w.edit(Ada, file, "name text NOT NULL,", "name text NOT NULL,\n    nickname text,")?;
        w.novate(Ada, "plan --name nicknames")?;
        w.migrate(Ada, Base::Of(Ada), "")?;
        w.push(Ada, "nicknames", "users have nicknames")?;
        expect(w.land(Ada, "nicknames")?, 1)?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(7, Wednesday), Ada, "takes staging back by a package that leads back", |w| {
        w.branch(Ada, "back")?;
        w.novate(Ada, "plan --to nicknames^ --name back")?.says("destructive")?;
        w.refused(Ada, "check", 7, "POLICY.DENIED")?.says("[env.production]")?;
        w.allow(Ada, "back", "ALTER TABLE public.users DROP COLUMN nickname;", "drop-column: staging goes back")?;
        w.push(Ada, "back", "a way back from nicknames")?;
        expect(w.land(Ada, "back")?, 0)?;
        // A column that is dropped takes along what was in it, and nothing else.
        w.forget(Staging, "users", "nickname")?;
        expect(w.deploy(Staging, "main", "--to nicknames^")?, 1)
    })?;
    story.step(When(7, Friday), Robot, "takes staging forward again, by the package that was there", |w| {
        expect(w.deploy(Staging, "main", "")?, 1)
    })
}

fn hot_fix(story: &mut Story) -> Result<(), Failure> {
    story.step(When(8, Monday), Ben, "mends production from where it stands, while main is ahead", |w| {
        // The commit that production was deployed from is the one before its ref was moved.
        w.git(Ben, "fetch --quiet --prune")?;
        let log = w.git(Ben, "log -1 --format=%H origin/main -- migrations/app/refs/production.json")?;
        let commit = log.said.trim().to_owned();
        w.git(Ben, &format!("checkout --quiet -B hotfix --no-track {commit}"))?;
        let file = "contracts/app/orders.sql";
        w.edit(Ben, file, "    note text\n", "    note text,\n    currency text NOT NULL DEFAULT 'EUR'\n")?;
        w.novate(Ben, "plan --name currency")?;
        w.novate(Ben, "check --prove-replay --base origin/main")?;
        expect(w.migrate(Ben, Base::Of(Ben), "")?, 1)?;
        w.push(Ben, "hotfix", "orders have a currency")
    })?;
    story.step(When(8, Tuesday), Robot, "deploys the hot fix to production from its branch", |w| {
        w.branches.insert(Production, "hotfix".to_owned());
        expect(w.deploy(Production, "hotfix", "--rehearse")?, 1)
    })?;
    story.step(When(8, Thursday), Ben, "brings the hot fix back to main", |w| {
        w.join_branches(Ben, "hotfix", &["merge_currency"])?;
        w.branches.remove(&Production);
        expect(w.follow()?, 1)?;
        w.pull(Ben)?;
        expect(w.migrate(Ben, Base::Of(Ben), "")?, 1)?;
        w.pull(Ada)?;
        w.migrate(Ada, Base::Of(Ada), "")?;
        expect(w.deploy(Staging, "main", "")?, 1)
    })?;
    story.step(When(8, Friday), Robot, "brings production to main by the way from the hot fix", |w| {
        w.robot_at("main")?;
        let plan = w.novate(Robot, "migrate --env production --plan --json")?;
        let consent: Vec<String> = json(&plan)?["needsConsent"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| Some(format!("--allow-destructive {}", one["id"].as_str()?)))
            .collect();
        expect(w.deploy(Production, "main", &consent.join(" "))?, 1)
    })
}

impl World {
    /// Merges a branch that the newest `main` has to be joined with: the two heads, what is carried over, the gate.
    pub(crate) fn join_branches(&mut self, who: Member, branch: &str, carried: &[&str]) -> Result<(), Failure> {
        if self.merge(who, branch)? == Merged::Conflicts {
            self.novate(who, "contract emit")?;
        }
        self.refused(who, "check", 2, "MIGRATION.DIVERGED")?;
        let merged = self.novate(who, "plan --merge")?;
        if merged.said.contains("data is lost") {
            return Err(merged.wrong("must alarm nobody: both branches keep what they brought"));
        }
        for slug in carried {
            self.without_placeholders(who, slug)?;
        }
        self.novate(who, "migration emit")?;
        self.novate(who, "check --prove-replay")?;
        self.push(who, "main", &format!("merge {branch}"))
    }

    /// A column is dropped on purpose: nothing is known any more of what was in it.
    pub(crate) fn forget(&mut self, base: Base, table: &str, fact: &'static str) -> Result<(), Failure> {
        self.held_mut(base)?.rows.each(table, |_, facts| {
            facts.insert(fact, None);
        });
        Ok(())
    }
}
