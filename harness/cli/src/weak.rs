//! `--allow`: names of weak algorithms in, what the verifier takes of them out.
//!
//! Refuses what this build cannot do.

use clap::ValueEnum;
use sp::Allow;

/// Weak algorithms that an IdP may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Weak {
    /// RSA-SHA1 signatures and SHA-1 digests.
    Sha1,
    /// RSA keys of 1024 to 2047 bits.
    Rsa1024,
    /// RSA keys of 512 to 1023 bits.
    Rsa512,
    /// RSA-1_5 key transport.
    Rsa15,
    /// Triple DES.
    Tripledes,
    /// Canonicalization that keeps comments.
    C14nComments,
}

/// What the verifier can do of what was asked. A flag without effect would make a refusal look like the IdP's fault.
pub(crate) fn allow(weak: &[Weak]) -> Result<Allow, String> {
    let mut allow = Allow::default();
    for weak in weak {
        match weak {
            Weak::Sha1 => allow.sha1 = true,
            Weak::Rsa1024 => allow.rsa1024 = true,
            Weak::Rsa15 => allow.rsa15 = true,
            Weak::C14nComments => allow.c14n_comments = true,
            Weak::Rsa512 if cfg!(feature = "openssl") => allow.rsa512 = true,
            Weak::Tripledes if cfg!(feature = "openssl") => allow.tripledes = true,
            Weak::Rsa512 | Weak::Tripledes => {
                let name = weak.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
                return Err(format!(
                    "--allow {name}: this build cannot; build it with `--features openssl`, which compiles OpenSSL"
                ));
            }
        }
    }
    Ok(allow)
}
