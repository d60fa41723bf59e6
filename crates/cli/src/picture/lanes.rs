//! Lanes: which column each contract stands in, and which columns run past it.

use std::collections::BTreeSet;

use super::{ArrowKind, Picture};

/// One contract's part of the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The column of the point.
    pub(super) column: usize,
    /// The columns that come from above and end in it, to the right of it.
    pub(super) joined: Vec<usize>,
    /// Whether its own column comes from above.
    pub(super) above: bool,
    /// The columns that begin in it and go on below, to the right of it.
    pub(super) forked: Vec<usize>,
    /// Whether its own column goes on below.
    pub(super) below: bool,
    /// The columns that run past it.
    pub(super) passing: BTreeSet<usize>,
}

/// Lays a picture out, a row for each point.
///
/// A column waits for a point. A point stands in the first column that waits for it, where the others end; from there
/// a column goes on to each point that leads to it.
pub(super) fn lanes(picture: &Picture) -> Vec<Row> {
    let mut waiting: Vec<Option<usize>> = Vec::new();
    let mut rows = Vec::with_capacity(picture.points.len());
    for at in 0..picture.points.len() {
        let mut mine: Vec<usize> =
            waiting.iter().enumerate().filter(|(_, point)| **point == Some(at)).map(|(column, _)| column).collect();
        let above = !mine.is_empty();
        let column = if above { mine.remove(0) } else { free(&mut waiting, 0) };
        for ended in mine.iter().copied().chain([column]) {
            waiting[ended] = None;
        }
        let onward = |kind: ArrowKind| kind == ArrowKind::Onward;
        let mut sources: Vec<usize> = picture
            .arrows
            .iter()
            .filter(|arrow| arrow.to == at && onward(arrow.kind))
            .map(|arrow| arrow.from)
            .collect();
        // The nearest goes straight down.
        sources.sort_unstable();
        sources.dedup();
        let passing = (0..waiting.len()).filter(|column| waiting[*column].is_some()).collect();
        let mut forked = Vec::new();
        let mut sources = sources.into_iter();
        let below = sources.next().map(|source| waiting[column] = Some(source)).is_some();
        for source in sources {
            let lane = free(&mut waiting, column + 1);
            waiting[lane] = Some(source);
            forked.push(lane);
        }
        rows.push(Row { column, joined: mine, above, forked, below, passing });
    }
    rows
}

/// The first free column from `least` on; the columns are made longer where there is none.
fn free(waiting: &mut Vec<Option<usize>>, least: usize) -> usize {
    if let Some(found) = (least..waiting.len()).find(|column| waiting[*column].is_none()) {
        return found;
    }
    waiting.resize(waiting.len().max(least) + 1, None);
    waiting.len() - 1
}
