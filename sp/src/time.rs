//! Instants on the number line: xs:dateTime in UTC in (core 1.3.3), comparisons with a clock skew out.
//!
//! Refuses: offsets other than `Z`, missing zones, leap seconds, hour 24, more than nine digits of fraction.
//! Knows no clock: `now` always comes from the caller.

use crate::reject::{Reason, Rejection};
use std::fmt;
use std::time::Duration;

/// A point in time, to the nanosecond, between the years 0001 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Of the next second.
    nanoseconds: u32,
}

impl Instant {
    /// 0001-01-01T00:00:00Z.
    const FIRST: Self = Self { seconds: -62_135_596_800, nanoseconds: 0 };
    /// The last that the library writes; a day short of the year's end.
    const LAST: Self = Self { seconds: 253_402_207_200, nanoseconds: 999_999_999 };

    /// Reads an xs:dateTime as SAML writes it: `2026-11-25T09:30:00Z`, with up to nine digits of fraction.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let invalid = || Rejection::new(Reason::TimestampInvalid, "an xs:dateTime in UTC, ending in Z", text);
        // The year's end, too, is one: some IdPs write it for "never".
        read(text.as_bytes()).map(|instant| instant.min(Self::LAST)).ok_or_else(invalid)
    }

    /// The instant that is `seconds` after 1970-01-01T00:00:00Z; none beyond the year 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Some(Self { seconds, nanoseconds: 0 }).filter(|instant| (Self::FIRST..=Self::LAST).contains(instant))
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// This much later, or the last instant there is.
    pub fn later(self, by: Duration) -> Self {
        let nanoseconds = self.nanoseconds + by.subsec_nanos();
        let seconds = self.seconds.saturating_add_unsigned(by.as_secs());
        let later = match nanoseconds.checked_sub(SECOND) {
            None => Self { seconds, nanoseconds },
            Some(nanoseconds) => Self { seconds: seconds.saturating_add(1), nanoseconds },
        };
        later.min(Self::LAST)
    }

    /// This much earlier, or the first instant there is.
    pub fn earlier(self, by: Duration) -> Self {
        let seconds = self.seconds.saturating_sub_unsigned(by.as_secs());
        let earlier = match self.nanoseconds.checked_sub(by.subsec_nanos()) {
            Some(nanoseconds) => Self { seconds, nanoseconds },
            None => {
                Self { seconds: seconds.saturating_sub(1), nanoseconds: self.nanoseconds + SECOND - by.subsec_nanos() }
            }
        };
        earlier.max(Self::FIRST)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = i32::try_from(self.nanoseconds).unwrap_or_default();
        jiff::Timestamp::new(self.seconds, nanoseconds).map_err(|_| fmt::Error)?.fmt(f)
    }
}

/// How far our clock and the IdP's may differ. Applied once, to the side that favours the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ClockSkew(pub Duration);

/// In nanoseconds.
const SECOND: u32 = 1_000_000_000;

/// `dddd-dd-ddTdd:dd:dd`, an optional fraction of 1 to 9 digits, `Z`, when the calendar has that day and time. No leap
/// second, no year 0.
fn read(text: &[u8]) -> Option<Instant> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = text else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| number(&[*tens, *ones]);
    let days = days_since_1970(number(&[*y1, *y2, *y3, *y4])?, two(m1, m2)?, two(d1, d2)?)?;
    let (hours, minutes, seconds) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    if 24 <= hours || 60 <= minutes || 60 <= seconds {
        return None;
    }
    let nanoseconds = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            let zeros = u32::try_from(9 - digits.len()).ok()?;
            number(digits)? * 10u32.pow(zeros)
        }
        _ => return None,
    };
    let seconds = i64::from(days) * 86_400 + i64::from(hours * 3_600 + minutes * 60 + seconds);
    Some(Instant { seconds, nanoseconds })
}

/// The days from 1970-01-01 to a day of the Gregorian calendar, if the calendar has it.
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<i32> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return None,
    };
    if year == 0 || !(1..=length).contains(&day) {
        return None;
    }
    // Years from March on, so that the leap day is the last of its year; months from March on have 30.6 days on average.
    let (years, months) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day;
    // As many lie between the first of March of the year 0, so counted, and 1970-01-01.
    i32::try_from(days).ok().map(|days| days - 719_469)
}

/// Up to nine digits and nothing else.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
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
            "2026-11-25T09:30:00.1234567890Z",
            "2026-11-25T09:30:00.1 Z",
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

    /// Every day of the calendar, and what it does not have, against the library that also writes instants.
    #[test]
    fn days_are_those_of_the_calendar() {
        for year in 1..=9999 {
            for month in 0..=13 {
                for day in 0..=32 {
                    let (y, m, d) =
                        (i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), i8::try_from(day).unwrap());
                    let theirs = jiff::civil::Date::new(y, m, d).ok();
                    let days = |date: jiff::civil::Date| (date - jiff::civil::date(1970, 1, 1)).get_days();
                    assert_eq!(days_since_1970(year, month, day), theirs.map(days), "{year}-{month}-{day}");
                }
            }
        }
        assert_eq!(days_since_1970(0, 12, 31), None);
    }

    #[test]
    fn what_is_read_is_written() {
        for text in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "2026-11-25T09:30:00.123456789Z"] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Instant::parse("9999-12-31T23:59:59Z").unwrap(), Instant::LAST);
        assert_eq!(Instant::LAST.to_string(), jiff::Timestamp::MAX.to_string());
    }

    #[test]
    fn seconds_carry() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let (before, after) = (at("1969-12-31T23:59:59.7Z"), at("1970-01-01T00:00:01.2Z"));
        assert_eq!(before.later(Duration::from_millis(1500)), after);
        assert_eq!(after.earlier(Duration::from_millis(1500)), before);
        assert_eq!(before.later(Duration::from_millis(300)), at("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn unix_seconds_round_down() {
        assert_eq!(Instant::parse("1969-12-31T23:59:59.5Z").unwrap().unix_seconds(), -1);
        assert_eq!(Instant::parse("1970-01-01T00:00:01.9Z").unwrap().unix_seconds(), 1);
    }
}
