//! The one place that knows the time: nothing in, [`Instant`]s out. The core never looks at a clock itself.

use sp::Instant;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where `now` comes from. Cheap to clone; clones agree.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::from_fn(system_now)
    }

    /// Always the same instant, so that a message with fixed times can be judged on any day.
    pub fn frozen(at: Instant) -> Self {
        Self::from_fn(move || at)
    }

    /// A clock of the caller's own.
    pub fn from_fn(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time on this clock.
    pub fn now(&self) -> Instant {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// To the nanosecond: cut to seconds, a message made half a second ago would come from the future.
#[expect(clippy::disallowed_methods, reason = "this is the edge: from here on, now is an argument")]
fn system_now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    epoch().later(since)
}

#[expect(clippy::expect_used, reason = "1970 lies between the years 0001 and 9999")]
fn epoch() -> Instant {
    Instant::from_unix_seconds(0).expect("the epoch is an instant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_still_and_the_system_clock_does_not_run_back() {
        let at = Instant::parse("2026-01-15T12:00:00Z").unwrap();
        assert_eq!(Clock::frozen(at).now(), at);
        let system = Clock::system();
        let earlier = system.now();
        assert!(at < earlier && earlier <= system.now());
    }
}
