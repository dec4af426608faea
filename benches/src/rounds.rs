//! Taking turns: several lanes of work in, for each its time per run in every round out.
//!
//! A noisy neighbour slows all lanes of a round alike, so what is compared is the median of the ratios within rounds,
//! never microseconds of one run with those of another.

use crate::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one lane's turn lasts.
const TURN: Duration = Duration::from_millis(5);

/// Work that is timed: takes a turn, and says how many nanoseconds one run took in the best moment of it.
pub type Lane<'a> = Box<dyn FnMut() -> Result<f64, Error> + 'a>;

/// A lane in this process. Its turn is cut into short stretches and the best counts: in the others it may have waited
/// for a processor.
pub fn lane<'a>(mut run: impl FnMut() -> bool + 'a) -> Lane<'a> {
    const RUNS: u32 = 4;
    Box::new(move || {
        let (turn, mut best) = (Instant::now(), f64::INFINITY);
        while turn.elapsed() < TURN {
            let stretch = Instant::now();
            for _ in 0..RUNS {
                black_box(run());
            }
            best = best.min(stretch.elapsed().as_nanos() as f64 / f64::from(RUNS));
        }
        Ok(best)
    })
}

/// The nanoseconds of each lane in each round.
#[derive(Debug)]
pub struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// Lets the lanes take turns.
    pub fn play(lanes: &mut [Lane<'_>], rounds: usize) -> Result<Self, Error> {
        let mut played = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            played.push(lanes.iter_mut().map(|lane| lane()).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self(played))
    }

    /// The median time of a lane, in microseconds.
    pub fn microseconds(&self, lane: usize) -> f64 {
        quantile(self.0.iter().filter_map(|round| round.get(lane)).map(|nanoseconds| nanoseconds / 1e3).collect(), 0.5)
    }

    /// The median ratio of two lanes within rounds.
    pub fn ratio(&self, lane: usize, to: usize) -> f64 {
        self.ratio_at(lane, to, 0.5)
    }

    /// A quantile of that ratio, from 0 to 1: how far the median may be trusted.
    pub fn ratio_at(&self, lane: usize, to: usize, at: f64) -> f64 {
        let ratio = |round: &Vec<f64>| Some(round.get(lane)? / round.get(to)?);
        quantile(self.0.iter().filter_map(ratio).collect(), at)
    }
}

fn quantile(mut values: Vec<f64>, at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len().saturating_sub(1) as f64 * at).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_rounds() {
        let rounds = Rounds(vec![vec![1.0, 2.0], vec![100.0, 300.0], vec![10.0, 15.0]]);
        assert_eq!((rounds.ratio(1, 0), rounds.ratio_at(1, 0, 0.0), rounds.ratio_at(1, 0, 1.0)), (2.0, 1.5, 3.0));
        assert_eq!(rounds.microseconds(0), 0.01);
    }
}
