//! Octets from the standards' own examples and from the corners that signatures have been forged around.
//! The property tests in `oracle.rs` hold the same code against another implementation.

use super::*;
use crate::limits::Limits;
use crate::parsed::read;

fn exclusive(prefixes: &[&str]) -> Canonicalization {
    Canonicalization::Exclusive {
        prefixes: prefixes.iter().map(|p| (*p).to_owned()).collect(),
        comments: Comments::Dropped,
    }
}

/// Canonicalizes the first element with this local name.
fn octets(source: &str, local: &str, how: &Canonicalization) -> String {
    let document = read(source.as_bytes().to_vec(), &Limits::default()).unwrap();
    let apex = document.all_elements().find(|id| document.local(*id) == local).unwrap();
    canonicalize(&document, apex, None, how, usize::MAX).unwrap()
}

#[test]
fn one_spelling_for_all() {
    let check = |source: &str, expected: &str| {
        assert_eq!(octets(source, "a", &exclusive(&[])), expected, "{source}");
        assert_eq!(
            octets(source, "a", &Canonicalization::Inclusive { comments: Comments::Dropped }),
            expected,
            "{source}"
        );
    };
    check("<a/>", "<a></a>");
    check("<a  c = 'x'\n b='1' ></a >", "<a b=\"1\" c=\"x\"></a>");
    check("<a b='\"&#9;&#10;&#13;&amp;&lt;>'/>", "<a b=\"&quot;&#x9;&#xA;&#xD;&amp;&lt;>\"></a>");
    check("<a b='x\n\ty'/>", "<a b=\"x  y\"></a>");
    check("<a>&gt;&#13;\r\n\"'<![CDATA[<x>&]]></a>", "<a>&gt;&#xD;\n\"'&lt;x&gt;&amp;</a>");
    check("<a><!-- gone -->x<!-- gone --></a>", "<a>x</a>");
    check(
        "<a xmlns='urn:x'><b xmlns='urn:x'/><c xmlns=''><d/></c></a>",
        "<a xmlns=\"urn:x\"><b></b><c xmlns=\"\"><d></d></c></a>",
    );
    check("<a>é\u{10000}</a>", "<a>é\u{10000}</a>");
    // Attributes by namespace URI, then name; those without a namespace first.
    check(
        "<a xmlns:z='urn:1' xmlns:y='urn:2' z:c='' y:b='' a='' y:a=''/>",
        "<a xmlns:y=\"urn:2\" xmlns:z=\"urn:1\" a=\"\" z:c=\"\" y:a=\"\" y:b=\"\"></a>",
    );
}

#[test]
fn exclusive_writes_what_is_used() {
    let source =
        "<r xmlns:u='urn:u' xmlns:v='urn:v' xmlns='urn:d'><v:a v:x='1'><u:b/><c/><v:d xmlns:v='urn:v'/></v:a></r>";
    assert_eq!(
        octets(source, "a", &exclusive(&[])),
        "<v:a xmlns:v=\"urn:v\" v:x=\"1\"><u:b xmlns:u=\"urn:u\"></u:b><c xmlns=\"urn:d\"></c><v:d></v:d></v:a>"
    );
    assert_eq!(
        octets(source, "a", &exclusive(&["u", "#default", "unbound"])),
        "<v:a xmlns=\"urn:d\" xmlns:u=\"urn:u\" xmlns:v=\"urn:v\" v:x=\"1\"><u:b></u:b><c></c><v:d></v:d></v:a>"
    );
}

#[test]
fn exclusive_writes_a_prefix_again_when_it_changes() {
    let source = "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></p:b><p:d/></p:a>";
    let expected = "<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\"><p:c xmlns:p=\"urn:1\"></p:c></p:b><p:d></p:d></p:a>";
    assert_eq!(octets(source, "a", &exclusive(&[])), expected);
}

#[test]
fn inclusive_brings_the_context_along() {
    let source = "<r xmlns:u='urn:u' xmlns='urn:d' xml:lang='en' xml:space='preserve' other='1'><m xml:lang='de'><a u:x='1'/></m></r>";
    assert_eq!(
        octets(source, "a", &Canonicalization::Inclusive { comments: Comments::Dropped }),
        "<a xmlns=\"urn:d\" xmlns:u=\"urn:u\" xml:lang=\"de\" xml:space=\"preserve\" u:x=\"1\"></a>"
    );
    assert_eq!(octets(source, "a", &exclusive(&[])), "<a xmlns=\"urn:d\" xmlns:u=\"urn:u\" u:x=\"1\"></a>");
}

#[test]
fn the_left_out_element_leaves_no_trace() {
    let document = read(b"<a><b/>x<c><d/></c>y</a>".to_vec(), &Limits::default()).unwrap();
    let left_out = document.all_elements().find(|id| document.local(*id) == "c");
    assert_eq!(
        canonicalize(&document, document.root(), left_out, &exclusive(&[]), usize::MAX).unwrap(),
        "<a><b></b>xy</a>"
    );
}

#[test]
fn the_length_is_bounded() {
    let source = format!("<r xmlns:p='urn:{}'>{}</r>", "x".repeat(1000), "<p:a/>".repeat(100));
    let document = read(source.into_bytes(), &Limits::default()).unwrap();
    let length = |most: usize| {
        canonicalize(&document, document.root(), None, &exclusive(&[]), most).map(|canonical| canonical.len()).ok()
    };
    assert_eq!(length(102_607), Some(102_607));
    assert_eq!(length(102_606), None);
}

/// What is copied as it stands counts when it is found, not when it is written.
#[test]
fn the_length_of_a_copy_is_bounded() {
    let canonical = "<a><b>text</b><c></c></a>";
    let document = read(format!("<o>{canonical}</o>").into_bytes(), &Limits::default()).unwrap();
    let apex = document.elements(document.root()).next().unwrap();
    let octets = |most: usize| canonicalize(&document, apex, None, &exclusive(&[]), most).ok();
    assert_eq!(octets(canonical.len()).as_deref(), Some(canonical));
    assert_eq!(octets(canonical.len() - 1), None);
}

#[test]
fn comments_that_are_kept() {
    let kept = |source: &str| {
        [
            octets(source, "a", &Canonicalization::Exclusive { prefixes: vec![], comments: Comments::Kept }),
            octets(source, "a", &Canonicalization::Inclusive { comments: Comments::Kept }),
        ]
    };
    for (source, expected) in [
        ("<a><!-- x --></a>", "<a><!-- x --></a>"),
        ("<a><b/><!--1\r\n2\r3--><c/></a>", "<a><b></b><!--1\n2\n3--><c></c></a>"),
        ("<r><!--out--><a><!-- &amp;<>--></a><!--out--></r>", "<a><!-- &amp;<>--></a>"),
    ] {
        assert_eq!(kept(source), [expected, expected], "{source}");
    }
}

/// A start tag that was written anew is copied where it comes again, but only in the same surroundings.
#[test]
fn the_same_tag_again() {
    let tag = "<p:b xmlns:q='urn:q' xmlns:p='urn:p' q:c='1'>";
    let written = "<p:b xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" q:c=\"1\">";
    let check = |inside: &str, expected: &str| {
        let source = format!("<r xmlns:x='urn:x'><a>{inside}</a></r>");
        assert_eq!(octets(&source, "a", &exclusive(&[])), format!("<a>{expected}</a>"), "{source}");
    };
    check(&format!("{tag}1</p:b>{tag}2</p:b>"), &format!("{written}1</p:b>{written}2</p:b>"));
    check(
        &format!("{tag}1</p:b>{tag}<p:e/></p:b>{tag}2</p:b>"),
        &format!("{written}1</p:b>{written}<p:e></p:e></p:b>{written}2</p:b>"),
    );
    check(&format!("{tag}{tag}</p:b></p:b>"), &format!("{written}<p:b q:c=\"1\"></p:b></p:b>"));
    // The reader sees no difference between these two, but around the second one `p` is written already.
    check(
        &format!("<e>{tag}</p:b></e><e x:y='' ><p:f xmlns:p='urn:p'></p:f></e><e>{tag}</p:b></e>"),
        &format!(
            "<e>{written}</p:b></e><e xmlns:x=\"urn:x\" x:y=\"\"><p:f xmlns:p=\"urn:p\"></p:f></e><e>{written}</p:b></e>"
        ),
    );
    check(
        &format!("<e>{tag}</p:b></e><x:e>{tag}</p:b></x:e>"),
        &format!("<e>{written}</p:b></e><x:e xmlns:x=\"urn:x\">{written}</p:b></x:e>"),
    );
}

/// What the apex uses is declared outside of it; inside, it is spelled as canonical XML spells it.
#[test]
fn the_apex_carries_what_it_uses() {
    let source = "<r xmlns:u='urn:u' xmlns:v='urn:v'><u:a>x</u:a></r>";
    assert_eq!(octets(source, "a", &exclusive(&[])), "<u:a xmlns:u=\"urn:u\">x</u:a>");
    let inclusive = Canonicalization::Inclusive { comments: Comments::Dropped };
    assert_eq!(octets(source, "a", &inclusive), "<u:a xmlns:u=\"urn:u\" xmlns:v=\"urn:v\">x</u:a>");
}

/// As many declarations were written around the second tag as around the first one, but others.
#[test]
fn the_same_tag_behind_as_many_declarations() {
    let tag = "<p:b xmlns:q='urn:q' xmlns:p='urn:p' q:c='1' y:d='2'>";
    let source = format!("<r xmlns:x='urn:x' xmlns:y='urn:y'><a><x:e>{tag}</p:b></x:e><y:e>{tag}</p:b></y:e></a></r>");
    let first = "<p:b xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xmlns:y=\"urn:y\" q:c=\"1\" y:d=\"2\"></p:b>";
    let second = "<p:b xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" q:c=\"1\" y:d=\"2\"></p:b>";
    assert_eq!(
        octets(&source, "a", &exclusive(&[])),
        format!("<a><x:e xmlns:x=\"urn:x\">{first}</x:e><y:e xmlns:y=\"urn:y\">{second}</y:e></a>")
    );
    // More were written around the second one than around the first, but nothing was declared there.
    let source = format!("<r xmlns:x='urn:x' xmlns:y='urn:y'><a><e>{tag}</p:b></e><y:e>{tag}</p:b></y:e></a></r>");
    assert_eq!(
        octets(&source, "a", &exclusive(&[])),
        format!("<a><e>{first}</e><y:e xmlns:y=\"urn:y\">{second}</y:e></a>")
    );
}
