//! Two messages side by side: lines of the healthy one and of the one that was sent in, what differs out.
//!
//! Beyond [`CELLS`] comparisons the middle is shown as taken out and put in as a whole.

/// The most comparisons of one line with another.
const CELLS: usize = 4_000_000;

/// Lines around a difference that are shown.
const AROUND: usize = 2;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The same in both.
    Same(String),
    /// Only in the healthy message.
    Gone(String),
    /// Only in the message that was sent.
    New(String),
    /// So many lines are the same.
    Skipped(usize),
}

/// What differs, with a few lines around it.
pub(crate) fn diff(healthy: &[String], sent: &[String]) -> Vec<Change> {
    let start = healthy.iter().zip(sent).take_while(|(one, other)| one == other).count();
    let rest = |lines: &[String]| lines.len() - start;
    let end = healthy.iter().rev().zip(sent.iter().rev()).take_while(|(one, other)| one == other).count();
    let end = end.min(rest(healthy)).min(rest(sent));
    let middle = |lines: &'_ [String]| lines.get(start..lines.len() - end).unwrap_or_default().to_vec();
    let same = |lines: &[String]| lines.iter().cloned().map(Change::Same).collect::<Vec<_>>();
    let mut changes = same(healthy.get(..start).unwrap_or_default());
    changes.extend(compare(&middle(healthy), &middle(sent)));
    changes.extend(same(healthy.get(healthy.len() - end..).unwrap_or_default()));
    folded(changes)
}

/// The longest common subsequence, by dynamic programming.
fn compare(old: &[String], new: &[String]) -> Vec<Change> {
    if old.len().saturating_mul(new.len()) > CELLS {
        let gone = old.iter().cloned().map(Change::Gone);
        return gone.chain(new.iter().cloned().map(Change::New)).collect();
    }
    let lengths = lengths(old, new);
    let length = |i: usize, j: usize| lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    loop {
        match (old.get(i), new.get(j)) {
            (Some(one), Some(other)) if one == other => {
                out.push(Change::Same(one.clone()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                out.push(Change::Gone(one.clone()));
                i += 1;
            }
            (_, Some(other)) => {
                out.push(Change::New(other.clone()));
                j += 1;
            }
            _ => return out,
        }
    }
}

/// How much is common from each pair of places on.
fn lengths(old: &[String], new: &[String]) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for one in old.iter().rev() {
        let below = rows.last().cloned().unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        for (j, other) in new.iter().enumerate().rev() {
            let at = |row: &[u32], j: usize| row.get(j).copied().unwrap_or(0);
            let value = if one == other { at(&below, j + 1) + 1 } else { at(&below, j).max(at(&row, j + 1)) };
            if let Some(cell) = row.get_mut(j) {
                *cell = value;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    rows
}

/// Long stretches of equal lines become one line that counts them.
fn folded(changes: Vec<Change>) -> Vec<Change> {
    let differs = |change: Option<&Change>| change.is_some_and(|change| !matches!(change, Change::Same(_)));
    let near = |at: usize| (at.saturating_sub(AROUND)..=at + AROUND).any(|other| differs(changes.get(other)));
    let mut out = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        match out.last_mut() {
            _ if near(at) => out.push(change.clone()),
            Some(Change::Skipped(count)) => *count += 1,
            _ => out.push(Change::Skipped(1)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    fn shown(old: &str, new: &str) -> String {
        let line = |change: &Change| match change {
            Change::Same(text) => format!(" {text}"),
            Change::Gone(text) => format!("-{text}"),
            Change::New(text) => format!("+{text}"),
            Change::Skipped(count) => format!("~{count}"),
        };
        diff(&lines(old), &lines(new)).iter().map(line).collect()
    }

    #[test]
    fn what_differs() {
        for (old, new, expected) in [
            ("abcdefgh", "abcdXfgh", "~2 c d-e+X f g~1"),
            ("abc", "abc", "~3"),
            ("", "ab", "+a+b"),
            ("ab", "", "-a-b"),
            ("axbxc", "abc", " a-x b-x c"),
            ("aaa", "aaaa", "~1 a a+a"),
        ] {
            assert_eq!(shown(old, new), expected, "{old} {new}");
        }
    }

    #[test]
    fn too_much_is_not_compared() {
        let (old, new) = (vec!["a".to_owned(); 3000], vec!["b".to_owned(); 3000]);
        assert_eq!(diff(&old, &new).len(), 6000);
    }
}
