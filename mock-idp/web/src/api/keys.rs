//! The keys of the mocks: which certificates the metadata lists, which of them signs, and the roll-over from one to the next.

use super::{Answer, Call, Kind, Operation, Run, Verb, may, must, only_vendor, vendors};
use crate::failure::Failure;
use crate::world::World;
use mock_idp::Vendor;
use mock_idp::idp::Certificate;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/keys",
        id: "list_keys",
        about: "The certificates of each vendor: the one that signs, and those its metadata lists.",
        fields: &[may("vendor", Kind::Word(vendors), "Only those of one vendor.")],
        success: 200,
        run: Run::Now(list),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/keys",
        id: "roll_over",
        about: "Which certificates a vendor has from now on. An application that was given certificates keeps its own.",
        fields: &[
            must("vendor", Kind::Word(vendors), "Whose."),
            must(
                "certificates",
                Kind::List,
                "`current`, `next` or both: the first signs, the metadata lists all of them. Published in advance: \
                 [\"current\", \"next\"]; rolled over: [\"next\"].",
            ),
        ],
        success: 200,
        run: Run::Now(roll_over),
    },
];

fn list(world: &World, call: &Call) -> Answer {
    let vendor = only_vendor(world, call)?;
    let wanted = world.config.vendors.iter().filter(|served| vendor.is_none_or(|vendor| **served == vendor));
    Ok(wanted.map(|served| described(world, *served)).collect())
}

fn described(world: &World, vendor: Vendor) -> Value {
    let names: Vec<&str> = world.memory().certificates_of(vendor).into_iter().map(Certificate::name).collect();
    json!({ "vendor": vendor.name(), "certificates": names, "signs": world.idp(vendor).certificate_pem() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RollOver {
    vendor: String,
    certificates: Vec<String>,
}

fn roll_over(world: &World, call: &Call) -> Answer {
    let RollOver { vendor, certificates } = call.body()?;
    let vendor = world.vendor(&vendor)?;
    let words = || [Certificate::Current, Certificate::Next].map(|one| one.name().to_owned()).to_vec();
    let refused = |found: &str| Failure::not_among("certificates", found, words());
    let mut chosen: Vec<Certificate> = Vec::new();
    for name in &certificates {
        let certificate = Certificate::named(name).map_err(|_| refused(name))?;
        if chosen.contains(&certificate) {
            return Err(Failure::field("certificates", certificates.join(", "), "each of them at most once"));
        }
        chosen.push(certificate);
    }
    if chosen.is_empty() {
        return Err(refused(""));
    }
    world.memory().certificates.insert(vendor.name(), chosen);
    Ok(described(world, vendor))
}
