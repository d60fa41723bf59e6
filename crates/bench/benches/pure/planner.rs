//! Two contracts to a plan, and a plan to operations. What is planned from nothing creates every table; what is planned
//! for a change adds a column to one table of twenty.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use novate_contract::{Contract, Space, json};
use novate_planner::{Header, Plan, PlanOptions};

use crate::{SIZES, stage};

fn empty() -> Contract {
    Contract::empty(Space::app())
}

fn planned(from: &Contract, to: &Contract) -> Plan {
    match novate_planner::plan(from, to, &PlanOptions::default()) {
        Ok(plan) => plan,
        Err(error) => panic!("it cannot be planned: {error}"),
    }
}

fn rendered(from: &Contract, to: &Contract) -> String {
    let header = Header { name: "bench".to_owned(), from: None, to: json::storage_hash(to).to_string() };
    match novate_planner::render(&planned(from, to), &header) {
        Ok(text) => text,
        Err(error) => panic!("{error}"),
    }
}

fn plan(bencher: Bencher<'_, '_>, tables: usize, from: &Contract, to: &Contract) {
    let options = PlanOptions::default();
    bencher
        .counter(ItemsCount::new(tables))
        .bench_local(|| novate_planner::plan(black_box(from), black_box(to), &options));
}

fn compile(bencher: Bencher<'_, '_>, tables: usize, from: &Contract, to: &Contract) {
    let text = rendered(from, to);
    bencher
        .counter(ItemsCount::new(tables))
        .bench_local(|| novate_planner::compile(black_box(&text), black_box(from), black_box(to)));
}

#[divan::bench(args = SIZES)]
fn plan_nothing(bencher: Bencher<'_, '_>, tables: usize) {
    let contract = stage::contract(tables);
    plan(bencher, tables, &contract, &contract.clone());
}

#[divan::bench(args = SIZES)]
fn plan_a_change(bencher: Bencher<'_, '_>, tables: usize) {
    plan(bencher, tables, &stage::contract(tables), &stage::changed(tables));
}

#[divan::bench(args = SIZES)]
fn plan_from_nothing(bencher: Bencher<'_, '_>, tables: usize) {
    plan(bencher, tables, &empty(), &stage::contract(tables));
}

#[divan::bench(args = SIZES)]
fn render_from_nothing(bencher: Bencher<'_, '_>, tables: usize) {
    let to = stage::contract(tables);
    let plan = planned(&empty(), &to);
    let header = Header { name: "bench".to_owned(), from: None, to: json::storage_hash(&to).to_string() };
    bencher
        .counter(ItemsCount::new(tables))
        .bench_local(|| novate_planner::render(black_box(&plan), black_box(&header)));
}

#[divan::bench(args = SIZES)]
fn compile_a_change(bencher: Bencher<'_, '_>, tables: usize) {
    compile(bencher, tables, &stage::contract(tables), &stage::changed(tables));
}

#[divan::bench(args = SIZES)]
fn compile_from_nothing(bencher: Bencher<'_, '_>, tables: usize) {
    compile(bencher, tables, &empty(), &stage::contract(tables));
}
