//! Boundaries that depend on the target's clock tolerance: `${NOW-SKEW+1s}` in, an offset such as `-179s` out.

/// Replaces every `${NOW...}`, seen by an SP that tolerates `skew` seconds.
pub(super) fn fill(text: &str, skew: i64) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${NOW") {
        filled.push_str(before);
        match after.split_once('}').and_then(|(sum, after)| Some((offset(sum, skew)?, after))) {
            Some((offset, after)) => {
                filled.push_str(&format!("{offset:+}s"));
                rest = after;
            }
            None => {
                // Left as it is, so that the reader of times refuses it in its place.
                filled.push_str("${NOW");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The seconds of `-SKEW+1s`, `+SKEW`, `-1s` and the like.
fn offset(sum: &str, skew: i64) -> Option<i64> {
    let mut total = 0;
    let mut rest = sum;
    while !rest.is_empty() {
        let (sign, term) = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
            (Some(term), _) => (1, term),
            (_, Some(term)) => (-1, term),
            _ => return None,
        };
        let end = term.find(['+', '-']).unwrap_or(term.len());
        let (term, after) = term.split_at_checked(end)?;
        let seconds = if term == "SKEW" { skew } else { term.strip_suffix('s')?.parse().ok()? };
        total += sign * seconds;
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        // Each row: a text, and what an SP with 180 seconds of tolerance gets.
        let check = |text, expected: &str| assert_eq!(fill(text, 180), expected);
        check("a = \"${NOW-SKEW}\"", "a = \"-180s\"");
        check("${NOW-SKEW+1s}", "-179s");
        check("${NOW+SKEW-1s} ${NOW}", "+179s +0s");
        check("${NOW*2}", "${NOW*2}");
        check("plain", "plain");
    }
}
