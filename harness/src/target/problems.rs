//! What is wrong with a target although its file can be read: files that are not there, words left to fill in, entries
//! that match nothing. Each with file and line, all of them at once. Starts nothing.

use std::path::Path;

use mock_idp::Vendor;

use super::form::Version;
use super::{Extract, Process, ReadySign, Target, Words};
use crate::browser::Trust;
use crate::select::Case;

/// What `samlspec targets init` writes where only a person knows the answer.
pub const FILL_IN: &str = "FILL-IN";

/// Everything that is wrong, as `file:line: what was found; what was expected`. `every` row decides what entries match.
pub fn problems(target: &Target, every: &[Case<'_>]) -> Vec<String> {
    let mut found = Found { target, list: Vec::new() };
    found.left_to_fill_in();
    found.addresses();
    found.files();
    target.processes.iter().for_each(|process| found.process(process));
    found.pointers();
    found.entries(every);
    found.list.sort();
    found.list.into_iter().map(|(line, what)| format!("{}:{line}: {what}", target.file)).collect()
}

struct Found<'a> {
    target: &'a Target,
    list: Vec<(usize, String)>,
}

impl Found<'_> {
    fn add(&mut self, needle: &str, what: String) {
        let line = self.target.text.lines().position(|line| is_written(line) && line.contains(needle));
        self.list.push((line.map_or(1, |index| index + 1), what));
    }

    fn left_to_fill_in(&mut self) {
        for (index, line) in self.target.text.lines().enumerate() {
            if is_written(line) && line.contains(FILL_IN) {
                self.list
                    .push((index + 1, format!("`{FILL_IN}` is left; expected what the comment beside it asks for")));
            }
        }
    }

    /// URLs whose placeholders are known or stand for something plain must be URLs with a host.
    fn addresses(&mut self) {
        let target = self.target;
        let login = target.login.as_ref().map(|login| login.url.as_str());
        let acs = target.sp.acs.as_ref().and_then(super::form::Acs::url);
        let named = [("url", login), ("acs", acs), ("metadata", target.sp.metadata.as_deref())];
        for (key, written) in named {
            let Some(written) = written.filter(|written| !written.contains("${READY.") && !written.contains("${ENV."))
            else {
                continue;
            };
            let is_url =
                plain_words().fill(written).is_ok_and(|url| url::Url::parse(&url).is_ok_and(|url| url.has_host()));
            if !is_url {
                self.add(written, format!("`{key}` is `{written}`; expected a URL such as http://127.0.0.1:8080/acs"));
            }
        }
    }

    fn files(&mut self) {
        let target = self.target;
        if let Some(written) = &target.sp.encryption_cert {
            let path = target.folder.join(written.replace("${DIR}", &target.folder.display().to_string()));
            let is_there = written.contains("${") || path.is_file();
            if !is_there {
                self.add("encryption_cert", format!("{}: no such file; expected a certificate", path.display()));
            }
        }
        if let Some(Err(fault)) = target.ca.as_ref().map(|ca| Trust::in_file(&target.folder.join(ca))) {
            self.add("ca =", fault.to_string());
        }
        if let Some(Version::Asked { cmd }) = &target.version
            && let Some(program) = cmd.first().filter(|program| !is_program(&target.folder, program))
        {
            self.add(program, format!("`{program}` is no program here; {}", self.how_to_get(program)));
        }
    }

    fn process(&mut self, process: &Process) {
        let folder = self.target.folder.join(&process.dir);
        if !folder.is_dir() {
            self.add("dir", format!("{}: no such folder; expected the folder to start in", folder.display()));
        }
        if let Some(program) = process.cmd.first().filter(|program| !is_program(&folder, program)) {
            let what = format!("`{program}` is no program here; {}", self.how_to_get(program));
            self.add(program, what);
        }
        if let ReadySign::Url(url, _) = &process.ready.sign
            && !url.contains("${")
            && url::Url::parse(url).is_err()
        {
            self.add(url, format!("`{url}` is no URL; expected one such as http://127.0.0.1:8080/health"));
        }
    }

    fn how_to_get(&self, program: &str) -> String {
        match (&self.target.install, program.contains('/')) {
            (Some(_), _) => format!("`samlspec targets install {}` puts it there", self.target.id),
            (None, true) => "expected the path of an executable file, from `dir`".to_owned(),
            (None, false) => "expected a program that the PATH has".to_owned(),
        }
    }

    fn pointers(&mut self) {
        let outcome = &self.target.outcome;
        let of = |extract: Option<&Extract>| match extract {
            Some(Extract::Json { json }) => Some(json.clone()),
            _ => None,
        };
        let attributes = outcome.attributes.as_ref().map(|attributes| attributes.json.clone());
        let all = [of(outcome.name_id.as_ref()), of(outcome.reason.as_ref()), attributes, outcome.accept.json.clone()];
        for pointer in all.into_iter().flatten() {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                let what = format!("`{pointer}` is no JSON pointer; expected one such as /name_id");
                self.add(&format!("\"{pointer}\""), what);
            }
        }
    }

    fn entries(&mut self, every: &[Case<'_>]) {
        for entry in &self.target.expected_failures {
            let needle = format!("\"{}\"", entry.scenario.as_str());
            if let Some(vendor) = entry.vendor.as_deref().filter(|vendor| Vendor::named(vendor).is_none()) {
                let known: Vec<_> = Vendor::all().map(Vendor::name).collect();
                let what = format!("unknown vendor `{vendor}`; expected one of: {}", known.join(", "));
                self.add(&format!("vendor = \"{vendor}\""), what);
            } else if !every.iter().any(|case| entry.matches(&case.scenario.id, case.vendor.name(), case.flow)) {
                self.add(&needle, "the entry matches no row; `samlspec list scenarios` shows the ids".to_owned());
            }
        }
    }
}

/// A line that is not a comment as a whole.
fn is_written(line: &str) -> bool {
    !line.trim_start().starts_with('#')
}

/// Every placeholder with something plain in its place.
fn plain_words() -> Words {
    let mut words = Words::default();
    words.set("PORT", "1");
    words.set("DRIVER", "http://driver");
    for name in ["DIR", "RUN_ID", "NOW", "SAMLSPEC", "IDP", "IDP_URLENC", "IDP_METADATA", "PROBE", "PROBE_URLENC"] {
        words.set(name, "x");
    }
    words
}

/// Whether a word of `cmd` can be started: a path from `folder`, or a name that the PATH has.
fn is_program(folder: &Path, program: &str) -> bool {
    if program.contains("${") {
        return true;
    }
    if program.contains('/') {
        return folder.join(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
