//! Who can log in: the built-in people, edited over the API or read from a file; names in, people out.
//!
//! Refuses, naming the field: a file that is neither TOML nor CSV of the form below, a user name that cannot be typed or
//! stands there twice, more than [`PEOPLE`] people.
//!
//! TOML has one `[[people]]` per person with `user_name`, `email`, `first_name`, `last_name`, `groups`; CSV has the same
//! words in its first line and separates groups by `;`. `email` is the user name unless given; groups are optional.

use crate::change::Change;
use crate::failure::Failure;
use mock_idp::{Person, people};
use serde::Deserialize;
use serde_json::{Value, json};

/// The most people there can be.
pub const PEOPLE: usize = 10_000;

/// The people of the mocks, in the order of the login form.
#[derive(Clone, Debug)]
pub(crate) struct Directory(Vec<Person>);

/// One person as TOML, CSV and JSON write them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    user_name: String,
    email: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    people: Vec<Written>,
}

impl Directory {
    /// These people, or the built-in ones where there are none.
    pub(crate) fn of(people: &[Person]) -> Self {
        Self(if people.is_empty() { people::all() } else { people.to_vec() })
    }

    /// Everyone, in order.
    pub(crate) fn people(&self) -> &[Person] {
        &self.0
    }

    /// Adds someone, or changes whoever has the same user name.
    pub(crate) fn put(&mut self, person: Person) -> Result<(), Failure> {
        if let Some(known) = self.0.iter_mut().find(|known| known.user_name == person.user_name) {
            *known = person;
            return Ok(());
        }
        if self.0.len() >= PEOPLE {
            return Err(Failure::field("user_name", person.user_name, format!("at most {PEOPLE} people")));
        }
        self.0.push(person);
        Ok(())
    }

    /// Replaces everyone.
    pub(crate) fn replace(&mut self, people: Vec<Person>) {
        self.0 = people;
    }

    /// Takes someone out.
    pub(crate) fn remove(&mut self, user_name: &str) -> Result<(), Failure> {
        let before = self.0.len();
        self.0.retain(|person| person.user_name != user_name);
        if self.0.len() == before { Err(Failure::not_among("user_name", user_name, self.names())) } else { Ok(()) }
    }

    /// The person of this name and what a tag asks for: `ann`, `ann@example.test`, `ann+expired@example.test`.
    ///
    /// A name that has a plus of its own is found first.
    pub(crate) fn named(&self, name: &str) -> Result<(Person, Change), Failure> {
        if let Some(person) = self.find(name) {
            return Ok((person.clone(), Change::default()));
        }
        let (local, domain) = name.split_once('@').map_or((name, ""), |(local, domain)| (local, domain));
        let (plain, words) = local.split_once('+').unwrap_or((local, ""));
        let plain = if domain.is_empty() { plain.to_owned() } else { format!("{plain}@{domain}") };
        let person = self.find(&plain).ok_or_else(|| Failure::not_among("user", name, self.names()))?;
        let change = if words.is_empty() { Change::default() } else { Change::of_words(words, "user")? };
        Ok((person.clone(), change))
    }

    /// By the whole user name, or by what stands before its `@`.
    fn find(&self, name: &str) -> Option<&Person> {
        let whole = self.0.iter().find(|person| person.user_name == name);
        let before = |person: &&Person| person.user_name.split_once('@').is_some_and(|(local, _)| local == name);
        whole.or_else(|| self.0.iter().find(before))
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().take(100).map(|person| person.user_name.clone()).collect()
    }
}

/// Reads a file of people; TOML where it has a `[[people]]`, else CSV.
pub fn read_people(text: &str) -> Result<Vec<Person>, PeopleError> {
    let written = if text.contains("[[people]]") { from_toml(text) } else { from_csv(text) }?;
    checked(written)
}

/// A file of people that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("people: {0}")]
pub struct PeopleError(String);

fn from_toml(text: &str) -> Result<Vec<Written>, PeopleError> {
    let file: File = toml::from_str(text).map_err(|error| PeopleError(error.to_string().trim_end().to_owned()))?;
    Ok(file.people)
}

fn from_csv(text: &str) -> Result<Vec<Written>, PeopleError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        user_name: String,
        email: Option<String>,
        #[serde(default)]
        first_name: String,
        #[serde(default)]
        last_name: String,
        #[serde(default)]
        groups: String,
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let line = |line: Result<Line, csv::Error>| {
        let line = line.map_err(|error| PeopleError(error.to_string()))?;
        let groups = line.groups.split(';').map(str::trim).filter(|group| !group.is_empty()).map(str::to_owned);
        Ok(Written {
            user_name: line.user_name,
            email: line.email.filter(|email| !email.is_empty()),
            first_name: line.first_name,
            last_name: line.last_name,
            groups: groups.collect(),
        })
    };
    reader.deserialize().map(line).collect()
}

/// People out of what was written, or the first thing that is wrong with it.
pub(crate) fn checked(written: Vec<Written>) -> Result<Vec<Person>, PeopleError> {
    if written.is_empty() || written.len() > PEOPLE {
        let found = written.len();
        return Err(PeopleError(format!("{found} people, expected 1 to {PEOPLE}, each with a `user_name`")));
    }
    let mut seen = std::collections::HashSet::new();
    let mut people = Vec::with_capacity(written.len());
    for person in written {
        let name = person.user_name;
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(PeopleError(format!("`user_name` is `{name}`, expected a name without spaces")));
        }
        if !seen.insert(name.clone()) {
            return Err(PeopleError(format!("`user_name` is `{name}` twice, expected different names")));
        }
        let email = person.email.unwrap_or_else(|| name.clone());
        let (first_name, last_name, groups) = (person.first_name, person.last_name, person.groups);
        people.push(Person { user_name: name, email, first_name, last_name, groups });
    }
    Ok(people)
}

/// One person as JSON.
pub(crate) fn described(person: &Person) -> Value {
    json!({
        "user_name": person.user_name, "email": person.email, "first_name": person.first_name,
        "last_name": person.last_name, "groups": person.groups,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_by_name() {
        let directory = Directory::of(&[]);
        for name in ["ann", "ann@example.test", "ann+expired@example.test", "ann+expired", "ann+non_ascii+encrypted"] {
            assert_eq!(directory.named(name).unwrap().0, people::ann(), "{name}");
        }
        for name in ["", "Ann", "ann@elsewhere.test", "ann+nonsense", "+expired"] {
            assert!(directory.named(name).unwrap_err().to_string().starts_with("`user` is"), "{name}");
        }
    }

    #[test]
    fn the_same_people_in_both_forms() {
        let toml = "[[people]]\nuser_name = \"zoe@a.test\"\nfirst_name = \"Zoe\"\ngroups = [\"one\", \"two\"]\n";
        let csv = "user_name,first_name,groups\nzoe@a.test, Zoe ,one; two\n";
        let people = read_people(toml).unwrap();
        assert_eq!(people, read_people(csv).unwrap());
        assert_eq!((people[0].email.as_str(), people[0].groups.len()), ("zoe@a.test", 2));
    }

    #[test]
    fn a_bad_file_is_refused_by_field() {
        for (text, named) in [
            ("", "expected 1 to"),
            ("[[people]]\nname = \"x\"", "unknown field `name`, expected one of `user_name`"),
            ("[[people]]\nuser_name = \"a b\"", "without spaces"),
            ("user_name,grops\nx,y", "unknown field `grops`"),
            ("user_name\nx\nx\n", "twice"),
            ("user_name,email\nx\n", "found record with 1 field"),
        ] {
            let error = read_people(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
