//! What the mocks are: IdPs, attacks, quirks, the clock, and back to the start.

use super::{Answer, Call, Kind, Operation, Run, Verb, may};
use crate::failure::Failure;
use crate::world::{Clock, World};
use mock_idp::{attacks, quirks};
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/openapi.json",
        id: "read_document",
        about: "This document.",
        fields: &[],
        success: 200,
        run: Run::Now(|world, _| Ok(super::openapi::document(world))),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/idps",
        id: "list_idps",
        about: "The IdPs that are served: endpoints, and which facts of each are only approximate.",
        fields: &[],
        success: 200,
        run: Run::Now(idps),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/attacks",
        id: "list_attacks",
        about: "Every attack: a message that an SP must refuse.",
        fields: &[],
        success: 200,
        run: Run::Now(list_attacks),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/quirks",
        id: "list_quirks",
        about: "Every quirk: a message that is legal or common though unusual, and that an SP should accept.",
        fields: &[],
        success: 200,
        run: Run::Now(list_quirks),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/clock",
        id: "read_clock",
        about: "What time it is at the mocks.",
        fields: &[],
        success: 200,
        run: Run::Now(|world, _| Ok(shown(world.memory().clock))),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/clock",
        id: "set_clock",
        about: "Stops the clock at an instant, shifts it, or (with neither) goes back to the machine's.",
        fields: &[
            may("now", Kind::Text, "An instant as in RFC 3339; the clock stands still there."),
            may("offset_seconds", Kind::Number, "How far ahead of the machine's clock the mock's runs."),
        ],
        success: 200,
        run: Run::Now(set_clock),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/reset",
        id: "reset",
        about: "Back to how the mocks started: SPs, people, sessions, queue, clock and trace.",
        fields: &[],
        success: 200,
        run: Run::Now(reset),
    },
];

fn idps(world: &World, _: &Call) -> Answer {
    let described = world.config.endpoints().into_iter().zip(&world.config.vendors).map(|(endpoints, vendor)| {
        let approximate: Vec<String> = vendor.approximations().into_iter().map(|fact| fact.path).collect();
        json!({ "title": vendor.title(), "endpoints": endpoints, "approximate": approximate })
    });
    Ok(described.collect())
}

fn list_attacks(_: &World, _: &Call) -> Answer {
    let described = attacks::ALL.iter().map(|attack| {
        json!({
            "id": attack.id, "about": attack.about, "source": attack.source, "forges": attack.forges,
            "needs": attack.needs,
        })
    });
    Ok(described.collect())
}

fn list_quirks(_: &World, _: &Call) -> Answer {
    let described = quirks::ALL
        .iter()
        .map(|quirk| json!({ "id": quirk.id, "about": quirk.about, "source": quirk.source, "needs": quirk.needs }));
    Ok(described.collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    now: Option<String>,
    #[serde(default)]
    offset_seconds: i64,
}

fn set_clock(world: &World, call: &Call) -> Answer {
    let set: SetClock = call.body()?;
    let clock = match set.now {
        Some(now) => {
            let instant = OffsetDateTime::parse(&now, &Rfc3339);
            Clock::Fixed(instant.map_err(|_| Failure::field("now", now, "an instant as in RFC 3339"))?)
        }
        None => Clock::Shifted(Duration::seconds(set.offset_seconds)),
    };
    // Messages hold times from an hour before to a day after the clock; all of them have to have four digits.
    if !(1900..=9000).contains(&clock.now().year()) {
        return Err(Failure::field("now", shown(clock).to_string(), "a year from 1900 to 9000"));
    }
    world.memory().clock = clock;
    Ok(shown(clock))
}

fn shown(clock: Clock) -> Value {
    json!({ "now": mock_idp::moment::format(clock.now(), true).unwrap_or_default() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn reset(world: &World, call: &Call) -> Answer {
    let Nothing {} = call.body()?;
    world.reset();
    Ok(json!({ "reset": true }))
}
