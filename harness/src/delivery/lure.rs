//! RelayStates that are a place to go, at a stranger's: the address of the SP in, a text out; and whether a place is one.

use url::Url;

/// A host that belongs to nobody. What leads there leads away from every SP.
const STRANGER: &str = "stranger.example";

pub(super) fn url() -> String {
    format!("https://{STRANGER}/")
}

pub(super) fn without_scheme() -> String {
    format!("//{STRANGER}/")
}

pub(super) fn with_backslash() -> String {
    format!("/\\{STRANGER}/")
}

pub(super) fn behind_our_name(acs: &str) -> String {
    format!("{}@{STRANGER}/", name(acs))
}

pub(super) fn longer_than_our_name(acs: &str) -> String {
    format!("{}.{STRANGER}/", name(acs))
}

/// Scheme and host, without the port: behind one, nothing more of a host could follow.
fn name(acs: &str) -> String {
    let url = Url::parse(acs).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("localhost");
    format!("{}://{host}", url.as_ref().map_or("https", Url::scheme))
}

/// Whether a browser that is at `base` and is sent to `place` ends up at the stranger's.
pub fn is_stranger(base: &str, place: &str) -> bool {
    let url = Url::parse(base).and_then(|base| base.join(place));
    url.is_ok_and(|url| url.host_str().is_some_and(|host| host == STRANGER || host.ends_with(&format!(".{STRANGER}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lure_leads_to_the_stranger() {
        for acs in ["https://sp.example/acs", "http://127.0.0.1:7702/acs"] {
            let lures = [url(), without_scheme(), with_backslash(), behind_our_name(acs), longer_than_our_name(acs)];
            for lure in lures {
                assert!(is_stranger(acs, &lure), "{acs} {lure}");
                assert!(lure.len() <= 80, "a lure is refused for what it is, not for its length: {lure}");
            }
            for home in
                ["/", "", "stranger.example", "/stranger.example/", acs, "https://sp.example/?to=//stranger.example/"]
            {
                assert!(!is_stranger(acs, home), "{acs} {home}");
            }
        }
    }
}
