//! The difference between a message and its healthy twin, line by line, with two lines around each change.

use similar::{ChangeTag, TextDiff};

/// How many lines of a difference are shown.
const LINES: usize = 200;
/// How many unchanged lines stand around a change.
const AROUND: usize = 2;

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    /// `+` only in the message, `-` only in the twin, a blank in both, `@` where lines are left out.
    pub(super) mark: char,
    pub(super) text: String,
}

/// What was done to the twin. Empty when nothing was.
pub(super) fn between(twin: &str, message: &str) -> Vec<Changed> {
    let diff = TextDiff::from_lines(twin, message);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if !lines.is_empty() {
            lines.push(Changed { mark: '@', text: String::new() });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
                ChangeTag::Equal => ' ',
            };
            lines.push(Changed { mark, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines.truncate(LINES);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_shown() {
        let twin = "a\nb\nc\nd\ne\nf\n";
        let shown: Vec<_> =
            between(twin, &twin.replace("e", "x")).iter().map(|line| format!("{}{}", line.mark, line.text)).collect();
        assert_eq!(shown, [" c", " d", "-e", "+x", " f"]);
        assert!(between(twin, twin).is_empty());
    }
}
