//! Each row spoils one thing in a document that is taken otherwise.

use super::*;
use crate::parsed::walk;

fn read(source: &str) -> Result<Document, Rejection> {
    super::read(source.as_bytes().to_vec(), &Limits::default())
}

fn reason(source: &str) -> Result<(), &'static str> {
    read(source).map(|_| ()).map_err(|rejection| rejection.reason().name())
}

#[test]
fn what_is_taken() {
    for good in [
        "<a/>",
        "<a></a>",
        "<a ></a >",
        "\u{feff}<a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n",
        "<!-- c --><a/><!-- d -->",
        "<a b='1' c=\"2\"/>",
        "<a b = '1'/>",
        "<a>&lt;&#x41;</a>",
        "<a><![CDATA[<&]]></a>",
        "<a>]]&gt;</a>",
        "<a>]] ></a>",
        "<a>></a>",
        "<a b='>'/>",
        "<p:a xmlns:p='urn:p' p:b='1' b='2'/>",
        "<a xmlns='urn:a'><b xmlns=''/></a>",
        "<é>ü</é>",
        "<a xml:lang='de' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='urn:1'><b xmlns:p='urn:2' p:c=''/></a>",
        "<a xmlns:p='http://u:p@x:80/%4a?b#c' xmlns:q='tag:x,2026:y@z'/>",
        "<a><!--c--></a>",
        "<a ID='x'><b ID='y'/></a>",
    ] {
        assert_eq!(reason(good), Ok(()), "{good}");
    }
}

#[test]
fn what_is_malformed() {
    for bad in [
        "a",
        "<",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a/>\0",
        "<1/>",
        "<-a/>",
        "<a:/>",
        "<:a/>",
        "<a:b:c xmlns:a='urn:a'/>",
        "<a b/>",
        "<a b=/>",
        "<a b=1/>",
        "<a b='1/>",
        "<a b='<'/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>",
        "<a b='&'/>",
        "<a b='&x;'/>",
        "<a>&</a>",
        "<a>&x;</a>",
        "<a>&#0;</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a><!--></a>",
        "<a><![CDATA[</a>",
        "<![CDATA[x]]><a/>",
        "<a><!x></a>",
        "<a / >",
        "<p:a/>",
        "<a p:b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='urn:1' xmlns:p='urn:2'/>",
        "<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>",
        "<a xmlns='relative'/>",
        "<a xmlns:p='1'/>",
        "<a xmlns:p='urn:x y'/>",
        "<a xmlns:p='urn:x`'/>",
        "<a xmlns:p='urn:%4'/>",
        "<a xmlns:p='urn:%x0'/>",
        "<a xmlns:p='urn:1#2#'/>",
        "<a xmlns:p='http://x:y/'/>",
        "<a xmlns:p='http://x:/'/>",
        "<a xmlns:p='http://x@y@z/'/>",
        "<a xmlns:p='urn:\u{e9}'/>",
        "<a>\u{1}</a>",
        "<a>\u{fffe}</a>",
        "<?xml version='1.1'?><a/>",
        " <?xml version='1.0'?><a/>",
        "<a xmlns:p='urn:x'><p:b></b></a>",
        "\u{feff}\u{feff}<a/>",
    ] {
        let expected =
            if bad.contains("<?xml version='1.0'") { "processing_instruction_forbidden" } else { "xml_malformed" };
        assert_eq!(reason(bad), Err(expected), "{bad}");
    }
}

#[test]
fn what_is_forbidden() {
    assert_eq!(reason(""), Err("message_empty"));
    assert_eq!(reason("<!DOCTYPE a><a/>"), Err("doctype_forbidden"));
    assert_eq!(reason("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), Err("doctype_forbidden"));
    assert_eq!(reason("<?x y?><a/>"), Err("processing_instruction_forbidden"));
    assert_eq!(reason("<a>b<?x y?></a>"), Err("processing_instruction_forbidden"));
    assert_eq!(reason("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), Err("not_utf8"));
    assert_eq!(super::read(b"<a>\xff</a>".to_vec(), &Limits::default()).unwrap_err().reason().name(), "not_utf8");
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(super::read(utf16, &Limits::default()).is_err());
    for (first, second) in [("ID", "ID"), ("ID", "Id"), ("Id", "id"), ("ID", "xml:id"), ("ID", "AssertionID")] {
        assert_eq!(reason(&format!("<a {first}='x'><b {second}='x'/></a>")), Err("duplicate_id"), "{first} {second}");
    }
    assert_eq!(reason("<a ID='x'><b ID='&#x78;'/></a>"), Err("duplicate_id"));
}

#[test]
fn limits_are_kept() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let attributes = |count: usize| format!("<a {}/>", (0..count).map(|i| format!("b{i}='' ")).collect::<String>());
    let namespaces =
        |count: usize| format!("<a {}/>", (0..count).map(|i| format!("xmlns:b{i}='urn:{i}' ")).collect::<String>());
    assert_eq!(reason(&nested(64)), Ok(()));
    assert_eq!(reason(&nested(65)), Err("xml_limit_exceeded"));
    assert_eq!(reason(&nested(10_000)), Err("xml_limit_exceeded"));
    assert_eq!(reason(&attributes(64)), Ok(()));
    assert_eq!(reason(&attributes(65)), Err("xml_limit_exceeded"));
    assert_eq!(reason(&attributes(100_000)), Err("xml_limit_exceeded"));
    assert_eq!(reason(&namespaces(100)), Ok(()));
    assert_eq!(reason(&namespaces(200)), Err("xml_limit_exceeded"));
    assert_eq!(reason(&format!("<{}/>", "a".repeat(300))), Err("xml_limit_exceeded"));
    assert_eq!(reason(&format!("<a>{}</a>", "<b/>".repeat(200_000))), Err("xml_limit_exceeded"));
    assert_eq!(reason(&format!("<a>{}</a>", " ".repeat(3 << 20))), Err("message_too_large"));
}

#[test]
fn values_are_whole() {
    let document = read("<a b='x&amp;&#10;y\tz' xmlns:p='urn:p' p:b='other'>1&lt;<![CDATA[2&lt;]]>\r\n3</a>").unwrap();
    let root = document.root();
    assert_eq!(document.attribute(root, "b").as_deref(), Some("x&\ny z"));
    assert_eq!(walk::text(&document, root).unwrap(), "1<2&lt;\n3");
    let commented = read("<a>x<!-- -->y</a>").unwrap();
    assert_eq!(walk::text(&commented, commented.root()).unwrap_err().reason().name(), "comment_in_text");
    let nested = read("<a>x<b/></a>").unwrap();
    assert_eq!(walk::text(&nested, nested.root()).unwrap_err().reason().name(), "text_invalid");
}

#[test]
fn context_gives_prefixes_and_nothing_else() {
    let context = [("p".to_owned(), "urn:p&'x".to_owned()), (String::new(), "urn:d".to_owned())];
    let read = |inner: &str| read_in_context(inner.as_bytes().to_vec(), &context, &Limits::default());
    let document = read("<?xml version='1.0'?><p:a><b/></p:a>").unwrap();
    let element = document.elements(document.root()).next().unwrap();
    assert_eq!((document.element_uri(element), document.local(element)), ("urn:p&'x", "a"));
    assert_eq!(document.element_uri(document.elements(element).next().unwrap()), "urn:d");
    for inner in ["</context><context>", "</context>", "<context>", "<q:a/>", "<!DOCTYPE a><a/>"] {
        assert!(read(inner).is_err(), "{inner}");
    }
}

/// Beside the one element there may be blanks, and nothing that could say something.
#[test]
fn nothing_stands_beside_what_was_encrypted() {
    let read = |inner: &str| read_in_context(inner.as_bytes().to_vec(), &[], &Limits::default());
    for inner in ["<a/>", "\n <a>x<!-- c --></a>\r\n", "<?xml version='1.0'?>\n<a/>"] {
        assert!(read(inner).is_ok(), "{inner}");
    }
    for inner in ["x<a/>", "<a/>x", "\u{a0}<a/>", "<!-- c --><a/>", "<a/><!---->", "<![CDATA[]]><a/>", "&#65;<a/>"] {
        assert_eq!(read(inner).map_err(|r| r.reason().name()).err(), Some("xml_malformed"), "{inner}");
    }
}

/// A start tag with declarations that comes again in the same scope is not read again; everywhere else it is.
#[test]
fn the_same_tag_again() {
    let tag = "<p:b xmlns:p='urn:1' p:c='d'>";
    let meaning = |source: String| {
        let document = read(&source).map_err(|rejection| rejection.reason().name())?;
        let line = |id| {
            let attribute = document.attributes(id).first().map(|attribute| document.uri(attribute.uri));
            format!("{} {} {}", document.element_uri(id), document.qualified_name(id), attribute.unwrap_or_default())
        };
        Ok(document.all_elements().skip(1).map(line).collect::<Vec<_>>())
    };
    let b = "urn:1 p:b urn:1";
    assert_eq!(meaning(format!("<a>{tag}</p:b>{tag}x</p:b ></a>")), Ok(vec![b.into(), b.into()]));
    assert_eq!(meaning(format!("<a>{tag}{tag}</p:b></p:b>{tag}</p:b></a>")), Ok(vec![b.into(), b.into(), b.into()]));
    assert_eq!(
        meaning(format!("<a>{tag}<p:e/></p:b>{tag}<p:e/></p:b></a>")),
        Ok(vec![b.into(), "urn:1 p:e ".into(), b.into(), "urn:1 p:e ".into()])
    );
    // Two tags like one another around which the prefix of their attribute means something else.
    let other = "<b xmlns='urn:d' q:c='d'></b>";
    assert_eq!(
        meaning(format!("<a><x xmlns:q='urn:1'>{other}</x><x xmlns:q='urn:2'>{other}</x></a>")),
        Ok(vec![" x ".into(), "urn:d b urn:1".into(), " x ".into(), "urn:d b urn:2".into()])
    );
    assert_eq!(meaning(format!("<a>{tag}</p:b>{tag}</a>")), Err("xml_malformed"));
    assert_eq!(meaning(format!("<a>{tag}</p:b><p:b/></a>")), Err("xml_malformed"));
    assert_eq!(meaning("<a><b xmlns='urn:d' ID='x'></b><b xmlns='urn:d' ID='x'></b></a>".into()), Err("duplicate_id"));
    let many = "<p:b xmlns:p='urn:1'></p:b>".repeat(200_000);
    assert_eq!(reason(&format!("<a>{many}</a>")), Err("message_too_large"));
    assert_eq!(reason(&format!("<a>{}</a>", &many[..100_000 * 27])), Err("message_too_large"));
}

/// The list of landmarks is what a look at every element gives, whatever was cut out, and however often one comes.
#[test]
fn landmarks_are_all_there() {
    let (saml, dsig) = (crate::names::SAML, crate::names::DSIG);
    let source = format!(
        "<r xmlns='{saml}'><Assertion/><Assertion xmlns:x='urn:x'>1</Assertion><Assertion xmlns:x='urn:x'>2</Assertion>\
         <y><EncryptedAssertion><d:Signature xmlns:d='{dsig}'/></EncryptedAssertion><Signature/></y>\
         <EncryptedID/><EncryptedAttribute/><assertion/><Assertion xmlns=''/></r>"
    );
    let document = read(&source).unwrap();
    let elements: Vec<NodeId> = document.all_elements().collect();
    let named = |document: &Document, namespace, local| {
        document.all_elements().filter(|id| document.is(*id, namespace, local)).collect::<Vec<_>>()
    };
    for (apex, without) in elements.iter().flat_map(|apex| elements.iter().map(move |without| (*apex, *without))) {
        // What is left out is inside of what is cut out, or elsewhere.
        let is_around = without <= apex && apex < document.after(without);
        let document = if is_around { document.clone() } else { document.cut(apex, without) };
        for (landmark, namespace, local) in [
            (Landmark::Assertion, Namespace::Saml, "Assertion"),
            (Landmark::EncryptedAssertion, Namespace::Saml, "EncryptedAssertion"),
            (Landmark::EncryptedId, Namespace::Saml, "EncryptedID"),
            (Landmark::EncryptedAttribute, Namespace::Saml, "EncryptedAttribute"),
            (Landmark::Signature, Namespace::Dsig, "Signature"),
        ] {
            let noted: Vec<_> =
                document.landmarks().filter(|(noted, _)| *noted == landmark).map(|(_, id)| id).collect();
            assert_eq!(noted, named(&document, namespace, local), "{landmark:?} {apex:?} {without:?}");
        }
    }
    assert_eq!(document.landmarks().count(), 7);
}
