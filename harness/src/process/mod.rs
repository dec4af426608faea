//! Starts a target's processes in process groups of their own, waits until they say they are ready, and ends the groups.
//!
//! Refuses to start when a port is taken: whoever listens there would be judged instead. What they write is kept, last lines
//! first to go, so that a target that does not come up can be explained.

mod log;
mod memory;
mod ready;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::process::{Child, Command};

pub use log::Log;

use crate::browser::Trust;
use crate::fault::Fault;
use crate::stdio::Pipe;
use crate::target::{Process, ReadySign, Target, Words};
use memory::Watch;

/// The processes of one target, running. Dropping it ends their groups.
#[derive(Debug)]
pub struct Running {
    children: Mutex<Vec<Started>>,
    log: Log,
    ports: Vec<u16>,
    pipe: Mutex<Option<Pipe>>,
    memory: Option<Watch>,
    trust: Trust,
}

#[derive(Debug)]
struct Started {
    name: String,
    child: Child,
    group: Option<u32>,
}

impl Running {
    /// Starts every process of `target` in order. Words of the JSON line arrive in `words` as `READY.key`.
    pub async fn start(target: &Target, words: &mut Words, env: &[(String, String)]) -> Result<Self, Fault> {
        let ports = ports_of(target, words)?;
        for port in &ports {
            check_free(*port).await?;
        }
        let running = Self {
            children: Mutex::default(),
            log: Log::with(target.outcome.reason_log.clone()),
            ports,
            pipe: Mutex::default(),
            memory: target.limits.memory_mb.map(Watch::start),
            trust: target.trust()?,
        };
        for process in &target.processes {
            running.start_one(target, process, words, env).await?;
        }
        Ok(running)
    }

    async fn start_one(
        &self,
        target: &Target,
        process: &Process,
        words: &mut Words,
        env: &[(String, String)],
    ) -> Result<(), Fault> {
        let folder = target.folder.join(&process.dir);
        let line = process.cmd.iter().map(|word| fill_word(word, words)).collect::<Result<Vec<_>, _>>()?.concat();
        let Some((program, arguments)) = line.split_first() else {
            return Err(Fault::usage(format!("{}: `cmd` is empty", target.file)));
        };
        let mut command = Command::new(located(program, &folder));
        command.args(arguments).current_dir(&folder).envs(env.iter().map(|(name, value)| (name, value)));
        for (name, value) in &process.env {
            command.env(name, words.fill(value)?);
        }
        let speaks = matches!(process.ready.sign, ReadySign::Stdio);
        let stdin = if speaks { Stdio::piped() } else { Stdio::null() };
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| Fault::Unreachable {
            what: format!("{}: `{program}` cannot be started: {error}", target.file),
            log: self.log.lines(),
        })?;
        let group = child.id();
        let pipe = child.stdin.take().map(Pipe::over);
        let first_json = self.log.collect(&mut child, pipe.clone());
        self.lock().push(Started { name: program.clone(), child, group });
        if let (Some(watch), Some(group)) = (&self.memory, group) {
            watch.add(group);
        }
        if pipe.is_some() {
            *self.pipe.lock().unwrap_or_else(PoisonError::into_inner) = pipe;
        }
        self.wait_ready(process, words, first_json, &folder).await
    }

    async fn wait_ready(
        &self,
        process: &Process,
        words: &mut Words,
        first_json: log::FirstJson,
        folder: &Path,
    ) -> Result<(), Fault> {
        let waiting = ready::wait(
            &process.ready.sign,
            words,
            ready::Streams(first_json, self.pipe()),
            ready::Surroundings { folder, trust: &self.trust },
        );
        let found = tokio::select! {
            found = tokio::time::timeout(process.ready.timeout, waiting) => found,
            status = self.someone_ends() => return Err(self.unreachable(format!("the process ended before it was ready: {status}"))),
        };
        match found {
            Ok(found) => {
                for (key, value) in found? {
                    words.set(&format!("READY.{key}"), value);
                }
                Ok(())
            }
            Err(_) => {
                let what = ready::describe(&process.ready.sign);
                Err(self.unreachable(format!("not ready after {:?}: expected {what}", process.ready.timeout)))
            }
        }
    }

    async fn someone_ends(&self) -> String {
        loop {
            if let Some(ended) = self.ended() {
                // What it wrote last is still on its way through the pipe.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The pipe of the driver among the processes, if one speaks over its standard streams.
    pub fn pipe(&self) -> Option<Pipe> {
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was seen when the processes held more memory than `limits.memory_mb` allows; they were ended then.
    pub fn exhausted(&self) -> Option<String> {
        self.memory.as_ref()?.exceeded()
    }

    /// Which process has ended, and how; `None` while all run.
    pub fn ended(&self) -> Option<String> {
        if let Some(exhausted) = self.exhausted() {
            return Some(exhausted);
        }
        self.lock().iter_mut().find_map(|started| {
            let status = started.child.try_wait().ok().flatten()?;
            Some(format!("`{}` ended with {status}", started.name))
        })
    }

    /// The last lines that the processes wrote.
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// The reason that the processes wrote beside this key, see [`Target`]'s `reason_log`.
    pub fn reason(&self, key: &str) -> Option<String> {
        self.log.reason(key)
    }

    /// Ends the process groups and waits until their ports are free.
    pub async fn stop(&self) -> Result<(), Fault> {
        self.end_groups("TERM");
        for _ in 0..40 {
            if self.all_ended() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.end_groups("KILL");
        for port in &self.ports {
            wait_free(*port).await?;
        }
        self.lock().clear();
        Ok(())
    }

    fn all_ended(&self) -> bool {
        self.lock().iter_mut().all(|started| matches!(started.child.try_wait(), Ok(Some(_))))
    }

    /// Signals whole groups: a worker that outlives its parent would keep the port.
    fn end_groups(&self, signal: &str) {
        self.lock().iter().filter_map(|started| started.group).for_each(|group| signal_group(group, signal));
    }

    fn unreachable(&self, what: String) -> Fault {
        Fault::Unreachable { what, log: self.log.lines() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Started>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_groups("KILL");
    }
}

/// `kill` as a shell builtin, because signalling a group is unsafe code otherwise. A group that is gone already is fine.
fn signal_group(group: u32, signal: &str) {
    // No `--` before the group: the shell of Debian does not know it there.
    let _ = std::process::Command::new("/bin/sh")
        .args(["-c", &format!("kill -{signal} -{group}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Waits until an SP that somebody else started answers.
pub async fn wait_attached(target: &Target, words: &Words) -> Result<(), Fault> {
    let Some(attach) = &target.attach else {
        return Ok(());
    };
    let trust = target.trust()?;
    let surroundings = ready::Surroundings { folder: &target.folder, trust: &trust };
    let waiting = ready::wait(&attach.ready.sign, words, ready::Streams::none(), surroundings);
    match tokio::time::timeout(attach.ready.timeout.min(Duration::from_secs(5)), waiting).await {
        Ok(answer) => answer.map(|_| ()),
        Err(_) => {
            let hint = attach.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            let what = ready::describe(&attach.ready.sign);
            Err(Fault::unreachable(format!("the target `{}` does not answer: expected {what}{hint}", target.id)))
        }
    }
}

/// One word of a command; one with `${IDP_METADATA}` becomes one word per trusted IdP.
fn fill_word(word: &str, words: &Words) -> Result<Vec<String>, Fault> {
    if !word.contains("${IDP_METADATA}") {
        return Ok(vec![words.fill(word)?]);
    }
    let files = words.fill("${IDP_METADATA}")?;
    files.lines().map(|file| words.fill(&word.replace("${IDP_METADATA}", file))).collect()
}

/// A program with a slash is meant from the process's folder, one without is looked up as a shell would.
fn located(program: &str, folder: &Path) -> PathBuf {
    if program.contains('/') { folder.join(program) } else { PathBuf::from(program) }
}

/// The ports that the target is going to listen on, as far as its file shows.
fn ports_of(target: &Target, words: &Words) -> Result<Vec<u16>, Fault> {
    let mut ports = target.ports.clone();
    for process in &target.processes {
        let port = match &process.ready.sign {
            ReadySign::Url(url, _) => {
                url::Url::parse(&words.fill(url)?).ok().and_then(|url| url.port_or_known_default())
            }
            ReadySign::Tcp(address) => words.fill(address)?.rsplit_once(':').and_then(|(_, port)| port.parse().ok()),
            ReadySign::Unix(_) | ReadySign::JsonLine | ReadySign::Stdio => None,
        };
        ports.extend(port);
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(ports)
}

async fn is_taken(port: u16) -> bool {
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

async fn check_free(port: u16) -> Result<(), Fault> {
    if is_taken(port).await {
        return Err(Fault::unreachable(format!(
            "port {port} is taken before the target was started: end the process that listens there, or it would be judged instead"
        )));
    }
    Ok(())
}

async fn wait_free(port: u16) -> Result<(), Fault> {
    for _ in 0..80 {
        if !is_taken(port).await {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(Fault::unreachable(format!("port {port} is still taken after the target's process groups were ended")))
}

/// A free loopback port, chosen by the operating system.
pub fn free_port() -> Result<u16, Fault> {
    let bound = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| Fault::usage(format!("no free loopback port: {error}")))
}
