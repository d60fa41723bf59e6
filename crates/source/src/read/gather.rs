//! From files to steps.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use novate_contract::Ident;
use novate_contract::interpret::Environment;
use novate_sql::ast::{Script, Statement};
use novate_sql::{MAX_IDENT_BYTES, Span, Spanned, long_names};

use crate::bind::{Bound, bind};
use crate::place::Lines;
use crate::step::{Step, Verdict, hold_back_partitions, judge, phase, split};
use crate::{Drops, Note, Place, Problem, Scripts, SourceError, SourceFile, SourceOptions};

/// A file that was read.
pub(super) struct Source<'a> {
    text: &'a str,
    lines: Lines,
    /// The statements that directives are about, by their place in it, as they were written.
    pub(super) statements: HashMap<usize, Statement>,
}

impl Source<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        self.lines.place(self.text, span)
    }
}

/// Everything that the files hold.
pub(super) struct Gathered<'a> {
    pub(super) sources: Vec<Source<'a>>,
    pub(super) steps: Vec<Step>,
    /// Directives, each with its file.
    pub(super) bound: Vec<(usize, Bound)>,
    pub(super) notes: Vec<Note>,
    pub(super) errors: Vec<SourceError>,
}

pub(super) fn gather<'a>(files: &'a [SourceFile], scripts: Scripts, options: &SourceOptions) -> Gathered<'a> {
    let mut gatherer = Gatherer {
        options,
        scripts: scripts.in_order.into_iter(),
        session: Session::new(options),
        owner_noted: false,
        cut: BTreeSet::new(),
        out: Gathered {
            sources: Vec::new(),
            steps: Vec::new(),
            bound: Vec::new(),
            notes: Vec::new(),
            errors: Vec::new(),
        },
    };
    for file in files {
        // Each is read as by a psql of its own.
        gatherer.session = Session::new(options);
        gatherer.file(file);
    }
    let mut out = gatherer.out;
    if options.drops == Drops::Refuse {
        hold_back_partitions(&mut out.steps);
    }
    out.steps.sort_by_key(|step| step.phase);
    out
}

/// What `SET` lines have changed so far.
struct Session {
    environment: Arc<Environment>,
    access_method: Option<Ident>,
}

impl Session {
    fn new(options: &SourceOptions) -> Self {
        Self { environment: Arc::new(Environment::new(options.default_schema.clone())), access_method: None }
    }
}

struct Gatherer<'a, 'o> {
    options: &'o SourceOptions,
    scripts: std::vec::IntoIter<Script>,
    session: Session,
    owner_noted: bool,
    /// The names that were seen to be too long.
    cut: BTreeSet<String>,
    out: Gathered<'a>,
}

impl<'a> Gatherer<'a, '_> {
    fn file(&mut self, file: &'a SourceFile) {
        // There is one for each file, in this order.
        let script = self.scripts.next().unwrap_or_default();
        let lines = Lines::new(&file.path, &file.text);
        for error in &script.errors {
            let place = lines.place(&file.text, error.span);
            self.out.errors.push(SourceError { problem: Problem::Syntax(error.message.clone()), place });
        }
        let index = self.out.sources.len();
        let (bound, errors) = bind(&script, &file.text, &lines);
        let about = |bound: &Bound| {
            let at = bound.anchor.statement;
            script.statements.get(at).map(|statement| (at, statement.value.clone()))
        };
        let kept = bound.iter().filter_map(about).collect();
        self.out.bound.extend(bound.into_iter().map(|bound| (index, bound)));
        self.out.errors.extend(errors);
        self.out.sources.push(Source { text: &file.text, lines, statements: kept });
        let mut includes = file.includes.iter().peekable();
        for (origin, statement) in script.statements.into_iter().enumerate() {
            while let Some(include) = includes.next_if(|include| include.at <= statement.span.start) {
                self.file(&include.file);
            }
            self.long_names(index, &file.text, statement.span);
            self.statement(index, origin, statement);
        }
        for include in includes {
            self.file(&include.file);
        }
    }

    /// Notes the names that PostgreSQL cuts, each once.
    fn long_names(&mut self, file: usize, text: &str, statement: Span) {
        for long in long_names(text.get(statement.range()).unwrap_or_default()) {
            if self.cut.insert(long.value.clone()) {
                let span = Span::new(statement.start + long.span.start, statement.start + long.span.end);
                let (name, bytes) = (&long.value, long.value.len());
                let kept = Ident::new(name);
                let message = format!(
                    "the name {name} has {bytes} bytes, and PostgreSQL keeps {MAX_IDENT_BYTES} of them: {kept}"
                );
                self.note(file, span, Note::NAME_CUT, message);
            }
        }
    }

    fn statement(&mut self, file: usize, origin: usize, statement: Spanned<Statement>) {
        let Spanned { value: statement, span } = statement;
        match judge(&statement, self.options.drops) {
            Verdict::Skip => return,
            Verdict::PassOver(message) => {
                let code = if matches!(statement, Statement::Drop { .. } | Statement::Unmodelled(_)) {
                    Note::NO_EFFECT
                } else {
                    Note::PASSED_OVER
                };
                self.note(file, span, code, message);
                return;
            }
            Verdict::Refuse(problem) => {
                let place = self.place(file, span);
                self.out.errors.push(SourceError { problem, place });
                return;
            }
            Verdict::Take => {}
        }
        match &statement {
            Statement::Set { name, values } => {
                if name == "search_path" {
                    Arc::make_mut(&mut self.session.environment).follow(&statement);
                }
                let value = values.first().filter(|value| !value.is_empty());
                match name.as_str() {
                    "default_table_access_method" => {
                        self.session.access_method = value.filter(|value| *value != "heap").map(Ident::new);
                    }
                    "default_tablespace" => {
                        if let Some(value) = value {
                            let message = format!("the tablespace {value} is left out: tablespaces are not modelled");
                            self.note(file, span, Note::UNSUPPORTED, message);
                        }
                    }
                    _ => {}
                }
                return;
            }
            Statement::Owner => {
                if !self.owner_noted {
                    self.owner_noted = true;
                    let message = "owners are left out: a contract says what there is, not whose it is".to_owned();
                    self.note(file, span, Note::OWNER_LEFT_OUT, message);
                }
                return;
            }
            _ => {}
        }
        for (span, statement) in split(statement, span, self.session.access_method.as_ref()) {
            let phase = phase(&statement, self.options.drops);
            let environment = Arc::clone(&self.session.environment);
            self.out.steps.push(Step { statement, file, origin, span, environment, phase });
        }
    }

    fn place(&self, file: usize, span: Span) -> Place {
        match self.out.sources.get(file) {
            Some(source) => source.place(span),
            None => Lines::new("", "").place("", span),
        }
    }

    fn note(&mut self, file: usize, span: Span, code: &'static str, message: String) {
        let place = self.place(file, span);
        self.out.notes.push(Note { code, message, place });
    }
}
