//! Who we are: the operator's [`Options`] and our URLs in, the core's settings and our metadata out.
//!
//! Refuses what would look as if it worked: a certificate of another key, Assertions that must be encrypted and no key to
//! decrypt them, a signature on metadata and no key to make it, a service that asks for no attribute.

use crate::handle::random_octets;
use crate::options::{Cbc, Options};
use crate::site::PublicUrl;
use sp::metadata::{Published, write_signed_sp, write_sp};
use sp::request::message_id;
use sp::{ConfigError, DecryptionKey, Instant, SigningKey, Sp};
use std::time::Duration;

/// The core's settings.
pub(crate) fn core(options: &Options, public_url: &PublicUrl) -> Result<Sp, ConfigError> {
    let mut sp = Sp::builder(public_url.entity_id()?, public_url.acs()?);
    sp = sp.single_logout(public_url.slo()?).skew(options.skew);
    if let Some(pair) = &options.key {
        let key = SigningKey::from_file(&pair.private_key.0)?.certificate(&pair.certificate)?;
        sp = sp.signing_key(key).decryption_key(DecryptionKey::from_file(&pair.private_key.0)?);
    }
    for key in &options.earlier_keys {
        sp = sp.decryption_key(DecryptionKey::from_file(&key.0)?);
    }
    if options.want.response_signed {
        sp = sp.want_response_signed();
    }
    if options.want.assertion_signed {
        sp = sp.want_assertion_signed();
    }
    if options.want.encrypted {
        sp = sp.want_encrypted();
    }
    let sp = sp.build();
    if sp.want_encrypted() && sp.decryption_keys().is_empty() {
        let why = "Assertions must be encrypted, and there is no key that decrypts them; give one".to_owned();
        return Err(ConfigError::PrivateKey { why });
    }
    Ok(sp)
}

/// Our metadata, to be written anew for whoever asks.
#[derive(Debug)]
pub struct OurMetadata {
    published: Published,
    valid_for: Option<Duration>,
    is_signed: bool,
}

impl OurMetadata {
    /// What it says of these settings. Writes it once, so that what cannot be written is known at the start.
    pub(crate) fn of(options: &Options, sp: &Sp) -> Result<Self, ConfigError> {
        let about = options.about.clone();
        if about.service.as_ref().is_some_and(|service| service.attributes.is_empty()) {
            let why = "the schema has no service that asks for no attribute; name one or leave the service out";
            return Err(ConfigError::Metadata { why: why.to_owned() });
        }
        let certificate = sp.signing_key().and_then(SigningKey::certificate_der);
        let published = Published {
            encryption_certificates: certificate.map(<[u8]>::to_vec).into_iter().collect(),
            refuses_cbc: options.cbc == Cbc::Refused,
            artifact: true,
            service: about.service,
            organization: about.organization,
            contacts: about.contacts,
            ..Published::default()
        };
        let metadata = Self { published, valid_for: about.valid_for, is_signed: about.is_signed };
        metadata.write(sp, options.clock.now()).map(|_| metadata)
    }

    /// The XML, as of now: a copy that is kept may be used for so long from here on.
    pub(crate) fn write(&self, sp: &Sp, now: Instant) -> Result<String, ConfigError> {
        let valid_until = self.valid_for.and_then(|valid_for| whole_seconds(now.later(valid_for)));
        let published = Published { valid_until, ..self.published.clone() };
        match self.is_signed {
            true => write_signed_sp(sp, &published, &message_id(random_octets())),
            false => Ok(write_sp(sp, &published)),
        }
    }
}

/// Some readers of metadata stumble over fractions of a second.
fn whole_seconds(instant: Instant) -> Option<Instant> {
    Instant::from_unix_seconds(instant.unix_seconds())
}
