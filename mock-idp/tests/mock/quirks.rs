//! Every quirk on every vendor and layout: it changes the message, every signature verifies, the person stays.

use crate::support::{all_recipes, live_signatures};
use mock_idp::{Recipe, quirks};
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_lead_back() {
    let ids: BTreeSet<&str> = quirks::ALL.iter().map(|quirk| quirk.id).collect();
    assert_eq!(ids.len(), quirks::ALL.len());
    assert!(quirks::ALL.len() >= 40);
    for quirk in quirks::ALL {
        assert_eq!(quirks::named(quirk.id).map(|found| found.about), Some(quirk.about));
        assert!(quirk.about.ends_with('.') && !quirk.source.is_empty(), "{}", quirk.id);
        assert!(mock_idp::attacks::named(quirk.id).is_none(), "{} is an attack too", quirk.id);
    }
}

#[test]
fn a_quirk_changes_the_message_and_every_signature_holds() {
    for quirk in quirks::ALL {
        for plain in all_recipes().into_iter().filter(|recipe| (quirk.applies)(recipe)) {
            let odd = Recipe { quirk: Some(quirk), ..plain.clone() };
            let xml = odd.build().unwrap().xml;
            let context = format!("{} {:?} {:?}", quirk.id, odd.vendor, odd.sign);
            assert_ne!(xml, plain.build().unwrap().xml, "{context}");
            let expected = usize::from(odd.sign.assertion()) + usize::from(odd.sign.response());
            let live = live_signatures(&xml, &odd.idp);
            assert_eq!(live.len(), expected, "{context}");
            assert!(live.iter().all(|live| live.names == ["ann@example.test"]), "{context}: {live:?}");
        }
    }
}

#[test]
fn a_quirk_survives_encryption() {
    for quirk in quirks::ALL {
        for plain in all_recipes() {
            let odd = Recipe { quirk: Some(quirk), encrypt: Some(plain.usual_encryption()), ..plain };
            if (quirk.applies)(&odd) {
                assert!(odd.build().unwrap().xml.contains("EncryptedAssertion"), "{} {:?}", quirk.id, odd.vendor);
            }
        }
    }
}
