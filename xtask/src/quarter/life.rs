//! What the programs of the shop do meanwhile: on every day they put rows into every database that has the tables, by
//! the schema that they find there.

use super::rows::Shape;
use super::team::Base;
use super::world::World;
use crate::failure::Failure;

const STATUSES: [&str; 4] = ["draft", "open", "paid", "cancelled"];

impl World {
    /// A customer, a product, an order and its line in every database, and a shipment where there are any.
    pub(crate) fn a_day_of_business(&mut self) -> Result<(), Failure> {
        let bases: Vec<Base> = self.bases.keys().copied().collect();
        for base in bases {
            self.business(base)?;
        }
        Ok(())
    }

    fn business(&mut self, base: Base) -> Result<(), Failure> {
        self.number += 1;
        let n = self.number;
        let held = self.held_mut(base)?;
        let shape = Shape::read(&held.database)?;
        if !shape.has_table("users") {
            return Ok(());
        }
        let mut rows = Vec::new();
        // What a row has where the column came later is what its backfill says.
        let name = if shape.has("users", "name") { format!("Customer {n}") } else { format!("c{n}") };
        let mut user = Insert::into("users", &shape);
        let email = format!("c{n}@example.org");
        let nickname = shape.has("users", "nickname").then(|| format!("nick {n}"));
        user.set("email", &email).set("name", &name);
        if let Some(nickname) = &nickname {
            user.set("nickname", nickname);
        }
        rows.push(user.sql());
        let wanted = STATUSES.get(usize::try_from(n % 4).unwrap_or_default()).copied().unwrap_or("open");
        let status = if shape.has_status(wanted) { wanted } else { "open" };
        let (sku, title, code) = (format!("SKU-{n}"), format!("Product {n}"), format!("O-{n}"));
        let mut product = Insert::into("products", &shape);
        product.set("id", &n.to_string()).set("sku", &sku).set("price", &(n * 10).to_string());
        product.set("title", &title).set("name", &title);
        rows.push(product.sql());
        let noted = shape.has("orders", "note") || shape.has("orders", "remark");
        let note = match (noted, status) {
            (true, _) => Some(format!("note {n}")),
            (false, "cancelled") => Some("cancelled".to_owned()),
            (false, _) => None,
        };
        let mut order = Insert::into("orders", &shape);
        order.set("code", &code).set("status", status);
        if let Some(note) = &note {
            order.set("note", note).set("remark", note);
        }
        order.raw("user_id", &format!("(SELECT id FROM users WHERE email = '{email}')"));
        rows.push(order.sql());
        let mut line = Insert::into("order_lines", &shape);
        line.raw("order_id", &format!("(SELECT id FROM orders WHERE code = '{code}')"));
        line.set("product_id", &n.to_string()).set("quantity", "3");
        rows.push(line.sql());
        let tracking = format!("T-{n}");
        if shape.has_table("shipments") {
            let mut shipment = Insert::into("shipments", &shape);
            shipment.set("tracking", &tracking).set("carrier", "post");
            shipment.raw("order_id", &format!("(SELECT id FROM orders WHERE code = '{code}')"));
            rows.push(shipment.sql());
        }
        held.database.execute(&rows.join(";\n"))?;
        let text = |text: &str| Some(text.to_owned());
        held.rows.add(
            "users",
            email.clone(),
            &[("admin", text("false")), ("name", text(&name)), ("nickname", nickname)],
        );
        held.rows.add("products", sku.clone(), &[("name", text(&title)), ("price", text(&(n * 10).to_string()))]);
        held.rows.add(
            "orders",
            format!("{code} of {email}"),
            &[("status", text(status)), ("note", note), ("currency", text("EUR"))],
        );
        held.rows.add("order_lines", format!("{code} {sku}"), &[("quantity", text("3"))]);
        if shape.has_table("shipments") {
            held.rows.add("shipments", format!("{tracking} for {code}"), &[("carrier", text("post"))]);
        }
        Ok(())
    }
}

/// An INSERT of the columns that are there. Values are the play's own, without quotes in them.
struct Insert<'a> {
    table: &'static str,
    shape: &'a Shape,
    columns: Vec<&'static str>,
    values: Vec<String>,
}

impl<'a> Insert<'a> {
    fn into(table: &'static str, shape: &'a Shape) -> Self {
        Self { table, shape, columns: Vec::new(), values: Vec::new() }
    }

    fn set(&mut self, column: &'static str, value: &str) -> &mut Self {
        self.raw(column, &format!("'{value}'"))
    }

    fn raw(&mut self, column: &'static str, value: &str) -> &mut Self {
        if self.shape.has(self.table, column) {
            self.columns.push(column);
            self.values.push(value.to_owned());
        }
        self
    }

    fn sql(&self) -> String {
        format!("INSERT INTO {} ({}) VALUES ({})", self.table, self.columns.join(", "), self.values.join(", "))
    }
}
