//! Every limit on what a message may cost, by name, with its unit and the value used unless set otherwise.

/// Upper bounds on input. All loops over input end at one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of one decoded message. Real Responses have 4 to 30 KB.
    pub message_bytes: usize,
    /// Octets of RelayState (bindings 3.5.3 says 80).
    pub relay_state_bytes: usize,
    /// How deep elements may nest. A real Response has about 12 levels.
    pub depth: usize,
    /// Nodes (elements, texts, comments) of one document.
    pub nodes: usize,
    /// Attributes of one element, namespace declarations not counted.
    pub attributes: usize,
    /// Namespace declarations in scope at one place.
    pub namespaces: usize,
    /// Octets of one element or attribute name, prefix included.
    pub name_bytes: usize,
    /// Octets of one namespace URI. Canonicalization may write it again on every element.
    pub uri_bytes: usize,
    /// Octets of the canonical form of one signed element.
    pub canonical_bytes: usize,
    /// Prefixes in one `InclusiveNamespaces` list.
    pub prefix_list: usize,
    /// `EncryptedKey` elements that are tried on one encrypted element.
    pub encrypted_keys: usize,
    /// Uses of a private key for one message, all its encrypted elements, their EncryptedKeys and our keys together.
    /// One takes half a millisecond with 2048 bits.
    pub private_key_operations: usize,
}

impl Limits {
    /// For a metadata file that the operator chose. That of a federation has tens of megabytes, some kilobytes for each of
    /// thousands of IdPs; nothing here is a stranger's to choose.
    pub fn of_metadata() -> Self {
        const OCTETS: usize = 128 * 1024 * 1024;
        Self { message_bytes: OCTETS, nodes: 8_000_000, canonical_bytes: OCTETS, ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 2 * 1024 * 1024,
            relay_state_bytes: 80,
            depth: 64,
            nodes: 200_000,
            attributes: 64,
            namespaces: 128,
            name_bytes: 256,
            uri_bytes: 1024,
            canonical_bytes: 8 * 1024 * 1024,
            prefix_list: 32,
            encrypted_keys: 4,
            private_key_operations: 32,
        }
    }
}
