//! A message of ours on its way to an IdP: where to and by which binding in, a URL or a form out, signed if we have a
//! key (bindings 3.4.4.1, 3.5.4).

use super::sign::Draft;
use crate::config::{ConfigError, Endpoint, EndpointUrl, SigningKey};
use crate::decoded::{base64, redirect};
use std::sync::Arc;

/// What the browser is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Go to this URL.
    Redirect(String),
    /// Submit this form.
    Form(PostForm),
}

/// A form that the browser is to submit by itself, with a button for browsers without scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where it goes.
    pub action: String,
    /// Its hidden fields, not yet escaped for HTML.
    pub fields: Vec<(&'static str, String)>,
}

/// A message that was written and is ready to be carried.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    /// `SAMLRequest` or `SAMLResponse`.
    pub(super) field: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) draft: Draft,
    /// Signs it; `None` leaves it unsigned.
    pub(super) key: Option<Arc<SigningKey>>,
}

impl Outgoing {
    /// The message by the binding of its endpoint.
    pub(super) fn carry(&self, relay_state: Option<&str>) -> Result<Carried, ConfigError> {
        match &self.endpoint {
            Endpoint::Redirect(location) => self.url(location, relay_state).map(Carried::Redirect),
            Endpoint::Post(location) => self.form(location, relay_state).map(Carried::Form),
        }
    }

    fn url(&self, location: &EndpointUrl, relay_state: Option<&str>) -> Result<String, ConfigError> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(self.field, &redirect::encode(&self.draft.unsigned()));
        query.extend_pairs(relay_state.map(|state| ("RelayState", state)));
        let separator = if location.as_str().contains('?') { '&' } else { '?' };
        let Some(key) = &self.key else { return Ok(format!("{location}{separator}{}", query.finish())) };
        let signed = query.append_pair("SigAlg", key.method().uri()).finish();
        let value = base64::encode(&key.sign(signed.as_bytes())?);
        let signature: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        Ok(format!("{location}{separator}{signed}&Signature={signature}"))
    }

    fn form(&self, location: &EndpointUrl, relay_state: Option<&str>) -> Result<PostForm, ConfigError> {
        let xml = match &self.key {
            Some(key) => self.draft.signed(key)?,
            None => self.draft.unsigned(),
        };
        let mut fields = vec![(self.field, base64::encode(xml.as_bytes()))];
        fields.extend(relay_state.map(|state| ("RelayState", state.to_owned())));
        Ok(PostForm { action: location.as_str().to_owned(), fields })
    }
}

/// The endpoint to use of several: Redirect is preferred, as it needs no page of ours.
pub(super) fn preferred(endpoints: &[Endpoint]) -> Option<&Endpoint> {
    endpoints.iter().find(|endpoint| matches!(endpoint, Endpoint::Redirect(_))).or(endpoints.first())
}
