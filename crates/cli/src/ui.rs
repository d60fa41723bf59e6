//! What the program prints: results on stdout, everything else on stderr.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::problem::Problem;
use crate::redact::{What, redact, redact_json};

/// How much is said on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Results and errors.
    Quiet,
    /// Progress and notes too.
    Normal,
}

/// The program's mouth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ui {
    /// Results are JSON.
    pub(crate) json: bool,
    /// What is said beside results.
    pub(crate) verbosity: Verbosity,
}

/// What a command gives back.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The result as text; may be several lines.
    pub(crate) text: String,
    /// The result for programs, an object.
    pub(crate) json: Value,
    /// The next command to run.
    pub(crate) next: Option<String>,
    /// How the program ends.
    pub(crate) exit: Option<crate::exit::Exit>,
    /// Documentation, and scripts that are to be run: they are printed as they are.
    pub(crate) verbatim: bool,
}

impl Report {
    /// A result.
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, ..Self::default() }
    }

    /// As it is, nothing taken out.
    pub(crate) fn verbatim(mut self) -> Self {
        self.verbatim = true;
        self
    }

    /// The next command in the environment that was chosen for this one.
    pub(crate) fn in_environment(mut self, env: Option<&str>) -> Self {
        let command = self.next.take();
        self.next = command.map(|command| match (env, command.strip_prefix("novate ")) {
            (Some(env), Some(rest)) if !command.contains("--env") => {
                format!("novate --env {} {rest}", crate::project::shell_word(env))
            }
            _ => command,
        });
        self
    }

    /// With the next command.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl Ui {
    /// A line on the way.
    pub(crate) fn note(self, symbol: Symbol, text: &str) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        let style = symbol.style();
        for (at, line) in text.lines().enumerate() {
            let lead = if at == 0 { symbol.text() } else { " " };
            err(&format!("{style}{lead}{style:#} {line}"));
        }
    }

    /// The end of a command.
    pub(crate) fn report(self, report: &Report) {
        if self.json {
            let mut value = serde_json::json!({ "ok": true });
            if let (Value::Object(into), Value::Object(from)) = (&mut value, &report.json) {
                into.extend(from.clone());
                if let Some(next) = &report.next {
                    into.insert("next".to_owned(), Value::from(next.as_str()));
                }
            }
            if !report.verbatim {
                redact_json(&mut value, What::Result);
            }
            out(&pretty(&value));
            return;
        }
        if !report.text.is_empty() {
            let text = report.text.trim_end_matches('\n');
            if report.verbatim { out(text) } else { out(&redact(text, What::Result)) }
        }
        if let Some(next) = &report.next {
            self.note(Symbol::Next, next);
        }
    }

    /// An error.
    pub(crate) fn problem(self, problem: &Problem) {
        if self.json {
            let mut value = problem.to_json();
            redact_json(&mut value, What::Message);
            out(&pretty(&value));
        } else {
            err(problem.to_text(width()).trim_end_matches('\n'));
        }
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// Something is done.
    Done,
    /// Something failed.
    Failed,
    /// Something to look at.
    Warning,
    /// Something to know.
    Info,
    /// What comes next.
    Next,
}

impl Symbol {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Done => "✔",
            Self::Failed => "✖",
            Self::Warning => "⚠",
            Self::Info => "ℹ",
            Self::Next => "→",
        }
    }

    pub(crate) fn style(self) -> Style {
        let colour = match self {
            Self::Done => AnsiColor::Green,
            Self::Failed => AnsiColor::Red,
            Self::Warning => AnsiColor::Yellow,
            Self::Info | Self::Next => AnsiColor::Cyan,
        };
        Style::new().fg_color(Some(colour.into()))
    }
}

/// JSON as it is printed.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The width to lay text out for: the terminal's, within reason.
pub(crate) fn width() -> usize {
    let columns = console_width().unwrap_or(100);
    columns.clamp(60, 120)
}

fn console_width() -> Option<usize> {
    std::io::stderr().is_terminal().then(|| indicatif::TermLike::width(&dialoguer::console::Term::stderr()).into())
}

/// Whether a result could not be written.
static CUT: AtomicBool = AtomicBool::new(false);

/// Whether a result was cut off, by a full disk for instance.
pub(crate) fn was_cut() -> bool {
    CUT.load(Ordering::SeqCst)
}

/// A line on stdout. A reader that has gone away (`| head`) is no error of ours.
pub(crate) fn out(text: &str) {
    let mut stdout = anstream::stdout();
    if let Err(error) = writeln!(stdout, "{text}").and_then(|()| stdout.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        CUT.store(true, Ordering::SeqCst);
        err(&format!("✖ The result cannot be written: {error}"));
    }
}

/// A line on stderr, without passwords.
pub(crate) fn err(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", redact(text, What::Message));
}
