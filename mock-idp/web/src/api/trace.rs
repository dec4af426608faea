//! What happened: the exchanges, and the requests a test suite takes one by one or waits for.

use super::{Answer, Call, Kind, Later, Operation, Run, Verb, may, must, vendors};
use crate::failure::Failure;
use crate::trace::Exchange;
use crate::world::World;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The longest that a caller can wait, in seconds.
const WAIT_SECONDS: u64 = 60;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/exchanges",
        id: "list_exchanges",
        about: "What happened, oldest first, without the messages: what came in, what went out, what was refused.",
        fields: &[
            may("after", Kind::Number, "Only those with a higher number."),
            may("vendor", Kind::Word(vendors), "Only those of one vendor."),
        ],
        success: 200,
        run: Run::Now(list),
    },
    Operation {
        verb: Verb::Get,
        path: "/api/exchange",
        id: "read_exchange",
        about: "One exchange with its messages as text: request, answer, and the healthy twin of a spoilt answer.",
        fields: &[must("number", Kind::Number, "The number of the exchange.")],
        success: 200,
        run: Run::Now(one),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/requests/take",
        id: "take_request",
        about: "The oldest message of an SP that was not taken yet, with its exchange; each is taken once. Waits for one \
                where asked to, and answers `null` when none came in time.",
        fields: &[
            may("vendor", Kind::Word(vendors), "Only one that came to this vendor."),
            may("wait_seconds", Kind::Number, "How long to wait, 0 unless given, at most 60."),
        ],
        success: 200,
        run: Run::Wait(take),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    after: u64,
    vendor: Option<String>,
}

fn list(world: &World, call: &Call) -> Answer {
    let which: Which = call.query()?;
    let vendor = which.vendor.map(|name| world.vendor(&name)).transpose()?.map(|vendor| vendor.name());
    let memory = world.memory();
    let wanted =
        |exchange: &&Exchange| exchange.number > which.after && vendor.is_none_or(|name| name == exchange.vendor);
    Ok(memory.trace.all().filter(wanted).map(in_short).collect())
}

/// An exchange without its messages.
fn in_short(exchange: &Exchange) -> Value {
    let mut value = json!(exchange);
    for side in ["received", "sent"] {
        if let Some(message) = value.get_mut(side).and_then(Value::as_object_mut) {
            message.retain(|key, _| !["raw", "xml", "twin"].contains(&key.as_str()));
        }
    }
    value
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    number: u64,
}

fn one(world: &World, call: &Call) -> Answer {
    let Number { number } = call.query()?;
    let memory = world.memory();
    let kept = || memory.trace.all().map(|exchange| exchange.number);
    let expected = || format!("{} to {}", kept().next().unwrap_or(0), kept().next_back().unwrap_or(0));
    let found = memory.trace.get(number).map(|exchange| json!(exchange));
    found.ok_or_else(|| Failure::field("number", number.to_string(), expected()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    vendor: Option<String>,
    #[serde(default)]
    wait_seconds: u64,
}

fn take(world: Arc<World>, call: Call) -> Later {
    Box::pin(async move {
        let take: Take = call.body()?;
        let vendor = take.vendor.map(|name| world.vendor(&name)).transpose()?.map(|vendor| vendor.name());
        if take.wait_seconds > WAIT_SECONDS {
            let expected = format!("0 to {WAIT_SECONDS}");
            return Err(Failure::field("wait_seconds", take.wait_seconds.to_string(), expected));
        }
        let exchange = world.take(vendor, Duration::from_secs(take.wait_seconds)).await;
        Ok(json!(exchange))
    })
}
