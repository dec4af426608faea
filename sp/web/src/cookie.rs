//! The three cookies: a browser's headers in, handles out, and the other way round.
//!
//! All are HttpOnly and for this host only. Under https they are Secure and carry the `__Host-` prefix, which stops a
//! neighbouring host from planting one. Ignores a cookie whose value is no [`Handle`].

use crate::handle::Handle;
use crate::pending;
use axum::http::header::{COOKIE, HeaderMap, HeaderValue};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Who is logged in.
    Session,
    /// Which logins this browser has started.
    Login,
    /// Which logout this browser has started.
    Exit,
}

/// How cookies are written for our public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookies {
    /// Over https.
    Secure,
    /// Over http, for a test on one machine.
    Plain,
}

impl Cookies {
    fn name(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Secure, Kind::Session) => "__Host-samlspec-session",
            (Self::Secure, Kind::Login) => "__Host-samlspec-login",
            (Self::Secure, Kind::Exit) => "__Host-samlspec-logout",
            (Self::Plain, Kind::Exit) => "samlspec-logout",
            (Self::Plain, Kind::Session) => "samlspec-session",
            (Self::Plain, Kind::Login) => "samlspec-login",
        }
    }

    /// The handle a browser sent.
    pub(crate) fn read(self, headers: &HeaderMap, kind: Kind) -> Option<Handle> {
        let pairs = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        pairs
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| if name == self.name(kind) { Handle::parse(value) } else { None })
    }

    /// The value of a `Set-Cookie` header.
    pub(crate) fn write(self, kind: Kind, handle: &Handle) -> HeaderValue {
        let (name, handle) = (self.name(kind), handle.as_str());
        let lifetime = match kind {
            // Ends with the browser, or earlier by what the store says.
            Kind::Session => String::new(),
            Kind::Login | Kind::Exit => format!("; Max-Age={}", pending::LIFETIME.as_secs()),
        };
        let text = format!("{name}={handle}; Path=/; HttpOnly{lifetime}{}", self.reach(kind));
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// With which requests of other sites a cookie travels.
    ///
    /// A Response arrives by a POST that the IdP's page makes. That is another site, so the login cookie must be
    /// `SameSite=None`, which browsers take only together with `Secure`. Over plain http there is no `Secure`; but there
    /// both sides are ports of one loopback host, which browsers count as one site, and `Lax` lets the POST through.
    /// The session cookie is only read by requests that our own pages and links make: `Lax` in both cases.
    fn reach(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Secure, Kind::Login | Kind::Exit) => "; SameSite=None; Secure",
            (Self::Secure, Kind::Session) => "; SameSite=Lax; Secure",
            (Self::Plain, _) => "; SameSite=Lax",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_back_among_others() {
        let handle = Handle::random();
        let name = Cookies::Plain.name(Kind::Login);
        let check = |cookies: &[String], expected: Option<&Handle>| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(COOKIE, HeaderValue::try_from(cookie).unwrap());
            }
            assert_eq!(Cookies::Plain.read(&headers, Kind::Login).as_ref(), expected, "{cookies:?}");
        };
        let good = format!("{name}={}", handle.as_str());
        check(&[], None);
        check(std::slice::from_ref(&good), Some(&handle));
        check(&[format!("a=b; {good};c")], Some(&handle));
        check(&["a=b".to_owned(), good.clone()], Some(&handle));
        check(&[format!("{name}=short; {good}")], Some(&handle));
        check(&[format!("x{good}")], None);
        check(&[format!("{name}=\"{}\"", handle.as_str())], None);
    }

    #[test]
    fn attributes() {
        let handle = Handle::random();
        let check = |cookies: Cookies, kind, expected: &str| {
            let text = cookies.write(kind, &handle);
            assert_eq!(text.to_str().unwrap().replace(handle.as_str(), "H"), expected);
        };
        check(Cookies::Plain, Kind::Session, "samlspec-session=H; Path=/; HttpOnly; SameSite=Lax");
        check(Cookies::Plain, Kind::Login, "samlspec-login=H; Path=/; HttpOnly; Max-Age=600; SameSite=Lax");
        let secure = "__Host-samlspec-session=H; Path=/; HttpOnly; SameSite=Lax; Secure";
        check(Cookies::Secure, Kind::Session, secure);
        let secure = "__Host-samlspec-login=H; Path=/; HttpOnly; Max-Age=600; SameSite=None; Secure";
        check(Cookies::Secure, Kind::Login, secure);
    }
}
