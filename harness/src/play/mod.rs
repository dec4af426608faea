//! Plays scenarios against one target: rows in, a [`Report`] out.
//!
//! Vendor by vendor, rows side by side unless the target is `serial`. What looks like a crash, a hang or a confusion is
//! played once more, alone, before it is believed: side by side nobody could say whose message it was.

mod control;
mod folder;
mod journey;
pub(crate) mod plan;
mod row;
mod stage;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use mock_idp::Vendor;
use tokio::sync::RwLock;

use crate::fault::Fault;
use crate::report::{Report, Row};
use crate::scenario::{Flow, Scenario};
use crate::select::{Case, Selection, all_cases};
use crate::target::{ResetHow, Target};
use crate::verdict::Verdict;
use control::{Control, Controls, Judged};
use journey::travel;
use plan::Plan;
use stage::{Down, Stage};

pub use stage::random;

/// How often a message is tried alone while the target keeps falling for another reason.
const ATTEMPTS_ALONE: u32 = 3;

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which rows.
    pub selection: Selection,
    /// How many at a time.
    pub jobs: usize,
    /// Decides every message's ids; another one for every run, because SPs remember.
    pub seed: u64,
    /// This program, for targets that are started with it.
    pub program: PathBuf,
    /// Keep each row's messages and what went over the wire, for reports that show them.
    pub record: bool,
}

/// Who watches a run.
pub trait Progress: Send + Sync {
    /// So many rows are going to be played.
    fn started(&self, target: &Target, rows: usize);
    /// One row is done.
    fn row(&self, row: &Row);
    /// All are done.
    fn finished(&self);
}

/// Plays `scenarios` against `target`.
pub async fn run(
    target: &Target,
    scenarios: &[Scenario],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, Fault> {
    let started = Instant::now();
    let cases = options.selection.cases(scenarios)?;
    let player = Player {
        target,
        options,
        stage: RwLock::new(Stage::up(target, &options.program).await?),
        controls: Controls::default(),
        restarts: AtomicU32::new(0),
    };
    progress.started(target, cases.len());
    let played = player.play_all(&cases, progress).await;
    progress.finished();
    player.stage.read().await.down().await?;
    let mut played = played?;
    player.stage.read().await.explain(&mut played);
    let mut report = Report::new(target, stage::version(target), options.seed, scenarios, played)?;
    report.expect(target, &all_cases(scenarios));
    report.sp = Some(player.stage.read().await.address());
    report.twins = player.controls.count().await;
    report.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

pub(crate) struct Player<'a> {
    target: &'a Target,
    options: &'a Options,
    stage: RwLock<Stage>,
    controls: Controls,
    restarts: AtomicU32,
}

impl Player<'_> {
    async fn play_all(&self, cases: &[Case<'_>], progress: &dyn Progress) -> Result<Vec<Row>, Fault> {
        let jobs = if self.target.limits.serial { 1 } else { self.options.jobs.max(1) };
        let mut rows = Vec::with_capacity(cases.len());
        for vendor in Vendor::all() {
            let cases: Vec<_> = cases.iter().filter(|case| case.vendor == vendor).collect();
            if cases.is_empty() {
                continue;
            }
            self.reset().await?;
            let playing = stream::iter(cases).map(|case| async move {
                let row = self.row(case).await?;
                progress.row(&row);
                Ok::<_, Fault>(row)
            });
            let mut played: Vec<Row> = playing.buffered(jobs).try_collect().await?;
            for flow in [Flow::Sp, Flow::Idp] {
                self.close_bracket(vendor, flow, &mut played).await?;
            }
            rows.extend(played);
        }
        rows.sort_by(|a, b| (&a.id, &a.vendor, a.flow).cmp(&(&b.id, &b.vendor, b.flow)));
        Ok(rows)
    }

    /// A target that was led to refuse everybody would look perfect from the first hostile message on.
    async fn close_bracket(&self, vendor: Vendor, flow: Flow, rows: &mut [Row]) -> Result<(), Fault> {
        let refused = |row: &Row| row.flow == flow && row.verdict == Verdict::Refused;
        if !rows.iter().any(refused) {
            return Ok(());
        }
        // Where unsolicited Responses are refused on purpose, the healthy login is the SP's.
        let flow_played = if self.target.policy.unsolicited { flow } else { Flow::Sp };
        let plan = Plan::healthy(vendor, flow_played, self.target);
        let judged = self.judge(&plan, "closing bracket").await?;
        if !judged.is_healthy_login() {
            rows.iter_mut().for_each(|row| row::take_back(row, vendor.name(), flow, &judged.sentence()));
        }
        Ok(())
    }

    /// A healthy login, played once.
    async fn control(&self, plan: &Plan) -> Result<Control, Fault> {
        let cell = self.controls.cell(plan.key()).await;
        let played = cell.get_or_try_init(|| async {
            let started = Instant::now();
            let judged = self.judge(plan, "control").await?;
            let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            Ok::<_, Fault>(Control { judged, millis })
        });
        played.await.cloned()
    }

    /// Plays one message; what is not a decision is played again, alone.
    async fn judge(&self, plan: &Plan, purpose: &str) -> Result<Judged, Fault> {
        let judged = self.attempt(plan, purpose).await?;
        if !is_undecided(&judged) {
            return Ok(judged);
        }
        let mut stage = self.stage.write().await;
        self.alone(&mut stage, plan, purpose).await
    }

    /// Plays one message with nobody else around. A target that was already falling is not this message's fault.
    async fn alone(&self, stage: &mut Stage, plan: &Plan, purpose: &str) -> Result<Judged, Fault> {
        let mut attempts = 1..=ATTEMPTS_ALONE;
        loop {
            let attempt = attempts.next();
            stage.settle().await;
            if let Some(gone) = self.bring_back(stage).await? {
                return Ok(Judged::new(Verdict::Inconclusive, gone));
            }
            let seed = plan.seed(self.options.seed, &format!("{purpose}, alone {attempt:?}"));
            let judged = Judged::of(&travel(self.target, stage, plan, seed, self.options.record).await?, self.target);
            if is_undecided(&judged) {
                stage.settle().await;
            }
            let down = stage.is_down(self.target).await;
            if judged.verdict == Verdict::Inconclusive && down.is_some() && attempt.is_some() {
                continue;
            }
            let judged = match down {
                Some(down) => explain_crash(judged, &down, &stage.log()),
                None => judged,
            };
            self.bring_back(stage).await?;
            return Ok(judged);
        }
    }

    async fn attempt(&self, plan: &Plan, purpose: &str) -> Result<Judged, Fault> {
        let stage = self.stage.read().await;
        let seed = plan.seed(self.options.seed, purpose);
        let journey = travel(self.target, &stage, plan, seed, self.options.record).await?;
        Ok(Judged::of(&journey, self.target))
    }

    /// Starts a target again that is down. The result says why that is not possible any more.
    async fn bring_back(&self, stage: &mut Stage) -> Result<Option<String>, Fault> {
        let Some(down) = stage.is_down(self.target).await else {
            return Ok(None);
        };
        if self.target.processes.is_empty() {
            return Ok(Some(format!("the target is gone: {}", down.sentence())));
        }
        if self.restarts.fetch_add(1, Ordering::Relaxed) >= self.target.limits.restarts {
            return Ok(Some(format!(
                "the target is not started again after {} restarts: {}",
                self.target.limits.restarts,
                down.sentence()
            )));
        }
        self.restart(stage).await?;
        Ok(None)
    }

    async fn restart(&self, stage: &mut Stage) -> Result<(), Fault> {
        stage.down().await?;
        *stage = Stage::up(self.target, &self.options.program).await?;
        Ok(())
    }

    async fn reset(&self) -> Result<(), Fault> {
        match &self.target.reset {
            ResetHow::None => Ok(()),
            ResetHow::Restart => {
                let mut stage = self.stage.write().await;
                self.restart(&mut stage).await
            }
            ResetHow::Post(url) => {
                let url = self.stage.read().await.endpoints.fill(url)?;
                let page = self.stage.read().await.browser(self.target)?.post(&url, &[]).await;
                match page {
                    Ok(page) if page.status < 400 => Ok(()),
                    Ok(page) => Err(Fault::unreachable(format!("POST {url} (reset) answered {}", page.status))),
                    Err(trouble) => {
                        Err(Fault::unreachable(format!("POST {url} (reset) was not answered: {trouble:?}")))
                    }
                }
            }
        }
    }
}

/// What a message did to a target that is down after it.
fn explain_crash(judged: Judged, down: &Down, log: &[String]) -> Judged {
    let last = log.last().map(|line| format!("; last line of its log: {line}")).unwrap_or_default();
    match (judged.verdict, down) {
        (Verdict::Crashed | Verdict::Hung, Down::Exhausted(what)) => judged.instead(Verdict::Crashed, what.clone()),
        (Verdict::Crashed | Verdict::Hung, Down::Ended(what)) => {
            judged.instead(Verdict::Crashed, format!("{what}{last}"))
        }
        (Verdict::Hung, Down::Deaf(what)) => {
            judged.instead(Verdict::Hung, format!("no answer in time, and {what}{last}"))
        }
        _ => judged,
    }
}

/// Whether the SP neither accepted nor refused.
fn is_undecided(judged: &Judged) -> bool {
    matches!(judged.verdict, Verdict::Crashed | Verdict::Hung | Verdict::Inconclusive)
}
