//! The applications: each the options of its vendor's admin page, in the vendor's words; listed, set up, taken out.
//!
//! Refuses, naming the option and what it can be: an option the vendor does not have, a value it cannot take, an entityID
//! that another application of the vendor has.

use super::{Answer, Call, Kind, Operation, Run, Verb, may, must, only_vendor, vendors};
use crate::failure::Failure;
use crate::world::World;
use mock_idp::App;
use mock_idp::app::{AppError, OptionFact, OptionValue, Written};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The form of a value, for whoever wrote another one.
const VALUE: &str =
    "a text, a number that is not negative, true or false, a list of texts, or an object from names to texts";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/options",
        id: "list_options",
        about: "The options of a vendor's admin page: labels, defaults, values, sources.",
        fields: &[must("vendor", Kind::Word(vendors), "Whose.")],
        success: 200,
        run: Run::Now(options),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/apps",
        id: "list_apps",
        about: "The applications, each with the options that were given.",
        fields: &[may("vendor", Kind::Word(vendors), "Only those of one vendor.")],
        success: 200,
        run: Run::Now(list),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/apps",
        id: "put_app",
        about: "Sets an application up, or changes the one of the same vendor and name: `vendor` and `options`, or `toml`. \
                Its vendor learns no SP from its first request then.",
        fields: &[
            may("vendor", Kind::Word(vendors), "At which vendor."),
            may("name", Kind::Text, "The administrator's name for it; its first entityID unless given."),
            may("options", Kind::Object, "The options by the vendor's labels; those not given are at their defaults."),
            may("toml", Kind::Text, "The same as a file: `vendor`, `name` and a table `[options]`; alone."),
        ],
        success: 200,
        run: Run::Now(put),
    },
    Operation {
        verb: Verb::Put,
        path: "/api/apps",
        id: "replace_apps",
        about: "Replaces all applications; nothing changes when one of them cannot be set up.",
        fields: &[must("apps", Kind::List, "Applications as `POST /api/apps` takes them.")],
        success: 200,
        run: Run::Now(replace),
    },
    Operation {
        verb: Verb::Delete,
        path: "/api/apps",
        id: "remove_app",
        about: "Takes an application out.",
        fields: &[
            must("vendor", Kind::Word(vendors), "At which vendor."),
            must("name", Kind::Text, "The administrator's name for it."),
        ],
        success: 200,
        run: Run::Now(remove),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    vendor: String,
}

fn options(world: &World, call: &Call) -> Answer {
    let Whose { vendor } = call.query()?;
    let options = world.vendor(&vendor)?.options();
    let shown = |option: &OptionFact| {
        let values: Vec<&String> = option.values.keys().collect();
        json!({
            "label": option.label, "section": option.section, "default": option.default, "values": values,
            "source": option.source, "date": option.date, "confidence": format!("{:?}", option.confidence).to_lowercase(),
        })
    };
    let sources: Vec<&String> = options.sources.keys().collect();
    Ok(json!({ "options": options.option.iter().map(shown).collect::<Vec<_>>(), "sources": sources }))
}

fn list(world: &World, call: &Call) -> Answer {
    let vendor = only_vendor(world, call)?;
    let memory = world.memory();
    let wanted = memory.apps.iter().filter(|app| vendor.is_none_or(|vendor| app.vendor == vendor));
    Ok(wanted.map(|app| described(world, app)).collect())
}

fn described(world: &World, app: &App) -> Value {
    let first = app.settings.entity_ids.first().map(String::as_str).unwrap_or_default();
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("sp", first).finish();
    let metadata = format!("{}/{}/metadata?{query}", world.config.public_url, app.vendor.name());
    let mut value = json!(app.written());
    if let Some(object) = value.as_object_mut() {
        object.insert("entity_ids".to_owned(), json!(app.settings.entity_ids));
        object.insert("acs_urls".to_owned(), json!(app.settings.acs_urls));
        object.insert("metadata".to_owned(), json!(metadata));
    }
    value
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    vendor: Option<String>,
    #[serde(default)]
    name: String,
    options: Option<Map<String, Value>>,
    toml: Option<String>,
}

/// The application that is meant, at a vendor that is served.
fn app_of(world: &World, posted: Posted) -> Result<App, Failure> {
    let app = match (posted.vendor, posted.options, posted.toml) {
        (None, None, Some(text)) if posted.name.is_empty() => App::from_toml(&text)?,
        (Some(vendor), options, None) => {
            let vendor = world.vendor(&vendor)?.name().to_owned();
            let options = options.unwrap_or_default().into_iter().map(valued);
            let options = options.collect::<Result<BTreeMap<_, _>, _>>()?;
            App::try_from(Written { vendor, name: posted.name, options })?
        }
        _ => return Err(Failure::field("body", "something else", "`vendor` and `options`, or `toml` alone")),
    };
    world.vendor(app.vendor.name())?;
    Ok(app)
}

fn valued((label, value): (String, Value)) -> Result<(String, OptionValue), Failure> {
    let read = OptionValue::deserialize(&value);
    let refused = |_| Failure::App(AppError::form(&label, &value.to_string(), VALUE));
    read.map_err(refused).map(|value| (label.clone(), value))
}

fn put(world: &World, call: &Call) -> Answer {
    let app = app_of(world, call.body()?)?;
    let shown = described(world, &app);
    world.memory().put_app(app)?;
    Ok(shown)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    apps: Vec<Posted>,
}

fn replace(world: &World, call: &Call) -> Answer {
    let All { apps } = call.body()?;
    let apps = apps.into_iter().map(|posted| app_of(world, posted)).collect::<Result<Vec<_>, _>>()?;
    let count = apps.len();
    let mut memory = world.memory();
    let before = std::mem::take(&mut memory.apps);
    for app in apps {
        if let Err(failure) = memory.put_app(app) {
            memory.apps = before;
            return Err(failure);
        }
    }
    Ok(json!({ "apps": count }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    vendor: String,
    name: String,
}

fn remove(world: &World, call: &Call) -> Answer {
    let Named { vendor, name } = call.query()?;
    world.memory().forget_app(world.vendor(&vendor)?, &name)?;
    Ok(json!({ "removed": name }))
}
