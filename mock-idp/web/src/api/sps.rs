//! The SPs of the mocks: registered by metadata (text or address) or by name, listed, taken out.

use super::{Answer, Call, Kind, Later, Operation, Run, Verb, may, must};
use crate::failure::Failure;
use crate::world::World;
use mock_idp::Sp;
use mock_idp::facts::LogoutBinding;
use mock_idp::sp::LogoutEndpoint;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        verb: Verb::Get,
        path: "/api/sps",
        id: "list_sps",
        about: "The SPs that may log in.",
        fields: &[],
        success: 200,
        run: Run::Now(|world, _| Ok(world.memory().sps.iter().map(described).collect())),
    },
    Operation {
        verb: Verb::Post,
        path: "/api/sps",
        id: "register_sp",
        about: "Registers an SP, or changes the one of the same entityID: by metadata, or by entityID and ACS URL. From then \
                on no SP is learned from its first request.",
        fields: &[
            may("metadata", Kind::Text, "The SP's metadata, XML."),
            may("metadata_url", Kind::Text, "Where the SP publishes its metadata; http, at most 256 KiB, within 10 s."),
            may("entity_id", Kind::Text, "The SP's entityID, together with `acs`."),
            may("acs", Kind::Text, "Where Responses go, http or https."),
            may("slo", Kind::Text, "Where its logout messages go, by both bindings; with `entity_id` and `acs`."),
            may("encryption_certificate", Kind::Text, "A certificate in PEM to encrypt Assertions for."),
        ],
        success: 201,
        run: Run::Wait(register),
    },
    Operation {
        verb: Verb::Delete,
        path: "/api/sps",
        id: "remove_sp",
        about: "Takes an SP out.",
        fields: &[must("entity_id", Kind::Text, "The SP's entityID.")],
        success: 200,
        run: Run::Now(remove),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registered {
    metadata: Option<String>,
    metadata_url: Option<String>,
    entity_id: Option<String>,
    acs: Option<String>,
    slo: Option<String>,
    encryption_certificate: Option<String>,
}

fn register(world: Arc<World>, call: Call) -> Later {
    Box::pin(async move {
        let mut registered: Registered = call.body()?;
        if let Some(url) = registered.metadata_url.take() {
            if registered.metadata.is_some() {
                return Err(one_of_two());
            }
            registered.metadata = Some(crate::fetch::metadata(&url).await?);
        }
        let sp = sp_of(registered)?;
        world.memory().register(sp.clone())?;
        Ok(described(&sp))
    })
}

fn one_of_two() -> Failure {
    Failure::field("body", "something else", "`metadata`, `metadata_url`, or `entity_id` and `acs`")
}

fn sp_of(registered: Registered) -> Result<Sp, Failure> {
    let sp = match (registered.metadata, registered.entity_id, registered.acs) {
        (Some(metadata), None, None) => Sp::from_metadata(&metadata)
            .map_err(|error| Failure::field("metadata", error.to_string(), "metadata of an SP"))?,
        (None, Some(entity_id), Some(acs)) => {
            let endpoint = |binding| {
                let location = registered.slo.clone()?;
                Some(LogoutEndpoint { binding, response_location: location.clone(), location })
            };
            let logout = [LogoutBinding::Redirect, LogoutBinding::Post].into_iter().filter_map(endpoint).collect();
            Sp { logout, ..Sp::new(entity_id, acs) }
        }
        _ => return Err(one_of_two()),
    };
    match registered.encryption_certificate {
        Some(pem) => {
            let with = sp.encrypting(&pem);
            let unread = || Failure::field("encryption_certificate", "unreadable", "a certificate in PEM");
            with.encryption_certificate.is_some().then_some(with).ok_or_else(unread)
        }
        None => Ok(sp),
    }
}

fn described(sp: &Sp) -> Value {
    let slo: Vec<&str> = sp.logout.iter().map(|endpoint| endpoint.location.as_str()).collect();
    json!({
        "entity_id": sp.entity_id, "acs": sp.acs, "slo": slo,
        "can_encrypt": sp.encryption_certificate.is_some(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    entity_id: String,
}

fn remove(world: &World, call: &Call) -> Answer {
    let Named { entity_id } = call.query()?;
    world.memory().forget_sp(&entity_id)?;
    Ok(json!({ "removed": entity_id }))
}
