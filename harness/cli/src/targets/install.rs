//! `samlspec targets install`: runs what a target file says under `[install]`; system packages only when told to.
//!
//! What is downloaded goes into a cache folder that the target's own command names. Refused: a target without `[install]`,
//! and system packages that are missing, unless `--system` was given. Debian's names are meant, and `apt-get` installs them.

use std::process::{Command, Stdio};

use harness::Fault;
use harness::target::{Install, Target};

use crate::say;

/// Which targets.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Names or files
    #[arg(value_name = "NAME|FILE", required = true)]
    targets: Vec<String>,
    /// Also install missing system packages with apt-get; no service of theirs is started
    #[arg(long)]
    system: bool,
}

/// Installs them one after the other.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    for name in &arguments.targets {
        let target = Target::named_or_file(name)?;
        let install = target.install.as_ref().ok_or_else(|| {
            Fault::usage(format!("{}: there is nothing to install; expected an [install] section", target.file))
        })?;
        system_packages(&target, install, arguments.system)?;
        own_packages(&target, install)?;
        say::to_stdout(&format!("{}: installed", target.id));
    }
    Ok(())
}

fn own_packages(target: &Target, install: &Install) -> Result<(), Fault> {
    let Some((program, words)) = install.cmd.split_first() else {
        return Ok(());
    };
    let located = if program.contains('/') { target.folder.join(program) } else { program.into() };
    let status = Command::new(&located).args(words).current_dir(&target.folder).stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Fault::unreachable(format!("{}: `{}` failed: {status}", target.id, located.display()))),
        Err(error) => Err(Fault::usage(format!("{}: `{}` cannot be started: {error}", target.file, located.display()))),
    }
}

fn system_packages(target: &Target, install: &Install, may_install: bool) -> Result<(), Fault> {
    let missing: Vec<_> = install.system.iter().filter(|package| !is_installed(package)).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !may_install {
        return Err(Fault::usage(format!(
            "{} needs system packages that are missing: {names}; expected them, or --system, which runs: apt-get install --no-install-recommends {names}",
            target.id
        )));
    }
    say::to_stderr(&format!("{}: apt-get install --no-install-recommends {names}", target.id));
    // Debian starts the services of what it installs, unless this file says no.
    let script = "set -eu\nexport DEBIAN_FRONTEND=noninteractive\npolicy=/usr/sbin/policy-rc.d\nif [ ! -e $policy ]; then printf '#!/bin/sh\\nexit 101\\n' >$policy; chmod +x $policy; trap 'rm -f $policy' EXIT; fi\napt-get update -qq\napt-get install -y -qq --no-install-recommends \"$@\"";
    let status = Command::new("sh").args(["-c", script, "apt"]).args(&missing).stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Fault::unreachable(format!("{}: apt-get failed: {status}", target.id))),
        Err(error) => Err(Fault::usage(format!("{}: apt-get cannot be run: {error}", target.id))),
    }
}

fn is_installed(package: &str) -> bool {
    let output = Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]).stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("ok installed"))
}
