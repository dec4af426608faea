//! Quirks of statements and of what surrounds them: elements that some products write and others never do.

use super::{ORDINARY, Quirk};
use crate::draft::Draft;
use crate::names::{XS, XSI};
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::workshop::Workshop;

const WITH_ATTRIBUTES: Quirk =
    Quirk { needs: "a vendor that writes attributes", applies: writes_attributes, ..ORDINARY };

fn writes_attributes(recipe: &Recipe) -> bool {
    recipe.attributes.as_ref().map_or(!recipe.vendor.shape().attributes.is_empty(), |own| !own.is_empty())
}

/// Every AttributeValue of the message.
fn each_value(workshop: &mut Workshop<'_>, mut change: impl FnMut(&mut Element)) -> Result<(), RecipeError> {
    let statement = workshop.assertion()?.child_mut("AttributeStatement");
    let statement = statement.ok_or(RecipeError::Missing("AttributeStatement"))?;
    statement.walk_mut(&mut |element| {
        if element.local() == "AttributeValue" {
            change(element);
        }
    });
    Ok(())
}

fn context<'a>(workshop: &'a mut Workshop<'_>) -> Result<&'a mut Element, RecipeError> {
    let context = workshop.assertion()?.at_mut(&["AuthnStatement", "AuthnContext"]);
    context.ok_or(RecipeError::Missing("AuthnContext"))
}

pub(super) const UNTYPED_VALUES: Quirk = Quirk {
    id: "untyped_values",
    about: "No AttributeValue says its type.",
    source: "tercen's and glpi's captures of Azure; core 2.7.3.1.1",
    seen_at: &["Azure", "ADFS", "LemonLDAP::NG"],
    needs: "a vendor whose values say their type",
    applies: |recipe| writes_attributes(recipe) && types(recipe),
    steps: &[Step::Tree(|workshop| each_value(workshop, |value| value.unset("xsi:type")))],
};

/// Whether the vendor writes `xsi:type`.
fn types(recipe: &Recipe) -> bool {
    let spelling = recipe.vendor.shape().spelling.get("AttributeValue");
    spelling.is_some_and(|fact| format!("{:?}", fact.value).contains("xsi:type"))
}

pub(super) const TYPED_VALUES: Quirk = Quirk {
    id: "typed_values",
    about: "A value says that it is a boolean, in a namespace declared on the spot.",
    source: "node-saml 4.0.0 guesses types",
    seen_at: &["Auth0"],
    steps: &[
        Step::Draft(|draft, _| draft.set_attribute("email_verified", vec!["true".to_owned()])),
        Step::Tree(|workshop| {
            let name = workshop.saml("AttributeValue").name;
            let value = Element::new(name).with("xmlns:xsd", XS).with("xmlns:xsi", XSI).with("xsi:type", "xsd:boolean");
            replace_value(workshop, "email_verified", value.saying("true"))
        }),
    ],
    ..WITH_ATTRIBUTES
};

/// Writes the only value of an attribute in another way.
fn replace_value(workshop: &mut Workshop<'_>, name: &str, value: Element) -> Result<(), RecipeError> {
    let statement = workshop.assertion()?.child_mut("AttributeStatement");
    let statement = statement.ok_or(RecipeError::Missing("AttributeStatement"))?;
    let mut attributes = statement.children.iter_mut().filter_map(Node::element_mut);
    let attribute = attributes.find(|attribute| attribute.get("Name") == Some(name));
    attribute.ok_or(RecipeError::Missing("Attribute"))?.children = vec![Node::Element(value)];
    Ok(())
}

pub(super) const NIL_VALUE: Quirk = Quirk {
    id: "nil_value",
    about: "A value that is there and says that it is nothing.",
    source: "core 2.7.3.1.1: xsi:nil for a null value",
    steps: &[
        Step::Draft(|draft, _| draft.set_attribute("middle_name", vec![String::new()])),
        Step::Tree(|workshop| {
            let name = workshop.saml("AttributeValue").name;
            replace_value(workshop, "middle_name", Element::new(name).with("xmlns:xsi", XSI).with("xsi:nil", "true"))
        }),
    ],
    ..WITH_ATTRIBUTES
};

pub(super) const FRIENDLY_NAMES: Quirk = Quirk {
    id: "friendly_names",
    about: "Every Attribute has a FriendlyName that is somebody else's Name.",
    source: "fixtures/recorded/keycloak-both, llng; core 2.7.3.1: it identifies nothing",
    seen_at: &["Keycloak", "Shibboleth", "LemonLDAP::NG"],
    steps: &[Step::Draft(|draft, _| {
        draft.attributes.iter_mut().for_each(|attribute| attribute.friendly_name = Some("uid".to_owned()));
    })],
    ..WITH_ATTRIBUTES
};

pub(super) const SAME_VALUE_TWICE: Quirk = Quirk {
    id: "same_value_twice",
    about: "A value stands in its Attribute twice.",
    source: "core 2.7.3.1: the values are a list, not a set",
    steps: &[Step::Draft(|draft, _| draft.set_attribute("team", vec!["blue".to_owned(), "blue".to_owned()]))],
    ..ORDINARY
};

pub(super) const PHOTO: Quirk = Quirk {
    id: "photo",
    about: "An attribute of 32,768 characters, as a photo in base64 is.",
    source: "jpegPhoto of inetOrgPerson, RFC 2798; core sets no limit",
    seen_at: &["Shibboleth", "SimpleSAMLphp"],
    steps: &[Step::Draft(|draft, _| draft.set_attribute("jpegPhoto", vec!["QUJD".repeat(8192)]))],
    ..ORDINARY
};

pub(super) const AUTHENTICATING_AUTHORITY: Quirk = Quirk {
    id: "authenticating_authority",
    about: "The AuthnContext names another IdP that did the authentication.",
    source: "SimpleSAMLphp as a bridge; core 2.7.2.2",
    seen_at: &["SimpleSAMLphp", "Shibboleth"],
    steps: &[Step::Tree(|workshop| {
        let authority = Element::new(workshop.saml("AuthenticatingAuthority").name).saying("https://upstream.test/idp");
        context(workshop)?.push(authority);
        Ok(())
    })],
    ..ORDINARY
};

pub(super) const CONTEXT_DECLARATION: Quirk = Quirk {
    id: "context_declaration",
    about: "The AuthnContext has a reference to a declaration beside its class.",
    source: "Okta's claims sharing; core 2.7.2.2",
    seen_at: &["Okta", "ADFS"],
    steps: &[Step::Tree(|workshop| {
        let declaration = Element::new(workshop.saml("AuthnContextDeclRef").name).saying("urn:okta:saml:2.0:OktaAuth");
        context(workshop)?.push(declaration);
        Ok(())
    })],
    ..ORDINARY
};

pub(super) const SUBJECT_LOCALITY: Quirk = Quirk {
    id: "subject_locality",
    about: "The AuthnStatement says from which address the person signed in.",
    source: "Shibboleth and Oracle Access Manager; core 2.7.2.1",
    seen_at: &["Shibboleth"],
    steps: &[Step::Tree(|workshop| {
        let locality = Element::new(workshop.saml("SubjectLocality").name).with("Address", "203.0.113.7");
        let statement = workshop.assertion()?.child_mut("AuthnStatement");
        statement.ok_or(RecipeError::Missing("AuthnStatement"))?.insert(0, locality);
        Ok(())
    })],
    ..ORDINARY
};

pub(super) const NO_SESSION_INDEX: Quirk = Quirk {
    id: "no_session_index",
    about: "The AuthnStatement names no session: there is no Single Logout.",
    source: "profiles 4.1.4.2 asks for one only where the IdP supports logout",
    steps: &[Step::Draft(|draft, _| draft.session_index = None)],
    ..ORDINARY
};

pub(super) const STATUS_MESSAGE: Quirk = Quirk {
    id: "status_message",
    about: "Success comes with a StatusMessage.",
    source: "core 3.2.2.3",
    steps: &[Step::Draft(|draft, _| draft.status_message = Some("Authentication succeeded".to_owned()))],
    ..ORDINARY
};

pub(super) const NO_DESTINATION: Quirk = Quirk {
    id: "no_destination",
    about: "A Response that is not signed says nothing about its Destination.",
    source: "gosaml2's captures of PingFederate; bindings 3.5.5.2 demands it of signed ones",
    seen_at: &["PingFederate"],
    needs: "a Response that is not signed, of a vendor that writes a Destination there",
    applies: |recipe| {
        let spares = recipe.vendor.shape().wire.destination_when_signed.as_ref().is_some_and(|fact| fact.value);
        !recipe.sign.response() && !spares
    },
    steps: &[Step::Draft(|draft, _| draft.destination = None)],
};

fn format(draft: &mut Draft, name: &str) {
    draft.name_id_format = Some(format!("urn:oasis:names:tc:SAML:2.0:nameid-format:{name}"));
}

pub(super) const PERSISTENT_FORMAT: Quirk = Quirk {
    id: "persistent_format",
    about: "The NameID calls itself persistent although it is the user name.",
    source: "support.google.com 6087519: Google's value stays the e-mail address",
    seen_at: &["Google"],
    steps: &[Step::Draft(|draft, _| format(draft, "persistent"))],
    ..ORDINARY
};

pub(super) const TRANSIENT_FORMAT: Quirk = Quirk {
    id: "transient_format",
    about: "The NameID calls itself transient although it is the user name.",
    source: "support.google.com 6087519: Google's value stays the e-mail address",
    seen_at: &["Google"],
    needs: "a vendor with another Format",
    applies: |recipe| !recipe.vendor.shape().login.name_id_format.value.ends_with(":transient"),
    steps: &[Step::Draft(|draft, _| format(draft, "transient"))],
};

pub(super) const NO_FORMAT: Quirk = Quirk {
    id: "no_format",
    about: "The NameID has no Format, which means unspecified.",
    source: "crewjam's capture of Google; core 2.2.2",
    seen_at: &["Google"],
    steps: &[Step::Draft(|draft, _| draft.name_id_format = None)],
    ..ORDINARY
};
