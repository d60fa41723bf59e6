//! The picture for Graphviz.

use super::{ArrowKind, Picture};

/// A directed graph in the language DOT, oldest contract on top.
pub(crate) fn dot(picture: &Picture) -> String {
    let mut out =
        "digraph history {\n    node [shape=box, fontname=monospace];\n    edge [fontname=monospace];\n".to_owned();
    for (at, point) in picture.points.iter().enumerate().rev() {
        let marks = point.marks.iter().map(|mark| format!("\\n{}", escape(&mark.text())));
        out.push_str(&format!("    c{at} [label=\"{}{}\"];\n", escape(&point.name), marks.collect::<String>()));
    }
    for arrow in &picture.arrows {
        // A way back does not pull its end below its start.
        let style = if arrow.kind == ArrowKind::Back { ", style=dashed, constraint=false" } else { "" };
        out.push_str(&format!("    c{} -> c{} [label=\"{}\"{style}];\n", arrow.from, arrow.to, escape(&arrow.package)));
    }
    out.push_str("}\n");
    out
}

fn escape(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown.replace('\\', "\\\\").replace('"', "\\\"")
}
