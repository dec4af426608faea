//! Every quirk and every attack of the mocks, inspected: what is only unusual is accepted as Ann, what is an attack is
//! refused with a reason. By the library call behind `samlspec inspect`, in the first layout of a vendor that has what it needs.

use crate::world;
use mock_idp::{Cipher, Encryption, Recipe, Sign, Vendor, attacks, quirks};
use sp::inspect::{Asked, Report, inspect};
use std::collections::BTreeSet;

const REQUEST: &str = "_a71b0ee1";
const PUBLIC_URL: &str = "https://idp.example.test";

/// Where the verdict on one message alone is another one, and why.
const OTHERWISE: &[(&str, &str)] =
    &[("replay", "the first time it is a healthy message; that it comes twice no single message shows")];

/// The healthy message of a vendor in each layout, the vendor's own first.
fn layouts(vendor: Vendor) -> Vec<Recipe> {
    let idp = mock_idp::Idp::of(vendor, PUBLIC_URL);
    let mut usual = Recipe::new(vendor, idp, world::to(), world::NOW);
    usual.in_response_to = Some(REQUEST.to_owned());
    let signs = [usual.sign, Sign::Assertion, Sign::Response, Sign::Both];
    let encryption = usual.usual_encryption();
    let gcm = Encryption { cipher: Cipher::Aes256Gcm, ..encryption };
    let encrypts = [None, Some(encryption), Some(gcm)];
    let pairs = encrypts.into_iter().flat_map(|encrypt| signs.map(|sign| (sign, encrypt)));
    pairs.map(|(sign, encrypt)| Recipe { sign, encrypt, ..usual.clone() }).collect()
}

struct Inspector {
    sp: sp::Sp,
    idps: Vec<sp::Idp>,
}

impl Inspector {
    fn of(vendor: Vendor) -> Self {
        Self { sp: world::sp(), idps: world::idps(vendor, PUBLIC_URL) }
    }

    fn inspect(&self, recipe: &Recipe) -> Report {
        let message = recipe.build().unwrap_or_else(|error| panic!("{:?}: {error}", recipe.vendor));
        let asked = Asked::Request(REQUEST.to_owned());
        inspect(message.base64().as_bytes(), &self.sp, &self.idps, &world::acs(), &asked, world::now())
    }
}

/// `accepted as NAME`, or the reason's name and rule.
fn said(report: &Report) -> String {
    match &report.verdict {
        Ok(shown) => format!("accepted as {}", shown.name_id.value),
        Err(rejection) => format!("refused: {} ({})", rejection.reason().name(), rejection.rule()),
    }
}

#[test]
fn every_quirk_is_accepted_and_every_attack_refused() {
    let mut wrong = Vec::new();
    let mut otherwise: Vec<&str> = Vec::new();
    let mut played: BTreeSet<&str> = BTreeSet::new();
    // Two vendors whose shapes differ most; `sp/tests/mocks.rs` has the others.
    for vendor in ["okta", "azure"].map(|name| Vendor::named(name).unwrap()) {
        let inspector = Inspector::of(vendor);
        let layouts = layouts(vendor);
        for layout in &layouts {
            let healthy = said(&inspector.inspect(layout));
            assert_eq!(healthy, "accepted as ann@example.test", "{vendor:?} {:?}", layout.sign);
        }
        let mut check = |id: &'static str, recipe: Option<Recipe>, accepted: bool| {
            // What is a vendor's habit is no quirk there; that each is played somewhere is checked below.
            let Some(recipe) = recipe else { return };
            let said = said(&inspector.inspect(&recipe));
            let fits = if accepted { said == "accepted as ann@example.test" } else { said.starts_with("refused: ") };
            if OTHERWISE.iter().any(|(known, _)| *known == id) {
                assert!(!fits, "{vendor:?} {id} is as expected now: take it out of the table");
                otherwise.push(id);
            } else if !fits {
                wrong.push(format!("{vendor:?} {id}: {said}"));
            }
            played.insert(id);
        };
        for quirk in quirks::ALL {
            let layout = layouts.iter().find(|layout| (quirk.applies)(layout));
            check(quirk.id, layout.map(|layout| Recipe { quirk: Some(quirk), ..layout.clone() }), true);
        }
        for attack in attacks::ALL {
            let layout = layouts.iter().find(|layout| (attack.applies)(layout));
            check(attack.id, layout.map(|layout| Recipe { attack: Some(attack), ..layout.clone() }), false);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, why) in OTHERWISE {
        assert!(otherwise.contains(id) && !why.is_empty(), "{id} is in the table and in no list");
    }
    let all = quirks::ALL.iter().map(|quirk| quirk.id).chain(attacks::ALL.iter().map(|attack| attack.id));
    let missing: Vec<&str> = all.filter(|id| !played.contains(id)).collect();
    assert!(missing.is_empty(), "applies to no layout of either vendor: {missing:?}");
}
