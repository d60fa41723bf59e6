//! Steps in their order to items: actions on one table that stand side by side share a statement.

use novate_contract::{ObjectId, QName};

use crate::plan::{Item, Placeholder, PlannedStatement};
use crate::step::{Act, Pass, Step};

/// The items of a plan.
pub(crate) fn items(steps: Vec<Step>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open: Option<Open> = None;
    for step in steps {
        let Step { act, objects, placeholder, .. } = step;
        match act {
            Act::Alter { table, pass, action } => {
                let fits = open.as_ref().is_some_and(|open| open.takes(&table, pass));
                if !fits {
                    items.extend(open.take().map(Open::close));
                }
                let open = open.get_or_insert_with(|| Open::new(table, pass));
                open.add(pass, action, objects, placeholder);
            }
            other => {
                items.extend(open.take().map(Open::close));
                items.push(match other {
                    Act::Statement(sql) => Item::Statement(PlannedStatement { sql, objects, placeholder }),
                    Act::Transform(transform) => Item::Transform(transform),
                    Act::Raw(raw) => Item::Raw(raw),
                    Act::Alter { .. } => continue,
                });
            }
        }
    }
    items.extend(open.map(Open::close));
    items
}

/// An `ALTER TABLE` that may take more actions.
struct Open {
    table: QName,
    pass: Pass,
    actions: Vec<String>,
    objects: Vec<ObjectId>,
    placeholder: Option<Placeholder>,
}

impl Open {
    fn new(table: QName, pass: Pass) -> Self {
        Self { table, pass, actions: Vec::new(), objects: Vec::new(), placeholder: None }
    }

    /// Whether another action can join without being carried out earlier than those before it. What changes a type shares
    /// its statement only with what takes off and puts back the default around it: PostgreSQL reads everything else in
    /// the statement against the old type.
    fn takes(&self, table: &QName, pass: Pass) -> bool {
        let alone = |pass| pass == Pass::Alone;
        let around_type = match (self.pass, pass) {
            (Pass::Type, later) => matches!(later, Pass::Type),
            _ => true,
        };
        self.table == *table && !alone(pass) && !alone(self.pass) && self.pass <= pass && around_type
    }

    fn add(&mut self, pass: Pass, action: String, objects: Vec<ObjectId>, placeholder: Option<Placeholder>) {
        self.pass = pass;
        self.actions.push(action);
        for object in objects {
            if !self.objects.contains(&object) {
                self.objects.push(object);
            }
        }
        self.placeholder = self.placeholder.take().or(placeholder);
    }

    fn close(self) -> Item {
        let Self { table, actions, objects, placeholder, .. } = self;
        let sql = match actions.as_slice() {
            [only] => format!("ALTER TABLE {table} {only}"),
            several => {
                let lines: Vec<String> = several.iter().map(|action| format!("    {action}")).collect();
                format!("ALTER TABLE {table}\n{}", lines.join(",\n"))
            }
        };
        Item::Statement(PlannedStatement { sql, objects, placeholder })
    }
}
