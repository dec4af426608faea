//! Octets that look like XML and cost a careless reader its stack, its memory or its time.

/// `levels` elements inside each other.
pub(super) fn deep(levels: usize) -> Vec<u8> {
    ["<a>".repeat(levels), "</a>".repeat(levels)].concat().into_bytes()
}

/// One element with `count` attributes.
pub(super) fn wide(count: usize) -> Vec<u8> {
    let attributes: String = (0..count).map(|index| format!(" a{index}=\"\"")).collect();
    format!("<a{attributes}/>").into_bytes()
}

/// Entities that name each other ten times, nine levels deep.
pub(super) fn bomb() -> String {
    let levels: String =
        (1..10).map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10))).collect();
    format!("<!DOCTYPE a [<!ENTITY e0 \"lol\">{levels}]><a>&e9;</a>")
}
