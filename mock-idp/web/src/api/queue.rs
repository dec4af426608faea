//! The queue: what the next Responses of a vendor look like.

use super::{Answer, Call, Kind, Operation, Run, Verb, may, must, vendors};
use crate::change::{Asked, Change, SIGNS, attack_ids, quirk_ids};
use crate::failure::Failure;
use crate::world::World;
use mock_idp::logout::LogoutFault;
use serde::Deserialize;
use serde_json::json;

const LOGOUT_FAULTS: [(&str, LogoutFault); 6] = [
    ("unsigned", LogoutFault::Unsigned),
    ("attacker_key", LogoutFault::AttackerKey),
    ("tampered", LogoutFault::Tampered),
    ("weak_algorithm", LogoutFault::WeakAlgorithm),
    ("wrong_algorithm", LogoutFault::WrongAlgorithm),
    ("empty_signature", LogoutFault::EmptySignature),
];

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/queue",
        id: "read_queue",
        about: "How many changes wait, by vendor.",
        fields: &[],
        success: 200,
        run: Run::Now(waiting),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/queue",
        id: "queue",
        about: "Puts a change behind those that wait; each applies to one Response of its vendor. It comes before what a user \
                name, a header or a RelayState asks for.",
        fields: &[
            must("vendor", Kind::Word(vendors), "Whose next Response."),
            may("attack", Kind::Word(|_| attack_ids()), "Something an SP must refuse."),
            may("quirk", Kind::Word(|_| quirk_ids()), "Something legal but unusual."),
            may("encrypt", Kind::Flag, "Whether the Assertion is encrypted, as the vendor does it."),
            may("sign", Kind::Word(|_| SIGNS.iter().map(|(word, _)| (*word).to_owned()).collect()), "What is signed."),
            may("edits", Kind::Object, "Single fields that differ, with the words of a scenario file."),
            may(
                "logout",
                Kind::Word(|_| LOGOUT_FAULTS.map(|(name, _)| name.to_owned()).to_vec()),
                "Something an SP must refuse in the vendor's next logout message; alone.",
            ),
            may("times", Kind::Number, "To how many Responses it applies; 1 unless given, at most 1000."),
        ],
        success: 200,
        run: Run::Now(queue),
    },
    Operation {
        verb: Verb::Delete,
        path: "/api/queue",
        id: "clear_queue",
        about: "Drops every change that waits.",
        fields: &[],
        success: 200,
        run: Run::Now(clear),
    },
];

fn waiting(world: &World, _: &Call) -> Answer {
    let memory = world.memory();
    let lines = world.config.vendors.iter().map(|vendor| (vendor.name().to_owned(), json!(memory.waiting(*vendor))));
    Ok(serde_json::Value::Object(lines.collect()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Queued {
    vendor: String,
    attack: Option<String>,
    quirk: Option<String>,
    #[serde(default)]
    encrypt: bool,
    sign: Option<mock_idp::Sign>,
    #[serde(default)]
    edits: mock_idp::Edits,
    logout: Option<LogoutFault>,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

fn queue(world: &World, call: &Call) -> Answer {
    let queued: Queued = call.body()?;
    let vendor = world.vendor(&queued.vendor)?;
    if !(1..=crate::world::KEPT).contains(&queued.times) {
        return Err(Failure::field("times", queued.times.to_string(), "1 to 1000"));
    }
    if let Some(fault) = queued.logout {
        world.memory().enqueue_logout(vendor, fault);
        return Ok(json!({ "vendor": vendor.name(), "logout": true }));
    }
    let (attack, quirk, encrypt) = (queued.attack, queued.quirk, queued.encrypt);
    let change = Change::of(&Asked { attack, quirk, encrypt, sign: queued.sign, edits: queued.edits }, "queue")?;
    let mut memory = world.memory();
    for _ in 0..queued.times {
        memory.enqueue(vendor, change.clone())?;
    }
    Ok(json!({ "vendor": vendor.name(), "waiting": memory.waiting(vendor) }))
}

fn clear(world: &World, _: &Call) -> Answer {
    world.memory().clear_queue();
    Ok(json!({ "cleared": true }))
}
