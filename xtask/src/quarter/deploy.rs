//! How the team works: a branch for each change, merged into `main`, deployed by the robot, which commits the refs.

use super::team::{Base, Member};
use super::world::World;
use crate::failure::Failure;

/// How a merge went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merged {
    Clean,
    /// The working tree waits for its author.
    Conflicts,
}

impl World {
    /// A clone of the origin, and a database that is empty still.
    pub(crate) fn join(&mut self, who: Member) -> Result<(), Failure> {
        let (origin, clone) = (self.origin(), self.clone_of(who));
        self.git(who, &format!("clone --quiet {origin} {clone}"))?;
        if !who.deploys() {
            self.empty(Base::Of(who))?;
        }
        self.env_file(who)
    }

    /// `.env.local`: what this clone's owner may know.
    pub(crate) fn env_file(&self, who: Member) -> Result<(), Failure> {
        let mut text = format!("DEVELOPMENT_URL={}\n", self.held(Base::Development)?.database.url());
        if who.deploys() {
            text += &format!("STAGING_URL={}\n", self.held(Base::Staging)?.database.url());
            text += &format!("PRODUCTION_URL={}\n", self.held(Base::Production)?.database.url());
        } else {
            text += &format!("DATABASE_URL={}\n", self.held(Base::Of(who))?.database.url());
        }
        self.write(who, ".env.local", &text)
    }

    /// A branch from the newest `main`.
    pub(crate) fn branch(&mut self, who: Member, name: &str) -> Result<(), Failure> {
        self.git(who, "fetch --quiet --prune")?;
        self.git(who, &format!("checkout --quiet -B {name} --no-track origin/main"))?;
        Ok(())
    }

    /// Stands at the newest `main`.
    pub(crate) fn pull(&mut self, who: Member) -> Result<(), Failure> {
        self.branch(who, "main")
    }

    /// Commits everything and pushes the branch.
    pub(crate) fn push(&mut self, who: Member, branch: &str, message: &str) -> Result<(), Failure> {
        self.git(who, "add --all")?;
        self.git(who, &format!("commit --quiet --message '{message}'"))?;
        self.git(who, &format!("push --quiet origin HEAD:{branch}"))?;
        Ok(())
    }

    /// Merges a branch into the newest `main`, in the clone of whoever reviews it.
    pub(crate) fn merge(&mut self, who: Member, branch: &str) -> Result<Merged, Failure> {
        self.git(who, "fetch --quiet --prune")?;
        self.git(who, "checkout --quiet -B main --no-track origin/main")?;
        let ran = self.git_ends(who, &format!("merge --no-ff --message 'merge {branch}' origin/{branch}"))?;
        match ran.code() {
            Some(0) => Ok(Merged::Clean),
            Some(1) if ran.said.contains("CONFLICT") => Ok(Merged::Conflicts),
            _ => Err(ran.wrong("should have merged")),
        }
    }

    /// Merges a branch that goes in as it is: the gate is green, and development follows.
    pub(crate) fn land(&mut self, who: Member, branch: &str) -> Result<usize, Failure> {
        match self.merge(who, branch)? {
            Merged::Clean => {}
            Merged::Conflicts => return Err(Failure::new(format!("{branch} does not merge"), "mend the play")),
        }
        self.novate(who, "check --base origin/main")?;
        self.git(who, "push --quiet origin main")?;
        self.follow()
    }

    /// The robot brings the development database to the newest `main`; how many packages that were.
    pub(crate) fn follow(&mut self) -> Result<usize, Failure> {
        self.robot_at("main")?;
        self.novate(Member::Robot, "check")?;
        let applied = self.migrate(Member::Robot, Base::Development, "")?;
        let head = self.git(Member::Robot, "rev-parse HEAD")?;
        self.development = Some(head.said.trim().to_owned());
        Ok(applied)
    }

    /// The robot stands at the newest commit of a branch.
    pub(crate) fn robot_at(&mut self, branch: &str) -> Result<(), Failure> {
        self.git(Member::Robot, "fetch --quiet --prune")?;
        self.git(Member::Robot, &format!("checkout --quiet -B {branch} --no-track origin/{branch}"))?;
        Ok(())
    }

    /// The robot brings an environment to the contract of a branch, or to what `more` says, and commits where its ref
    /// is then; how many packages that were.
    pub(crate) fn deploy(&mut self, base: Base, branch: &str, more: &str) -> Result<usize, Failure> {
        self.robot_at(branch)?;
        let reference = reference(base)?;
        let applied = self.migrate(Member::Robot, base, &format!("--advance-ref {reference} {more}"))?;
        self.deployed(base, branch)?;
        Ok(applied)
    }

    /// Commits the ref of an environment where it has moved.
    pub(crate) fn deployed(&mut self, base: Base, branch: &str) -> Result<(), Failure> {
        let reference = reference(base)?;
        self.git(Member::Robot, "add --all")?;
        if self.git_ends(Member::Robot, "diff --cached --quiet")?.code() == Some(1) {
            self.git(Member::Robot, &format!("commit --quiet --message '{reference} is deployed'"))?;
            self.git(Member::Robot, &format!("push --quiet origin HEAD:{branch}"))?;
        }
        Ok(())
    }
}

fn reference(base: Base) -> Result<&'static str, Failure> {
    base.reference().ok_or_else(|| Failure::new(format!("{} has no ref", base.name()), "mend the play"))
}

/// So many packages were applied as were expected.
pub(crate) fn expect(applied: usize, expected: usize) -> Result<(), Failure> {
    if applied == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{applied} packages were applied, not {expected}"), "see the transcript"))
}
