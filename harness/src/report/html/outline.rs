//! A message as lines for people: one line per tag and text, indented, each with the signatures that claim to cover it.
//!
//! In goes XML as it was sent; out come lines. What a signature claims is read from its Reference; whether it verifies is not
//! tried here. What is not well-formed is shown split at its tags, without claims.

use roxmltree::{Document, Node, ParsingOptions};

/// XML Signature's namespace.
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The longest text shown in full, in characters; certificates and ciphertexts are longer.
const TEXT: usize = 160;
/// How many lines of one message are shown.
const LINES: usize = 600;
/// How deep lines are indented.
const INDENT: usize = 24;
/// How many signatures have a colour of their own.
const SIGNATURES: usize = 6;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Indented text.
    pub(super) text: String,
    /// Which signatures claim to cover it, counted from 0.
    pub(super) covered_by: Vec<usize>,
}

/// What one signature claims to cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Counted from 1.
    pub(super) number: usize,
    /// Where it stands and what it names, in one sentence.
    pub(super) sentence: String,
}

/// A message in lines, and what its signatures claim.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline {
    pub(super) lines: Vec<Line>,
    pub(super) claims: Vec<Claim>,
    /// How many lines are not shown.
    pub(super) hidden: usize,
}

impl Outline {
    /// Reads one message.
    pub(super) fn of(xml: &str) -> Self {
        let options = ParsingOptions { nodes_limit: 50_000, ..ParsingOptions::default() };
        match Document::parse_with_options(xml, options) {
            Ok(document) => Self::of_document(&document),
            Err(_) => Self::of_text(xml),
        }
    }

    fn of_document(document: &Document<'_>) -> Self {
        let signatures: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name((DSIG, "Signature")))
            .take(SIGNATURES)
            .map(|signature| Signature::of(document, signature))
            .collect();
        let mut lines = Vec::new();
        write(document.root_element(), 0, &signatures, &mut lines);
        let claims = signatures.iter().enumerate().map(|(index, signature)| signature.claim(index + 1)).collect();
        Self { claims, ..Self::cut(lines) }
    }

    fn of_text(xml: &str) -> Self {
        let lines = xml.split_inclusive('>').flat_map(|part| part.split('\n'));
        let lines = lines.filter(|text| !text.trim().is_empty()).take(LINES * 4);
        Self::cut(lines.map(|text| Line { text: shorten(text.trim()), covered_by: Vec::new() }).collect())
    }

    fn cut(mut lines: Vec<Line>) -> Self {
        let hidden = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        Self { lines, claims: Vec::new(), hidden }
    }

    /// The lines as one text.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{}\n", line.text)).collect()
    }
}

/// A Signature element and what it names.
struct Signature<'a, 'input> {
    element: Node<'a, 'input>,
    uri: Option<&'a str>,
    named: Vec<Node<'a, 'input>>,
}

impl<'a, 'input> Signature<'a, 'input> {
    fn of(document: &'a Document<'input>, element: Node<'a, 'input>) -> Self {
        let uri = element
            .descendants()
            .find(|node| node.has_tag_name((DSIG, "Reference")))
            .and_then(|reference| reference.attribute("URI"));
        let id = uri.and_then(|uri| uri.strip_prefix('#'));
        let is_named = |node: &Node<'_, '_>| id.is_some() && node.attribute("ID") == id;
        let named = match uri {
            Some("") => vec![document.root_element()],
            _ => document.descendants().filter(is_named).collect(),
        };
        Self { element, uri, named }
    }

    /// The first element of the name, as most readers look it up; never the signature itself.
    fn covers(&self, node: Node<'_, '_>) -> bool {
        let is_own = node.ancestors().any(|above| above == self.element);
        !is_own && self.named.first().is_some_and(|named| node.ancestors().any(|above| above == *named))
    }

    fn claim(&self, number: usize) -> Claim {
        let place = self.element.parent().map_or("the document", |parent| parent.tag_name().name());
        let what = match (self.uri, self.named.as_slice()) {
            (None, _) => "names nothing: its Reference has no URI".to_owned(),
            (Some(uri), []) => format!("names {}, which no element has", shorten(uri)),
            (Some(uri), [only]) => format!("covers {} ({})", only.tag_name().name(), shorten(uri)),
            (Some(uri), several) => format!("names {}, which {} elements have", shorten(uri), several.len()),
        };
        Claim { number, sentence: format!("the Signature in {place} {what}") }
    }
}

fn write(node: Node<'_, '_>, depth: usize, signatures: &[Signature<'_, '_>], lines: &mut Vec<Line>) {
    // The tree is as deep as the sender wants; what nobody looks at is not walked.
    if lines.len() > LINES * 2 || depth > 400 {
        return;
    }
    let covered_by = || (0..).zip(signatures).filter(|(_, signature)| signature.covers(node)).map(|(index, _)| index);
    let mut line = |depth: usize, text: &str| {
        let text = format!("{:width$}{text}", "", width = 2 * depth.min(INDENT));
        lines.push(Line { text, covered_by: covered_by().collect() });
    };
    if node.is_comment() {
        line(depth, &format!("<!--{}-->", shorten(node.text().unwrap_or_default())));
    } else if let Some(pi) = node.pi() {
        line(depth, &format!("<?{} {}?>", pi.target, shorten(pi.value.unwrap_or_default())));
    } else if node.is_text() {
        let text = node.text().unwrap_or_default();
        if !text.trim().is_empty() {
            line(depth, &shorten(text));
        }
    } else if node.is_element() {
        write_element(node, depth, signatures, lines);
    }
}

fn write_element(node: Node<'_, '_>, depth: usize, signatures: &[Signature<'_, '_>], lines: &mut Vec<Line>) {
    let covered_by: Vec<_> =
        (0..).zip(signatures).filter(|(_, signature)| signature.covers(node)).map(|(index, _)| index).collect();
    let mut line = |text: String| {
        let text = format!("{:width$}{text}", "", width = 2 * depth.min(INDENT));
        lines.push(Line { text, covered_by: covered_by.clone() });
    };
    let (open, close) = tags(node);
    let only_text = node.children().all(|child| child.is_text());
    match (node.has_children(), only_text) {
        (false, _) => line(format!("{}/>", open.trim_end_matches('>'))),
        (true, true) => line(format!("{open}{}{close}", shorten(&texts(node)))),
        (true, false) => {
            line(open);
            node.children().for_each(|child| write(child, depth + 1, signatures, lines));
            lines.push(Line { text: format!("{:width$}{close}", "", width = 2 * depth.min(INDENT)), covered_by });
        }
    }
}

fn texts(node: Node<'_, '_>) -> String {
    node.children().filter_map(|child| child.text()).collect()
}

/// The start and end tag as they stand in the source, so that prefixes and declarations show.
fn tags(node: Node<'_, '_>) -> (String, String) {
    let source = node.document().input_text().get(node.range()).unwrap_or_default();
    let open = start_tag(source);
    let name: String = open.chars().skip(1).take_while(|c| !c.is_whitespace() && *c != '/' && *c != '>').collect();
    let open = open.split_whitespace().collect::<Vec<_>>().join(" ");
    let open = open.trim_end_matches('>').trim_end_matches('/').trim_end();
    (format!("{open}>"), format!("</{name}>"))
}

/// Up to the `>` that is in no attribute value.
fn start_tag(source: &str) -> &str {
    let mut quote = None;
    for (at, character) in source.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (None, '>') => return source.get(..=at).unwrap_or(source),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    source
}

fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= TEXT {
        return text.to_owned();
    }
    let shown: String = text.chars().take(TEXT / 2).collect();
    format!("{shown}... ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = r##"<r ID="a"><s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:Reference URI="#b"/></s:Signature><x ID="b"><y>1</y><!--c--></x><z q=">"/></r>"##;

    #[test]
    fn lines_and_claims() {
        let outline = Outline::of(SIGNED);
        let shown: Vec<_> =
            outline.lines.iter().map(|line| format!("{}{}", line.covered_by.len(), line.text)).collect();
        assert_eq!(
            shown,
            [
                r#"0<r ID="a">"#,
                r#"0  <s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#">"#,
                r##"0    <s:Reference URI="#b"/>"##,
                "0  </s:Signature>",
                r#"1  <x ID="b">"#,
                "1    <y>1</y>",
                "1    <!--c-->",
                "1  </x>",
                r#"0  <z q=">"/>"#,
                "0</r>"
            ]
        );
        assert_eq!(outline.claims[0].sentence, "the Signature in r covers x (#b)");
    }

    #[test]
    fn claims_that_name_nothing_or_too_much() {
        // Each row: a change to the message, and what the claim says then.
        let check = |from: &str, to: &str, sentence: &str| {
            let outline = Outline::of(&SIGNED.replace(from, to));
            assert!(outline.claims[0].sentence.contains(sentence), "{}", outline.claims[0].sentence);
        };
        check(r##"URI="#b""##, r##"URI="#q""##, "names #q, which no element has");
        check(r##"URI="#b""##, "", "no URI");
        check("<z ", r#"<z ID="b" "#, "2 elements");
        check(r##"URI="#b""##, r#"URI="""#, "covers r");
    }

    #[test]
    fn what_is_no_xml_is_shown_all_the_same() {
        let outline = Outline::of("<a><b>text</a>\n<![CDATA[");
        let shown: Vec<_> = outline.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(shown, ["<a>", "<b>", "text</a>", "<![CDATA["]);
        assert!(outline.claims.is_empty());
        let deep = format!("{}{}", "<a>".repeat(900), "</a>".repeat(900));
        assert!(Outline::of(&deep).lines.len() <= LINES);
    }
}
