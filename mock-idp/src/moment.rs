//! Instants in recipes: an offset from the clock such as `-1s` in, the text of an `xs:dateTime` out.
//!
//! Refuses: anything that is not `now`, a sign with a number and one of `ms s m h d`, or `=` with the literal text.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A time in a recipe that cannot be understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no moment: expected `now`, an offset such as `-1s` or `+5m`, or `=` and a literal")]
pub struct MomentError(pub String);

/// The text of a moment, seen from this clock.
pub fn text(moment: &str, clock: OffsetDateTime, milliseconds: bool) -> Result<String, MomentError> {
    if let Some(literal) = moment.strip_prefix('=') {
        return Ok(literal.to_owned());
    }
    let shifted = clock.checked_add(offset(moment)?).ok_or_else(|| MomentError(moment.to_owned()))?;
    format(shifted, milliseconds).ok_or_else(|| MomentError(moment.to_owned()))
}

/// An instant as UTC text.
pub fn format(instant: OffsetDateTime, milliseconds: bool) -> Option<String> {
    let form = if milliseconds { MILLISECONDS } else { SECONDS };
    instant.to_offset(UtcOffset::UTC).format(form).ok()
}

/// The signed length of time that an offset such as `-90s` stands for.
pub fn offset(moment: &str) -> Result<Duration, MomentError> {
    let wrong = || MomentError(moment.to_owned());
    if moment == "now" {
        return Ok(Duration::ZERO);
    }
    let (sign, rest) = match (moment.strip_prefix('-'), moment.strip_prefix('+')) {
        (Some(rest), _) => (-1, rest),
        (_, Some(rest)) => (1, rest),
        _ => return Err(wrong()),
    };
    let digits = rest.find(|character: char| !character.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = rest.split_at(digits);
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit * sign).map(Duration::milliseconds).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn moments() {
        let clock = datetime!(2026-03-04 05:06:07.089 UTC);
        let check = |moment: &str, expected: &str| assert_eq!(text(moment, clock, true).unwrap(), expected);
        check("now", "2026-03-04T05:06:07.089Z");
        check("-1s", "2026-03-04T05:06:06.089Z");
        check("+5m", "2026-03-04T05:11:07.089Z");
        check("-89ms", "2026-03-04T05:06:07.000Z");
        check("+1d", "2026-03-05T05:06:07.089Z");
        check("=yesterday", "yesterday");
        assert_eq!(text("now", clock, false).unwrap(), "2026-03-04T05:06:07Z");
    }

    #[test]
    fn what_is_no_moment() {
        for moment in ["", "5m", "+m", "+5", "+5y", "-9223372036854775807d"] {
            assert_eq!(offset(moment), Err(MomentError(moment.to_owned())), "{moment}");
        }
    }
}
