//! Turns a draft into a tree in the vendor's spelling: plain fields in, an unsigned Response out.
//!
//! The structure is the standard's and stands here once; how a start tag looks is the vendor's and stands in its file.

use crate::draft::{AttributeDraft, Confirmation, Draft};
use crate::facts::{Shape, Slot, Spelling};
use crate::tree::{Attribute, Element, Node};
use crate::vendor::Vendor;

/// Which of the vendor's prefixes an element takes when its file does not list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Saml,
    Samlp,
    Ds,
    Xenc,
}

/// Writes start tags the way one vendor does.
#[derive(Clone, Copy)]
pub(crate) struct Pen<'a> {
    shape: &'a Shape,
    /// Whether the message has attributes, on which a few namespace declarations depend.
    attributes: bool,
}

/// The name and the value of an XML attribute, where it has one.
type Given<'a> = (&'a str, Option<&'a str>);

impl<'a> Pen<'a> {
    pub(crate) fn of(vendor: Vendor, attributes: bool) -> Self {
        Self { shape: vendor.shape(), attributes }
    }

    pub(crate) fn shape(&self) -> &'a Shape {
        self.shape
    }

    /// An element that the vendor's file lists as `Parent/Local`, as `Local`, or not at all.
    pub(crate) fn element(&self, family: Family, parent: &str, local: &str, given: &[Given<'_>]) -> Element {
        let spelling = &self.shape.spelling;
        match spelling.get(&format!("{parent}/{local}")).or_else(|| spelling.get(local)) {
            Some(fact) => self.spelled(&fact.value, given),
            None => plain(self.name(family, local), given),
        }
    }

    /// An element that the vendor's file lists under one of these parents, the first that fits, or not at all.
    pub(crate) fn element_in(&self, family: Family, parents: &[&str], local: &str, given: &[Given<'_>]) -> Element {
        let listed = |parent: &&&str| self.shape.spelling.contains_key(&format!("{parent}/{local}"));
        self.element(family, parents.iter().find(listed).unwrap_or(&""), local, given)
    }

    /// An element that is written like another one, where the vendor's file does not list it.
    pub(crate) fn element_like(&self, family: Family, local: &str, like: &str, given: &[Given<'_>]) -> Element {
        let known = if self.shape.spelling.contains_key(local) { local } else { like };
        let mut element = self.element(family, "", known, given);
        element.name = match element.prefix() {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        };
        element
    }

    /// Puts the white space of the vendor's templates into an element and everything below it.
    pub(crate) fn space(&self, element: &mut Element, parent: &str) {
        if self.shape.space.is_empty() {
            return;
        }
        let local = element.local().to_owned();
        for child in element.children.iter_mut().filter_map(Node::element_mut) {
            self.space(child, &local);
        }
        self.space_level(element, parent);
    }

    /// Puts the white space between the children of this element alone.
    pub(crate) fn space_level(&self, element: &mut Element, parent: &str) {
        let local = element.local().to_owned();
        let before = |child: &str| {
            let space = &self.shape.space;
            let listed =
                space.get(&format!("{parent}/{local}/{child}")).or_else(|| space.get(&format!("{local}/{child}")));
            listed.map(|fact| fact.value.as_str()).filter(|text| !text.is_empty())
        };
        let mut children = Vec::with_capacity(element.children.len());
        for node in std::mem::take(&mut element.children) {
            let space = node.element().and_then(|child| before(child.local()));
            children.extend(space.map(Node::text));
            children.push(node);
        }
        children.extend(before("").map(Node::text));
        element.children = children;
    }

    fn name(&self, family: Family, local: &str) -> String {
        let prefixes = &self.shape.wire.prefixes.value;
        let prefix = match family {
            Family::Saml => &prefixes.saml,
            Family::Samlp => &prefixes.samlp,
            Family::Ds => &prefixes.ds,
            Family::Xenc => &prefixes.xenc,
        };
        if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
    }

    /// What the vendor never writes goes last.
    fn spelled(&self, spelling: &Spelling, given: &[Given<'_>]) -> Element {
        let mut element = Element::new(&spelling.name);
        for slot in &spelling.slots {
            self.fill(slot, given, &mut element);
        }
        for (name, value) in given {
            if let (None, Some(value)) = (element.get(name), value) {
                element.set(name, *value);
            }
        }
        element
    }

    fn fill(&self, slot: &Slot, given: &[Given<'_>], element: &mut Element) {
        let value_of = |wanted: &str| given.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| *value);
        match slot {
            Slot::Value(name) => {
                if let Some(value) = value_of(name) {
                    element.set(name, value);
                }
            }
            Slot::Fixed(name, value) => element.set(name, value_of(name).unwrap_or(value)),
            Slot::Namespace { name, uri, attributes_only } => {
                if self.attributes || !attributes_only {
                    element.set(name, *uri);
                }
            }
            Slot::Space => element.attributes.push(Attribute { name: String::new(), value: String::new() }),
        }
    }

    fn saml(&self, parent: &str, local: &str, given: &[Given<'_>]) -> Element {
        self.element(Family::Saml, parent, local, given)
    }

    fn samlp(&self, parent: &str, local: &str, given: &[Given<'_>]) -> Element {
        self.element(Family::Samlp, parent, local, given)
    }
}

fn plain(name: String, given: &[Given<'_>]) -> Element {
    let mut element = Element::new(name);
    for (name, value) in given {
        if let Some(value) = value {
            element.set(name, *value);
        }
    }
    element
}

/// The unsigned Response of a draft.
pub(crate) fn response(draft: &Draft, vendor: Vendor) -> Element {
    let pen = Pen::of(vendor, !draft.attributes.is_empty());
    let mut response = pen.samlp(
        "",
        "Response",
        &[
            ("ID", draft.response_id.as_deref()),
            ("Version", draft.response_version.as_deref()),
            ("IssueInstant", draft.response_issue_instant.as_deref()),
            ("Destination", draft.destination.as_deref()),
            ("Consent", draft.consent.as_deref()),
            ("InResponseTo", draft.in_response_to.as_deref()),
        ],
    );
    push_text(&mut response, pen.saml("Response", "Issuer", &[]), &draft.response_issuer);
    if draft.status.is_some() {
        response.push(status(draft, &pen));
    }
    if draft.assertion {
        response.push(assertion(draft, &pen));
    }
    response
}

fn push_text(parent: &mut Element, child: Element, text: &Option<String>) {
    if let Some(text) = text {
        parent.push(child.saying(text));
    }
}

fn status(draft: &Draft, pen: &Pen<'_>) -> Element {
    let mut code = pen.samlp("Status", "StatusCode", &[("Value", draft.status.as_deref())]);
    if draft.sub_status.is_some() {
        code.push(pen.samlp("StatusCode", "StatusCode", &[("Value", draft.sub_status.as_deref())]));
    }
    let mut status = pen.samlp("Response", "Status", &[]).holding(code);
    push_text(&mut status, pen.samlp("Status", "StatusMessage", &[]), &draft.status_message);
    status
}

fn assertion(draft: &Draft, pen: &Pen<'_>) -> Element {
    let mut assertion = pen.saml(
        "Response",
        "Assertion",
        &[
            ("ID", draft.assertion_id.as_deref()),
            ("IssueInstant", draft.assertion_issue_instant.as_deref()),
            ("Version", draft.assertion_version.as_deref()),
        ],
    );
    push_text(&mut assertion, pen.saml("Assertion", "Issuer", &[]), &draft.assertion_issuer);
    if draft.subject {
        assertion.push(subject(draft, pen));
    }
    if draft.conditions {
        assertion.push(conditions(draft, pen));
    }
    let mut statements = vec![authn_statement(draft, pen), attribute_statement(draft, pen)];
    if pen.shape().login.attributes_first.value {
        statements.reverse();
    }
    statements.into_iter().flatten().for_each(|statement| assertion.push(statement));
    assertion
}

fn subject(draft: &Draft, pen: &Pen<'_>) -> Element {
    let mut subject = pen.saml("Assertion", "Subject", &[]);
    let name_id = pen.saml(
        "Subject",
        "NameID",
        &[
            ("NameQualifier", draft.name_qualifier.as_deref()),
            ("SPNameQualifier", draft.sp_name_qualifier.as_deref()),
            ("Format", draft.name_id_format.as_deref()),
        ],
    );
    push_text(&mut subject, name_id, &draft.name_id);
    draft.confirmations.iter().for_each(|confirmation| subject.push(subject_confirmation(confirmation, pen)));
    subject
}

fn subject_confirmation(confirmation: &Confirmation, pen: &Pen<'_>) -> Element {
    let mut element = pen.saml("Subject", "SubjectConfirmation", &[("Method", confirmation.method.as_deref())]);
    if confirmation.data {
        element.push(pen.saml(
            "SubjectConfirmation",
            "SubjectConfirmationData",
            &[
                ("InResponseTo", confirmation.in_response_to.as_deref()),
                ("NotBefore", confirmation.not_before.as_deref()),
                ("NotOnOrAfter", confirmation.not_on_or_after.as_deref()),
                ("Recipient", confirmation.recipient.as_deref()),
                ("Address", confirmation.address.as_deref()),
            ],
        ));
    }
    element
}

fn conditions(draft: &Draft, pen: &Pen<'_>) -> Element {
    let mut conditions = pen.saml(
        "Assertion",
        "Conditions",
        &[("NotBefore", draft.not_before.as_deref()), ("NotOnOrAfter", draft.not_on_or_after.as_deref())],
    );
    for restriction in &draft.audiences {
        let mut element = pen.saml("Conditions", "AudienceRestriction", &[]);
        for audience in restriction {
            element.push(pen.saml("AudienceRestriction", "Audience", &[]).saying(audience));
        }
        conditions.push(element);
    }
    if draft.one_time_use {
        conditions.push(pen.saml("Conditions", "OneTimeUse", &[]));
    }
    if let Some(count) = &draft.proxy_count {
        conditions.push(pen.saml("Conditions", "ProxyRestriction", &[("Count", Some(count))]));
    }
    conditions
}

fn authn_statement(draft: &Draft, pen: &Pen<'_>) -> Option<Element> {
    let mut context = pen.saml("AuthnStatement", "AuthnContext", &[]);
    push_text(&mut context, pen.saml("AuthnContext", "AuthnContextClassRef", &[]), &draft.class);
    let statement = pen.saml(
        "Assertion",
        "AuthnStatement",
        &[
            ("AuthnInstant", draft.authn_instant.as_deref()),
            ("SessionIndex", draft.session_index.as_deref()),
            ("SessionNotOnOrAfter", draft.session_not_on_or_after.as_deref()),
        ],
    );
    draft.authn_statement.then(|| statement.holding(context))
}

fn attribute_statement(draft: &Draft, pen: &Pen<'_>) -> Option<Element> {
    let mut statement = pen.saml("Assertion", "AttributeStatement", &[]);
    draft.attributes.iter().for_each(|attribute| statement.push(attribute_element(attribute, pen)));
    (!draft.attributes.is_empty()).then_some(statement)
}

fn attribute_element(attribute: &AttributeDraft, pen: &Pen<'_>) -> Element {
    let given = [
        ("FriendlyName", attribute.friendly_name.as_deref()),
        ("Name", Some(attribute.name.as_str())),
        ("NameFormat", attribute.name_format.as_deref()),
    ];
    let mut element = pen.saml("AttributeStatement", "Attribute", &given);
    for value in &attribute.values {
        let value_element = pen.saml("Attribute", "AttributeValue", &[]);
        element.push(if value.is_empty() { value_element } else { value_element.saying(value) });
    }
    element
}
