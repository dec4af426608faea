//! The people of the mocks: listed, added, changed, imported, taken out.

use super::{Answer, Call, Kind, Operation, Run, Verb, may, must};
use crate::directory::{self, Written, checked, described, read_people};
use crate::failure::Failure;
use crate::world::World;
use serde::Deserialize;
use serde_json::json;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/people",
        id: "list_people",
        about: "Who can log in.",
        fields: &[],
        success: 200,
        run: Run::Now(|world, _| Ok(world.memory().directory.people().iter().map(described).collect())),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/people",
        id: "put_person",
        about: "Adds someone, or changes whoever has the same user name.",
        fields: &[
            must("user_name", Kind::Text, "What becomes the NameID; without spaces."),
            may("email", Kind::Text, "The e-mail address; the user name unless given."),
            may("first_name", Kind::Text, "The given name."),
            may("last_name", Kind::Text, "The family name."),
            may("groups", Kind::List, "The groups the person is in, as texts."),
        ],
        success: 200,
        run: Run::Now(put),
    },
    Operation {
        verb: Verb::Put,
        path: "/api/people",
        id: "import_people",
        about: "Replaces everyone, by one of the three.",
        fields: &[
            may("people", Kind::List, "People as `POST /api/people` takes them."),
            may("toml", Kind::Text, "A file with one `[[people]]` each."),
            may(
                "csv",
                Kind::Text,
                "Lines under `user_name,email,first_name,last_name,groups`; groups separated by `;`.",
            ),
        ],
        success: 200,
        run: Run::Now(import),
    },
    Operation {
        verb: Verb::Delete,
        path: "/api/people",
        id: "remove_person",
        about: "Takes someone out; sessions go on.",
        fields: &[must("user_name", Kind::Text, "The whole user name.")],
        success: 200,
        run: Run::Now(remove),
    },
];

fn refused(error: directory::PeopleError) -> Failure {
    Failure::field("people", error.to_string(), "people as documented")
}

fn put(world: &World, call: &Call) -> Answer {
    let written: Written = call.body()?;
    let person = checked(vec![written]).map_err(refused)?.remove(0);
    let shown = described(&person);
    world.memory().directory.put(person)?;
    Ok(shown)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    people: Option<Vec<Written>>,
    toml: Option<String>,
    csv: Option<String>,
}

fn import(world: &World, call: &Call) -> Answer {
    let import: Import = call.body()?;
    let people = match (import.people, import.toml, import.csv) {
        (Some(written), None, None) => checked(written),
        (None, Some(text), None) | (None, None, Some(text)) => read_people(&text),
        _ => return Err(Failure::field("body", "something else", "one of `people`, `toml`, `csv`")),
    };
    let people = people.map_err(refused)?;
    let count = people.len();
    world.memory().directory.replace(people);
    Ok(json!({ "people": count }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    user_name: String,
}

fn remove(world: &World, call: &Call) -> Answer {
    let Named { user_name } = call.query()?;
    world.memory().directory.remove(&user_name)?;
    Ok(json!({ "removed": user_name }))
}
