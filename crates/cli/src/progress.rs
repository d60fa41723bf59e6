//! A run's events as people see them, on stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use novate_history::PackageName;
use novate_runner::{Event, LockHolder, Outcome};

use crate::ui::{Symbol, Ui, Verbosity};

/// Prints events as they come.
pub(crate) struct Progress {
    ui: Ui,
    bar: Option<ProgressBar>,
    total: usize,
    /// Which one is under way.
    package: Option<PackageName>,
    /// Who was said to hold a lock.
    held_by: String,
}

impl Progress {
    pub(crate) fn new(ui: Ui) -> Self {
        Self { ui, bar: None, total: 0, package: None, held_by: String::new() }
    }

    /// Takes an event.
    pub(crate) fn on(&mut self, event: &Event) {
        match event {
            Event::Route { packages } if packages.len() > 1 => {
                self.say(Symbol::Info, &format!("{} packages to apply", packages.len()));
            }
            Event::Route { .. } => {}
            Event::Space { space } => {
                self.package = None;
                self.say(Symbol::Info, &format!("space {space}"));
            }
            Event::Blocked { holders } => self.held(holders),
            Event::Waiting { holders, pause, attempt } => {
                self.held(holders);
                let held = if holders.is_empty() { "a lock is held by another session; " } else { "" };
                self.say(Symbol::Warning, &format!("{held}rolled back; attempt {attempt} in {}", shown(*pause)));
            }
            Event::PackageStarted { package, operations } => {
                self.total = *operations;
                // An attempt after the first begins it again.
                if self.package.as_ref() != Some(package) {
                    self.say(Symbol::Next, &format!("{package} ({})", count(*operations, "operation")));
                    self.package = Some(package.clone());
                }
                self.start_bar(*operations);
            }
            Event::Resuming { package, operation } => {
                self.say(Symbol::Info, &format!("{package} was in transit and goes on at operation {}", operation + 1));
            }
            Event::OperationStarted { label, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(label.clone());
                }
            }
            Event::OperationFinished { index, label, outcome } => {
                if let Some(bar) = &self.bar {
                    bar.set_position(u64::try_from(index + 1).unwrap_or_default());
                }
                let place = if self.total == 0 { String::new() } else { format!("[{}/{}] ", index + 1, self.total) };
                let line = match outcome {
                    Outcome::Skipped => format!("  {place}{label} (there already)"),
                    Outcome::Executed { rows, took } => {
                        let mut facts = Vec::new();
                        if *rows > 0 {
                            facts.push(count(usize::try_from(*rows).unwrap_or(usize::MAX), "row"));
                        }
                        if *took >= Duration::from_secs(1) {
                            facts.push(shown(*took));
                        }
                        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
                        format!("  {place}{label}{facts}")
                    }
                };
                self.say(Symbol::Done, &line);
            }
            Event::OperationObserved { .. } => {}
            Event::Comparing { .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message("comparing with the contract");
                }
            }
            Event::PackageFinished { package, took } => {
                self.stop_bar();
                self.say(Symbol::Done, &format!("{package} applied in {}", shown(*took)));
            }
            Event::Notice { severity, message } => {
                if severity.eq_ignore_ascii_case("warning") {
                    self.say(Symbol::Warning, message);
                }
            }
        }
    }

    /// Says who is waited for, once.
    fn held(&mut self, holders: &[LockHolder]) {
        let held_by = holders.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        if self.held_by != held_by && !held_by.is_empty() {
            self.say(Symbol::Warning, &format!("waiting for a lock held by {held_by}"));
        }
        self.held_by = held_by;
    }

    fn say(&self, symbol: Symbol, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.ui.note(symbol, text)),
            None => self.ui.note(symbol, text),
        }
    }

    fn start_bar(&mut self, operations: usize) {
        if self.ui.verbosity == Verbosity::Quiet || self.ui.json {
            return;
        }
        let bar = ProgressBar::with_draw_target(u64::try_from(operations).ok(), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("  {bar:20} {pos}/{len} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        self.bar = Some(bar);
    }

    fn stop_bar(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop_bar();
    }
}

/// `1 row`, `2 rows`.
pub(crate) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A duration with the precision that people want.
pub(crate) fn shown(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else if took < Duration::from_mins(1) {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {} s", took.as_secs() / 60, took.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        assert_eq!(shown(Duration::from_millis(40)), "40 ms");
        assert_eq!(shown(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(shown(Duration::from_secs(75)), "1 min 15 s");
    }
}
