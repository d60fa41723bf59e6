use super::*;
use crate::graph::tests::{edge, hash};

fn names(route: &Route) -> Vec<&str> {
    route.edges.iter().map(|e| e.package.as_str()).collect()
}

fn route(graph: &Graph, from: u8, to: u8) -> Result<Route, HistoryError> {
    let node = |n: u8| (n > 0).then(|| hash(n));
    graph.route(&node(from), &node(to), &BTreeSet::new(), &BTreeSet::new())
}

#[test]
fn the_shortest_route_wins_and_the_older_of_two_equals() {
    let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 2, 3), edge(5, 1, 3), edge(4, 1, 3)]);
    assert_eq!(names(&route(&graph, 0, 3).unwrap()), ["p1", "p4"]);
    assert_eq!(names(&route(&graph, 3, 3).unwrap()), Vec::<&str>::new());
}

#[test]
fn the_three_ways_not_to_get_there() {
    let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2)]);
    assert_eq!(route(&graph, 9, 2).unwrap_err().code(), "MIGRATION.MARKER_UNKNOWN");
    assert_eq!(route(&graph, 2, 1).unwrap_err().code(), "MIGRATION.UNREACHABLE");
    let required = BTreeSet::from(["backfill".to_owned()]);
    let error = graph.route(&None, &Some(hash(2)), &required, &BTreeSet::new()).unwrap_err();
    assert_eq!(error.code(), "MIGRATION.INVARIANTS_UNCOVERED");
}

#[test]
fn a_longer_route_that_provides_an_invariant_is_taken() {
    let mut data = edge(3, 2, 2);
    data.provides.insert("backfill".into());
    let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), data]);
    let required = BTreeSet::from(["backfill".to_owned()]);
    let route = graph.route(&None, &Some(hash(2)), &required, &BTreeSet::new()).unwrap();
    assert_eq!(names(&route), ["p1", "p2", "p3"]);
    let route = graph.route(&None, &Some(hash(2)), &required, &required).unwrap();
    assert_eq!(names(&route), ["p1", "p2"]);
}

mod against_a_naive_search {
    use std::collections::{BTreeSet, HashSet, VecDeque};

    use proptest::prelude::*;

    use crate::graph::tests::{edge, hash};
    use crate::{Edge, Graph, Node};

    fn node(number: u8) -> Node {
        (number > 0).then(|| hash(number))
    }

    /// Every walk is taken, the shorter first and the older first of equals, until one arrives with everything.
    fn naive(graph: &Graph, from: &Node, to: &Node, wanted: &BTreeSet<String>) -> Option<Vec<String>> {
        let mut queue = VecDeque::from([(from.clone(), BTreeSet::new(), Vec::new())]);
        let mut seen = HashSet::from([(from.clone(), BTreeSet::new())]);
        while let Some((node, has, walk)) = queue.pop_front() {
            if node == *to && has.is_superset(wanted) {
                return Some(walk);
            }
            for edge in graph.leaving(&node) {
                let mut now: BTreeSet<String> = has.clone();
                now.extend(edge.provides.intersection(wanted).cloned());
                if seen.insert((edge.target(), now.clone())) {
                    let mut walk: Vec<String> = walk.clone();
                    walk.push(edge.package.to_string());
                    queue.push_back((edge.target(), now, walk));
                }
            }
        }
        None
    }

    /// Edges among few contracts, so that there are cycles, parallel edges and self-edges; each with its invariants.
    fn edges() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
        prop::collection::vec((0..7_u8, 1..7_u8, prop_oneof![3 => Just(0_u8), 4 => any::<u8>()], any::<u8>()), 1..16)
    }

    fn build(drawn: &[(u8, u8, u8, u8)], forward: bool) -> Graph {
        let edges = drawn.iter().zip(1_u8..).map(|((from, to, some, others), at)| -> Edge {
            let (from, to) = if forward && from > to { (to, from) } else { (from, to) };
            let mut edge = edge(at, *from, (*to).max(1));
            // Few of them each, or a route would seldom have to look for more than one.
            let bits = some & others;
            edge.provides = (0..8).filter(|bit| bits & (1 << bit) != 0).map(|bit| format!("i{bit}")).collect();
            edge
        });
        Graph::new(edges.collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn the_same_walk_is_found(
            drawn in edges(), forward in any::<bool>(), from in 0..7_u8, to in 1..7_u8, bits in any::<u8>(),
        ) {
            let graph = build(&drawn, forward);
            let mut wanted: BTreeSet<String> =
                (0..8).filter(|bit| bits & (1 << bit) != 0).map(|bit| format!("i{bit}")).collect();
            wanted.retain(|name| graph.provided().contains(name));
            let (from, to) = (node(from), node(to));
            let found = graph.route(&from, &to, &wanted, &BTreeSet::new());
            let found = found.ok().map(|route| route.edges.iter().map(|e| e.package.to_string()).collect::<Vec<_>>());
            prop_assert_eq!(found, naive(&graph, &from, &to, &wanted));
        }
    }

    #[test]
    fn a_tangle_is_searched_by_table() {
        // From every contract to every other: any order of the packages that provide something is a way.
        let nodes = 9_u8;
        let mut edges = vec![edge(1, 0, 1)];
        let mut wanted = BTreeSet::new();
        for (at, (from, to)) in (1..=nodes).flat_map(|from| (1..=nodes).map(move |to| (from, to))).enumerate() {
            let mut edge = edge(u8::try_from(at + 2).unwrap(), from, to);
            if from != to && (from * 3 + to) % 7 == 0 {
                edge.provides.insert(format!("i{at}"));
                wanted.insert(format!("i{at}"));
            }
            edges.push(edge);
        }
        assert!(wanted.len() > 8);
        let graph = Graph::new(edges);
        let found = graph.route(&None, &node(2), &wanted, &BTreeSet::new()).unwrap();
        let found: Vec<String> = found.edges.iter().map(|edge| edge.package.to_string()).collect();
        assert_eq!(Some(found), naive(&graph, &None, &node(2), &wanted));
    }

    #[test]
    fn more_invariants_than_a_word_has_bits() {
        // Data work at one contract, and a fork of which each side provides something.
        let mut edges = vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 1, 3), edge(4, 2, 4), edge(5, 3, 4)];
        for at in 10..210_u8 {
            let mut work = edge(at, 4, 4);
            work.provides.insert(format!("w{at}"));
            edges.push(work);
        }
        edges[2].provides.insert("right".into());
        let mut wanted: BTreeSet<String> = (10..210).map(|at| format!("w{at}")).collect();
        wanted.insert("right".into());
        let route = Graph::new(edges).route(&None, &node(4), &wanted, &BTreeSet::new()).unwrap();
        let names: Vec<&str> = route.edges.iter().map(|e| e.package.as_str()).collect();
        assert_eq!(names[..3], ["p1", "p3", "p5"]);
        assert_eq!(names.len(), 203);
    }

    #[test]
    fn too_many_choices_are_refused() {
        // There and back: whatever order, each of these detours is worth taking at any time.
        let mut edges = vec![edge(1, 0, 1)];
        let mut wanted = BTreeSet::new();
        for at in 2..=200_u8 {
            for (package, from, to) in [(at, 1, at), (at, at, 1)] {
                let mut edge = edge(package, from, to);
                edge.provides.insert(format!("w{at}"));
                edges.push(edge);
            }
            wanted.insert(format!("w{at}"));
        }
        let error = Graph::new(edges).route(&None, &node(1), &wanted, &BTreeSet::new()).unwrap_err();
        assert_eq!(error.code(), "MIGRATION.TOO_MANY_INVARIANTS");
    }
}
