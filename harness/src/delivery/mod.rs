//! How a message reaches the ACS: as the HTTP-POST binding says, or deliberately not.
//!
//! A delivery changes the envelope, or replaces the message by octets that no IdP would make. It is one function in one list;
//! what is wrong inside a well-made message is an edit, quirk or attack of the mock.

mod garbage;
mod gzip;
mod lure;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use crate::browser::Submission;

pub use lure::is_stranger;

/// A message and its RelayState, ready to be delivered.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The XML of the message.
    pub xml: String,
    /// The RelayState, if there is one.
    pub relay_state: Option<String>,
    /// Where it is going.
    pub acs: String,
}

/// One way to deliver a message.
#[derive(Debug)]
pub struct Delivery {
    /// Its name in scenario files.
    pub id: &'static str,
    /// What is odd about it, in one sentence.
    pub about: &'static str,
    pack: fn(&Parcel) -> Submission,
}

impl Delivery {
    /// The HTTP request that delivers `parcel`.
    pub fn pack(&self, parcel: &Parcel) -> Submission {
        (self.pack)(parcel)
    }
}

/// As the HTTP-POST binding says.
pub static HEALTHY: Delivery =
    Delivery { id: "post", about: "an ordinary form", pack: |parcel| form(&[message(&parcel.xml)], parcel) };

/// Every unhealthy delivery.
pub static ALL: &[Delivery] = &[
    Delivery { id: "missing_field", about: "the form has no SAMLResponse", pack: |parcel| form(&[], parcel) },
    Delivery {
        id: "empty_field",
        about: "SAMLResponse is empty",
        pack: |parcel| form(&[("SAMLResponse", String::new())], parcel),
    },
    Delivery {
        id: "two_fields",
        about: "SAMLResponse stands there twice, so two readers may read two messages",
        pack: |parcel| form(&[message(&parcel.xml), message(&parcel.xml)], parcel),
    },
    Delivery {
        id: "not_base64",
        about: "SAMLResponse holds characters that base64 does not have",
        pack: |parcel| form(&[("SAMLResponse", format!("*{}*", STANDARD.encode(&parcel.xml)))], parcel),
    },
    Delivery {
        id: "plain_xml",
        about: "SAMLResponse holds the XML itself",
        pack: |parcel| form(&[("SAMLResponse", parcel.xml.clone())], parcel),
    },
    Delivery {
        id: "query",
        about: "the message comes in the query of a GET",
        pack: |parcel| Submission { method: Method::GET, ..form(&[message(&parcel.xml)], parcel) },
    },
    Delivery {
        id: "gzip_body",
        about: "the request body is compressed",
        pack: |parcel| {
            let plain = form(&[message(&parcel.xml)], parcel);
            let mut headers = plain.headers.clone();
            headers.push(("content-encoding", "gzip"));
            Submission { body: gzip::stored(&plain.body), headers, ..plain }
        },
    },
    Delivery {
        id: "ten_megabytes",
        about: "ten megabytes of blanks precede the message",
        pack: |parcel| octets(&[vec![b' '; 10 << 20], parcel.xml.clone().into_bytes()].concat(), parcel),
    },
    Delivery {
        id: "utf16",
        about: "the message is UTF-16",
        pack: |parcel| {
            let units = std::iter::once(0xfeff).chain(parcel.xml.encode_utf16());
            octets(&units.flat_map(u16::to_be_bytes).collect::<Vec<_>>(), parcel)
        },
    },
    Delivery {
        id: "not_utf8",
        about: "an octet in the message is no UTF-8",
        pack: |parcel| octets(&[parcel.xml.as_bytes(), b"<!-- \xff -->"].concat(), parcel),
    },
    Delivery {
        id: "unclosed",
        about: "the message breaks off before its last tag",
        pack: |parcel| {
            let end = parcel.xml.rfind("</").unwrap_or_default();
            octets(parcel.xml.as_bytes().get(..end).unwrap_or_default(), parcel)
        },
    },
    Delivery {
        id: "two_roots",
        about: "a second document follows the first",
        pack: |parcel| octets(&[parcel.xml.as_bytes(), without_declaration(&parcel.xml).as_bytes()].concat(), parcel),
    },
    Delivery {
        id: "trailing_text",
        about: "text follows the document",
        pack: |parcel| octets(&[parcel.xml.as_bytes(), b"x"].concat(), parcel),
    },
    Delivery {
        id: "wrong_root",
        about: "another element is wrapped around the Response",
        pack: |parcel| {
            let wrapped = format!("<wrapper>{}</wrapper>", without_declaration(&parcel.xml));
            octets(wrapped.as_bytes(), parcel)
        },
    },
    Delivery {
        id: "processing_instruction",
        about: "a processing instruction stands before the Response",
        pack: |parcel| octets(format!("<?note x?>{}", without_declaration(&parcel.xml)).as_bytes(), parcel),
    },
    Delivery {
        id: "attribute_twice",
        about: "the Response has an attribute of its own a second time, with another value",
        pack: |parcel| octets(parcel.xml.replacen(" Version=\"", " Version=\"2.0\" Version=\"", 1).as_bytes(), parcel),
    },
    Delivery {
        id: "stray_element",
        about: "an element that no schema knows stands last in the Response",
        pack: |parcel| {
            let end = parcel.xml.rfind("</").unwrap_or_default();
            let (message, end) = parcel.xml.split_at_checked(end).unwrap_or_default();
            octets(format!("{message}<x xmlns=\"urn:x\"/>{end}").as_bytes(), parcel)
        },
    },
    Delivery {
        id: "ten_thousand_deep",
        about: "ten thousand elements inside each other",
        pack: |parcel| octets(&garbage::deep(10_000), parcel),
    },
    Delivery {
        id: "hundred_thousand_attributes",
        about: "an element with a hundred thousand attributes",
        pack: |parcel| octets(&garbage::wide(100_000), parcel),
    },
    Delivery {
        id: "entity_bomb",
        about: "entities that expand to billions of characters",
        pack: |parcel| octets(garbage::bomb().as_bytes(), parcel),
    },
    Delivery {
        id: "deflated",
        about: "the message is DEFLATE-compressed, as only a query may be",
        pack: |parcel| octets(&gzip::deflate_stored(parcel.xml.as_bytes()), parcel),
    },
    Delivery {
        id: "deflate_bomb",
        about: "a compressed message of 170 kB unpacks to 128 MB, signed or not",
        pack: |parcel| octets(gzip::bomb(), parcel),
    },
    Delivery {
        id: "long_relay_state",
        about: "RelayState has more than 80 bytes",
        pack: |parcel| with_relay_state("r".repeat(200), parcel),
    },
    Delivery {
        id: "two_relay_states",
        about: "RelayState stands there twice",
        pack: |parcel| {
            form(&[("RelayState", "another".to_owned()), message(&parcel.xml)], &parcel.with_some_relay_state())
        },
    },
    Delivery {
        id: "relay_state_of_80_bytes",
        about: "RelayState has exactly 80 bytes",
        pack: |parcel| with_relay_state("r".repeat(80), parcel),
    },
    Delivery {
        id: "empty_relay_state",
        about: "RelayState is there and empty",
        pack: |parcel| with_relay_state(String::new(), parcel),
    },
    Delivery {
        id: "odd_relay_state",
        about: "RelayState holds characters that mean something in a URL, in a form or in HTML",
        pack: |parcel| with_relay_state("a&b=c+d%20e;\"><script>x</script>'\u{fc}".to_owned(), parcel),
    },
    Delivery {
        id: "lure",
        about: "RelayState is a stranger's URL",
        pack: |parcel| with_relay_state(lure::url(), parcel),
    },
    Delivery {
        id: "lure_without_scheme",
        about: "RelayState is a stranger's URL without its scheme, which begins like a path",
        pack: |parcel| with_relay_state(lure::without_scheme(), parcel),
    },
    Delivery {
        id: "lure_with_backslash",
        about: "RelayState begins with a slash and a backslash, which browsers read as two slashes",
        pack: |parcel| with_relay_state(lure::with_backslash(), parcel),
    },
    Delivery {
        id: "lure_behind_our_name",
        about: "RelayState begins like a URL of the SP, which is only the user's name at a stranger's",
        pack: |parcel| with_relay_state(lure::behind_our_name(&parcel.acs), parcel),
    },
    Delivery {
        id: "lure_longer_than_our_name",
        about: "RelayState is a URL whose host begins like the SP's",
        pack: |parcel| with_relay_state(lure::longer_than_our_name(&parcel.acs), parcel),
    },
];

/// The unhealthy delivery with this name.
pub fn named(id: &str) -> Option<&'static Delivery> {
    ALL.iter().find(|delivery| delivery.id == id)
}

impl Parcel {
    /// The same with a RelayState, where it has none.
    fn with_some_relay_state(&self) -> Self {
        Self { relay_state: Some(self.relay_state.clone().unwrap_or_else(|| "some".to_owned())), ..self.clone() }
    }
}

fn with_relay_state(relay_state: String, parcel: &Parcel) -> Submission {
    let parcel = Parcel { relay_state: Some(relay_state), ..parcel.clone() };
    form(&[message(&parcel.xml)], &parcel)
}

fn message(xml: &str) -> (&'static str, String) {
    ("SAMLResponse", STANDARD.encode(xml))
}

fn octets(octets: &[u8], parcel: &Parcel) -> Submission {
    form(&[("SAMLResponse", STANDARD.encode(octets))], parcel)
}

fn form(fields: &[(&str, String)], parcel: &Parcel) -> Submission {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    if let Some(relay_state) = &parcel.relay_state {
        form.append_pair("RelayState", relay_state);
    }
    Submission {
        method: Method::POST,
        headers: vec![("content-type", "application/x-www-form-urlencoded")],
        body: form.finish().into_bytes(),
    }
}

fn without_declaration(xml: &str) -> &str {
    match xml.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, document)) => document,
        None => xml,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unhealthy_delivery_equals_the_healthy_one() {
        let parcel = Parcel {
            xml: "<?xml version=\"1.0\"?><a Version=\"2.0\">b</a>".into(),
            relay_state: Some("r".into()),
            acs: "https://sp.example/acs".into(),
        };
        let healthy = HEALTHY.pack(&parcel);
        assert_eq!(
            healthy.body,
            b"SAMLResponse=PD94bWwgdmVyc2lvbj0iMS4wIj8%2BPGEgVmVyc2lvbj0iMi4wIj5iPC9hPg%3D%3D&RelayState=r"
        );
        for delivery in ALL {
            let packed = delivery.pack(&parcel);
            assert!(packed.body != healthy.body || packed.method != healthy.method, "{}", delivery.id);
        }
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|delivery| delivery.id).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
