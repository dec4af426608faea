//! How much memory process groups hold: looked up in `/proc` every few milliseconds, and ended above a budget.
//!
//! A message that makes an SP take gigabytes is an attack that succeeds whatever the SP answers in the end. Measured is the
//! resident memory of every process of the groups together, so that workers count. Only Linux tells it this way.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::signal_group;

/// How long to wait between two looks. A target that takes 1 GB a second is seen 30 MB after its budget.
const PAUSE: Duration = Duration::from_millis(30);

/// Watches process groups until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    groups: Arc<Mutex<Vec<u32>>>,
    exceeded: Arc<Mutex<Option<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Watch {
    /// Ends the groups that are added later once they hold more than `megabytes` (of 1024 * 1024 octets).
    pub(super) fn start(megabytes: u64) -> Self {
        let (groups, exceeded) = (Arc::<Mutex<Vec<u32>>>::default(), Arc::<Mutex<Option<String>>>::default());
        let (watched, told) = (Arc::clone(&groups), Arc::clone(&exceeded));
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                let groups = watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let held = resident_kilobytes(Path::new("/proc"), &groups) / 1024;
                if held > megabytes {
                    let text =
                        format!("its processes held {held} MB, more than the {megabytes} MB of limits.memory_mb");
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
                    groups.iter().for_each(|group| signal_group(*group, "KILL"));
                    return;
                }
            }
        });
        Self { groups, exceeded, task }
    }

    /// Counts one more group.
    pub(super) fn add(&self, group: u32) {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).push(group);
    }

    /// What was seen when the budget was exceeded.
    pub(super) fn exceeded(&self) -> Option<String> {
        self.exceeded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The resident memory of all processes of these groups. A process that ends meanwhile counts nothing.
fn resident_kilobytes(proc: &Path, groups: &[u32]) -> u64 {
    let processes = std::fs::read_dir(proc).into_iter().flatten().flatten().map(|entry| entry.path());
    let of_groups = processes.filter(|path| group_of(path).is_some_and(|group| groups.contains(&group)));
    of_groups.filter_map(|path| resident_of(&path)).sum()
}

/// The third field after the name in parentheses, which may itself hold spaces and parentheses.
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(2)?.parse().ok()
}

fn resident_of(process: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_summed() {
        let proc = tempfile::tempdir().unwrap();
        // Each row: a process, its name, its group and its memory.
        let rows = [(7, "sh", 7, 100), (8, "a) (b", 7, 20), (9, "other", 9, 4)];
        for (pid, name, group, kilobytes) in rows {
            let folder = proc.path().join(pid.to_string());
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("stat"), format!("{pid} ({name}) S 1 {group} {group} 0 -1")).unwrap();
            std::fs::write(folder.join("status"), format!("Name:\t{name}\nVmRSS:\t   {kilobytes} kB\n")).unwrap();
        }
        std::fs::create_dir(proc.path().join("net")).unwrap();
        assert_eq!(resident_kilobytes(proc.path(), &[7]), 120);
        assert_eq!(resident_kilobytes(proc.path(), &[7, 9]), 124);
        assert_eq!(resident_kilobytes(proc.path(), &[]), 0);
    }
}
