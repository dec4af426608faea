//! Instants on the number line: xs:dateTime in UTC in (core 1.3.3), comparisons with a clock skew out.
//!
//! Refuses: offsets other than `Z`, missing zones, leap seconds, hour 24. What is less than a nanosecond is cut off.
//! Knows no clock: `now` always comes from the caller.

use crate::reject::{Reason, Rejection};
use jiff::civil::DateTime;
use std::fmt;
use std::time::Duration;

/// A point in time, to the nanosecond, between the years 0001 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(jiff::Timestamp);

/// 0001-01-01T00:00:00Z; the library goes back further.
const FIRST: jiff::Timestamp = jiff::Timestamp::constant(-62_135_596_800, 0);

impl Instant {
    /// The last that the library has; a day short of the year's end.
    const LAST: Self = Self(jiff::Timestamp::MAX);

    /// Reads an xs:dateTime as SAML writes it: `2026-11-25T09:30:00Z`, with any fraction of a second.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let invalid = || Rejection::new(Reason::TimestampInvalid, "an xs:dateTime in UTC, ending in Z", text);
        let date_time = read(text.as_bytes()).ok_or_else(invalid)?;
        match jiff::tz::Offset::UTC.to_timestamp(date_time) {
            Ok(timestamp) => Ok(Self(timestamp)),
            // The library's last instant is a day short of the year's end, which some IdPs write for "never".
            Err(_) if date_time.year() == 9999 => Ok(Self::LAST),
            Err(_) => Err(invalid()),
        }
    }

    /// The instant that is `seconds` after 1970-01-01T00:00:00Z; none before the year 1 or beyond the year 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().filter(|instant| FIRST <= *instant).map(Self)
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn unix_seconds(self) -> i64 {
        self.0.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap_or(i64::MAX)
    }

    /// This much later, or the last instant there is.
    pub fn later(self, by: Duration) -> Self {
        self.0.checked_add(by).map_or(Self::LAST, Self)
    }

    /// This much earlier, or the first instant there is.
    pub fn earlier(self, by: Duration) -> Self {
        Self(self.0.checked_sub(by).unwrap_or(FIRST).max(FIRST))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far our clock and the IdP's may differ. Applied once, to the side that favours the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ClockSkew(pub Duration);

/// `dddd-dd-ddTdd:dd:dd`, an optional fraction of one digit or more, `Z`, when the calendar has that day and time. No leap
/// second, no year 0.
fn read(text: &[u8]) -> Option<DateTime> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = text else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| i8::try_from(number(&[*tens, *ones])?).ok();
    let year = i16::try_from(number(&[*y1, *y2, *y3, *y4])?).ok().filter(|year| *year != 0)?;
    let nanoseconds = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let known = digits.get(..9).unwrap_or(digits);
            let zeros = u32::try_from(9 - known.len()).ok()?;
            number(known)? * 10i32.pow(zeros)
        }
        _ => return None,
    };
    DateTime::new(year, two(m1, m2)?, two(d1, d2)?, two(h1, h2)?, two(n1, n2)?, two(s1, s2)?, nanoseconds).ok()
}

/// Up to nine digits and nothing else.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0i32, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        for good in [
            "2026-11-25T09:30:00Z",
            "2026-11-25T09:30:00.1Z",
            "2024-02-29T23:59:59.123456789Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9999999Z",
        ] {
            assert!(Instant::parse(good).is_ok(), "{good}");
        }
        let bad = [
            "",
            "2026-11-25",
            "2026-11-25T09:30:00",
            "2026-11-25T09:30:00z",
            "2026-11-25t09:30:00Z",
            "2026-11-25T09:30:00+00:00",
            "2026-11-25T24:00:00Z",
            "2026-11-25T09:30:60Z",
            "2026-02-30T09:30:00Z",
            "2026-11-25 09:30:00Z",
            " 2026-11-25T09:30:00Z",
            "-026-11-25T09:30:00Z",
            "12026-11-25T09:30:00Z",
            "2026-11-25T09:30:00.Z",
            "2026-11-25T09:30:00.1 Z",
            "2026-11-25T09:30:00.1234567890 Z",
            "2026-11-25T09:30:00.123456789+Z",
            "0000-01-01T00:00:00Z",
            "9999-12-32T00:00:00Z",
            "2026-11-25T09:30Z",
        ];
        for text in bad {
            assert_eq!(Instant::parse(text).map_err(|r| r.reason()), Err(Reason::TimestampInvalid), "{text}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        let last = Instant::parse("9999-12-30T00:00:00Z").unwrap();
        assert!(last.later(Duration::from_secs(u64::MAX)) >= last);
        let first = Instant::parse("0001-01-01T00:00:00Z").unwrap();
        assert!(first.earlier(Duration::from_secs(u64::MAX)) <= first);
    }

    /// The ends of the number line hold for every way to an instant.
    #[test]
    fn nothing_lies_before_the_year_1() {
        let first = Instant::parse("0001-01-01T00:00:00Z").unwrap();
        assert_eq!(Instant::from_unix_seconds(first.unix_seconds()), Some(first));
        assert_eq!(Instant::from_unix_seconds(first.unix_seconds() - 1), None);
        assert_eq!(first.later(Duration::from_secs(1)).earlier(Duration::from_secs(2)), first);
    }

    #[test]
    fn what_is_read_is_written() {
        for text in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "2026-11-25T09:30:00.123456789Z"] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Instant::parse("9999-12-31T23:59:59Z").unwrap(), Instant::LAST);
    }

    #[test]
    fn seconds_carry() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let (before, after) = (at("1969-12-31T23:59:59.7Z"), at("1970-01-01T00:00:01.2Z"));
        assert_eq!(before.later(Duration::from_millis(1500)), after);
        assert_eq!(after.earlier(Duration::from_millis(1500)), before);
        assert_eq!(before.later(Duration::from_millis(300)), at("1970-01-01T00:00:00Z"));
    }

    /// XML Schema sets no end to the digits of a fraction; SAML relies on none beyond the third (core 1.3.3).
    #[test]
    fn what_is_less_than_a_nanosecond_is_cut_off() {
        let nines = format!("2026-11-25T09:30:00.{}Z", "9".repeat(40));
        assert_eq!(Instant::parse(&nines).unwrap().to_string(), "2026-11-25T09:30:00.999999999Z");
        assert_eq!(Instant::parse("2026-11-25T09:30:00.1234567890Z"), Instant::parse("2026-11-25T09:30:00.123456789Z"));
    }

    #[test]
    fn unix_seconds_round_down() {
        assert_eq!(Instant::parse("1969-12-31T23:59:59.5Z").unwrap().unix_seconds(), -1);
        assert_eq!(Instant::parse("1970-01-01T00:00:01.9Z").unwrap().unix_seconds(), 1);
    }
}
