//! XML for reading: any text in, indented lines out, and which element each Signature names.
//!
//! Never fails and never judges: what an attack left behind is shown as it is. Shows at most [`LINES`] lines.

/// The most lines of one message that are shown.
const LINES: usize = 4000;

/// A longer start tag gets a line for each of its attributes.
const TAG_COLUMNS: usize = 100;

/// Longer texts without a space are shown by their ends.
const LONG: usize = 140;

/// A message as lines.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) lines: Vec<Line>,
    pub(crate) covers: Vec<Cover>,
    elements: Vec<Element>,
    open: Vec<usize>,
}

/// One line: how deep, what stands there, and the numbers of the signatures that name an element around it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) depth: usize,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) covered: Vec<usize>,
}

/// A stretch of one line in one colour.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// What one Reference of one Signature names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cover {
    /// From 1, as beside the lines.
    pub(crate) number: usize,
    /// Where the Signature stands.
    pub(crate) place: String,
    /// The Reference's URI.
    pub(crate) uri: String,
    /// What it names, for people.
    pub(crate) names: String,
    /// Whether that is the element the Signature stands in, once.
    pub(crate) usual: bool,
    lines: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct Element {
    local: String,
    id: Option<String>,
    uri: Option<String>,
    parent: Option<usize>,
    first_line: usize,
    last_line: usize,
}

enum Token<'a> {
    Start {
        name: &'a str,
        attributes: Vec<(&'a str, &'a str)>,
        empty: bool,
    },
    End(&'a str),
    Text(&'a str),
    /// A comment, CDATA, an instruction, a DOCTYPE: as it stands there.
    Other(&'a str),
}

impl Line {
    /// The whole line as text, for comparing.
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

impl Piece {
    /// The text as it is shown: a long one by its ends.
    pub(crate) fn shown(&self) -> String {
        let count = self.text.chars().count();
        if count <= LONG || self.text.contains(' ') {
            return self.text.clone();
        }
        let start: String = self.text.chars().take(60).collect();
        let end: String = self.text.chars().skip(count - 20).collect();
        format!("{start} … {end} ({count} characters)")
    }
}

impl Document {
    /// Any text as lines.
    pub(crate) fn read(text: &str) -> Self {
        let tokens = tokens(text);
        let mut document = Self::default();
        let mut place = 0;
        while let Some(token) = tokens.get(place) {
            if document.lines.len() >= LINES {
                document.line(vec![piece("note", format!("only the first {LINES} lines are shown"))]);
                break;
            }
            place += document.write(token, tokens.get(place + 1..).unwrap_or_default());
        }
        document.covers = document.find_covers();
        for cover in &document.covers {
            for (first, last) in &cover.lines {
                let covered = document.lines.get_mut(*first..=*last).unwrap_or_default();
                covered.iter_mut().for_each(|line| line.covered.push(cover.number));
            }
        }
        document
    }

    /// Writes a token, and what belongs on its line; says how many tokens that were.
    fn write(&mut self, token: &Token<'_>, rest: &[Token<'_>]) -> usize {
        match token {
            Token::Start { name, attributes, empty } => {
                let first_line = self.lines.len();
                self.start_tag(name, attributes, *empty);
                self.begin(name, attributes, first_line);
                if *empty {
                    self.end();
                    return 1;
                }
                // Text up to the end tag stays on the line of the start tag.
                let inline = rest.iter().take_while(|next| matches!(next, Token::Text(_) | Token::Other(_))).count();
                match rest.get(inline) {
                    Some(Token::End(end)) => {
                        rest.iter().take(inline).for_each(|inside| self.append(inside));
                        self.append(&Token::End(end));
                        self.end();
                        inline + 2
                    }
                    _ => 1,
                }
            }
            Token::End(name) => {
                let closed = self.open.pop();
                self.line(vec![piece("tag", format!("</{name}>"))]);
                self.close(closed);
                1
            }
            Token::Text(text) => {
                self.line(vec![piece("text", text.trim().to_owned())]);
                1
            }
            Token::Other(text) => {
                self.line(vec![piece("odd", (*text).to_owned())]);
                1
            }
        }
    }

    fn append(&mut self, token: &Token<'_>) {
        let added = match token {
            Token::Text(text) => piece("text", (*text).to_owned()),
            Token::End(name) => piece("tag", format!("</{name}>")),
            Token::Other(text) => piece("odd", (*text).to_owned()),
            Token::Start { .. } => return,
        };
        if let Some(line) = self.lines.last_mut() {
            line.pieces.push(added);
        }
    }

    fn start_tag(&mut self, name: &str, attributes: &[(&str, &str)], empty: bool) {
        let close = if empty { "/>" } else { ">" };
        let length: usize = attributes.iter().map(|(key, value)| key.len() + value.len() + 4).sum();
        let broken = attributes.len() > 1 && length > TAG_COLUMNS;
        let mut pieces = vec![piece("tag", format!("<{name}"))];
        for (key, value) in attributes {
            let start = if broken { "    " } else { " " };
            if broken {
                self.line(std::mem::take(&mut pieces));
            }
            pieces.push(piece("name", format!("{start}{key}=")));
            pieces.push(piece("value", format!("\"{value}\"")));
        }
        pieces.push(piece("tag", close.to_owned()));
        self.line(pieces);
    }

    fn line(&mut self, pieces: Vec<Piece>) {
        let depth = self.open.len().min(40);
        self.lines.push(Line { depth, pieces, covered: Vec::new() });
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)], first_line: usize) {
        let value = |wanted: &str| attributes.iter().find(|(key, _)| *key == wanted).map(|(_, v)| (*v).to_owned());
        let local = name.split(':').next_back().unwrap_or_default().to_owned();
        let (parent, last_line) = (self.open.last().copied(), self.lines.len().saturating_sub(1));
        self.elements.push(Element { local, id: value("ID"), uri: value("URI"), parent, first_line, last_line });
        self.open.push(self.elements.len() - 1);
    }

    /// The element that is open ends on the last line.
    fn end(&mut self) {
        let closed = self.open.pop();
        self.close(closed);
    }

    fn close(&mut self, closed: Option<usize>) {
        let last_line = self.lines.len().saturating_sub(1);
        if let Some(element) = closed.and_then(|index| self.elements.get_mut(index)) {
            element.last_line = last_line;
        }
    }

    fn find_covers(&self) -> Vec<Cover> {
        let references = self.elements.iter().filter(|element| element.local == "Reference");
        let signature = |reference: &Element| {
            let info = self.elements.get(reference.parent?).filter(|element| element.local == "SignedInfo")?;
            self.elements.get(info.parent?).filter(|element| element.local == "Signature")
        };
        let found = references.filter_map(|reference| Some((reference, signature(reference)?)));
        found.enumerate().map(|(index, (reference, signature))| self.cover(index + 1, reference, signature)).collect()
    }

    fn cover(&self, number: usize, reference: &Element, signature: &Element) -> Cover {
        let around = signature.parent.and_then(|index| self.elements.get(index));
        let place = around.map_or("at the top".to_owned(), |element| format!("in {}", element.local));
        let uri = reference.uri.clone().unwrap_or_default();
        let named: Vec<&Element> = match (uri.strip_prefix('#'), reference.uri.as_deref()) {
            (Some(id), _) => self.elements.iter().filter(|element| element.id.as_deref() == Some(id)).collect(),
            (None, Some("")) => self.elements.first().into_iter().collect(),
            _ => Vec::new(),
        };
        let own = |element: &&Element| around.is_some_and(|around| std::ptr::eq(around, *element));
        let usual = named.len() == 1 && named.iter().all(own) && uri.starts_with('#');
        let names = match named.as_slice() {
            [] => "no element of this document".to_owned(),
            [one] if own(one) => format!("the {} it stands in", one.local),
            [one] => format!("a {} it does not stand in", one.local),
            several => format!("{} elements with the same ID", several.len()),
        };
        let lines = named.iter().map(|element| (element.first_line, element.last_line)).collect();
        Cover { number, place, uri, names, usual, lines }
    }
}

fn piece(class: &'static str, text: String) -> Piece {
    Piece { class, text }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.find('<') {
            Some(0) => markup_end(rest),
            Some(at) => at,
            None => rest.len(),
        };
        let (now, after) = rest.split_at(end);
        if let Some(token) = token(now) {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}

/// Where the markup at the start of this text ends; the whole text where it does not.
fn markup_end(text: &str) -> usize {
    let after = |end: &str| text.find(end).map(|at| at + end.len());
    let end = if text.starts_with("<!--") {
        after("-->")
    } else if text.starts_with("<![CDATA[") {
        after("]]>")
    } else if text.starts_with("<?") {
        after("?>")
    } else if text.starts_with("<!") && text.split('>').next().is_some_and(|start| start.contains('[')) {
        after("]>")
    } else {
        tag_end(text)
    };
    end.unwrap_or(text.len())
}

/// The end of a tag; `>` may stand in a quoted value.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn token(text: &str) -> Option<Token<'_>> {
    if let Some(name) = text.strip_prefix("</") {
        return Some(Token::End(name.trim_end_matches('>').trim()));
    }
    if text.starts_with("<!") || text.starts_with("<?") {
        return Some(Token::Other(text));
    }
    match text.strip_prefix('<').and_then(|inside| inside.strip_suffix('>')) {
        Some(inside) => Some(start(inside)),
        None if text.trim().is_empty() => None,
        None => Some(Token::Text(text)),
    }
}

fn start(inside: &str) -> Token<'_> {
    let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else { break };
        let Some((value, after)) = after.get(1..).and_then(|after| after.split_once(quote)) else { break };
        attributes.push((key.trim(), value));
        rest = after;
    }
    Token::Start { name, attributes, empty }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(xml: &str) -> Vec<String> {
        let document = Document::read(xml);
        document.lines.iter().map(|line| format!("{}{}", "  ".repeat(line.depth), line.text())).collect()
    }

    #[test]
    fn lines_for_reading() {
        let xml = r#"<?xml version="1.0"?><a x="1>2"><b>one<!--c-->two</b><c/><d><e> </e></d></a>"#;
        let expected = [
            r#"<?xml version="1.0"?>"#,
            r#"<a x="1>2">"#,
            "  <b>one<!--c-->two</b>",
            "  <c/>",
            "  <d>",
            "    <e></e>",
            "  </d>",
            "</a>",
        ];
        assert_eq!(lines(xml), expected);
        assert_eq!(lines("<a><b></a"), ["<a>", "  <b></a>"]);
    }

    #[test]
    fn what_a_signature_names() {
        let signature = |uri: &str| {
            format!(r#"<ds:Signature><ds:SignedInfo><ds:Reference URI="{uri}"/></ds:SignedInfo></ds:Signature>"#)
        };
        // Each row: a document, what its first Signature names, whether that is as usual, how many lines that covers.
        for (xml, names, usual, lines) in [
            (format!(r##"<R><A ID="a">{}<S/></A></R>"##, signature("#a")), "the A it stands in", true, 8),
            (format!(r##"<R><A ID="b">{}</A><B ID="a"/></R>"##, signature("#a")), "a B it does not stand in", false, 1),
            (
                format!(r##"<R><A ID="a">{}</A><B ID="a"/></R>"##, signature("#a")),
                "2 elements with the same ID",
                false,
                8,
            ),
            (format!(r##"<R>{}</R>"##, signature("")), "the R it stands in", false, 7),
            (format!(r##"<R>{}</R>"##, signature("#no")), "no element of this document", false, 0),
        ] {
            let document = Document::read(&xml);
            let covered = document.lines.iter().filter(|line| line.covered.contains(&1)).count();
            let cover = &document.covers[0];
            assert_eq!((cover.names.as_str(), cover.usual, covered), (names, usual, lines), "{xml}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_shown(text in "[<>/a-c\"'= !?\\[\\]-]{0,200}|.{0,100}") {
            let document = Document::read(&text);
            prop_assert!(document.lines.len() <= LINES + 1);
        }
    }
}
