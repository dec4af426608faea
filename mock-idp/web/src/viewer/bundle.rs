//! One exchange to take away: curl commands and files in a tar archive.

use crate::trace::{Exchange, Received, Sent};
use serde_json::json;

/// A command that sends the mock's message to the SP again.
pub(crate) fn curl_of_sent(sent: &Sent) -> String {
    if sent.binding == "redirect" {
        return format!("curl -i {}", quoted(&sent.raw));
    }
    let field = if sent.kind == "LogoutRequest" { "SAMLRequest" } else { "SAMLResponse" };
    let relay_state =
        sent.relay_state.iter().map(|text| format!(" --data-urlencode {}", quoted(&format!("RelayState={text}"))));
    let message = quoted(&format!("{field}={}", sent.raw));
    format!("curl -i --data-urlencode {message}{} {}", relay_state.collect::<String>(), quoted(&sent.to))
}

/// A command that sends the SP's message to the mock again.
pub(crate) fn curl_of_received(received: &Received, endpoint: &str) -> String {
    match received.binding {
        "post" => format!("curl -i --data-raw {} {}", quoted(&received.raw), quoted(endpoint)),
        _ => {
            let separator = if endpoint.contains('?') { '&' } else { '?' };
            // Google's endpoint has a query of its own, which came along.
            let raw = endpoint.split_once('?').and_then(|(_, own)| received.raw.strip_prefix(own));
            let raw = raw.unwrap_or(&received.raw).trim_start_matches('&');
            format!("curl -i {}", quoted(&format!("{endpoint}{separator}{raw}")))
        }
    }
}

/// A word of a shell command.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Everything about an exchange as files in a tar archive.
pub(crate) fn tar(exchange: &Exchange, metadata: &str, endpoint: &str) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let folder = format!("samlspec-exchange-{}", exchange.number);
    let mut put = |name: &str, text: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(text.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("{folder}/{name}"), text.as_bytes())
    };
    put("exchange.json", &format!("{:#}\n", json!(exchange)))?;
    put("idp-metadata.xml", metadata)?;
    if let Some(received) = &exchange.received {
        put("received.curl", &format!("{}\n", curl_of_received(received, endpoint)))?;
        put("received.xml", received.xml.as_deref().unwrap_or_default())?;
    }
    if let Some(sent) = &exchange.sent {
        put("sent.curl", &format!("{}\n", curl_of_sent(sent)))?;
        put("sent.xml", &sent.xml)?;
        put("inspect.sh", &format!("#!/bin/sh\n{}\n", inspect_command(sent)))?;
        if let Some(twin) = &sent.twin {
            put("healthy.xml", twin)?;
        }
    }
    archive.into_inner()
}

/// The command that judges the message offline, in the folder of the files.
pub(crate) fn inspect_command(sent: &Sent) -> String {
    let asked =
        sent.in_response_to.as_ref().map_or("--unsolicited".to_owned(), |id| format!("--request-id {}", quoted(id)));
    format!(
        "samlspec inspect sent.xml --sp-entity-id {} --acs {} --idp-metadata idp-metadata.xml --now {} {asked}",
        quoted(&sent.sp),
        quoted(&sent.to),
        quoted(&sent.at),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_survive_a_shell() {
        let sent = Sent {
            kind: "Response",
            binding: "post",
            to: "http://sp.test/acs".to_owned(),
            raw: "AB+=".to_owned(),
            relay_state: Some("it's; rm -rf /".to_owned()),
            ..Sent::default()
        };
        let expected = r"curl -i --data-urlencode 'SAMLResponse=AB+=' --data-urlencode 'RelayState=it'\''s; rm -rf /' 'http://sp.test/acs'";
        assert_eq!(curl_of_sent(&sent), expected);
        let received =
            Received { binding: "redirect", raw: "idpid=C1&SAMLRequest=x".to_owned(), ..Received::default() };
        let again = curl_of_received(&received, "http://mock.test/o/saml2/idp?idpid=C1");
        assert_eq!(again, "curl -i 'http://mock.test/o/saml2/idp?idpid=C1&SAMLRequest=x'");
    }
}
