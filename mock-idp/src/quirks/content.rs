//! Quirks of what stands in a message: text, names, statements.

use super::Quirk;
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Node;
use crate::workshop::Workshop;

pub(super) const CDATA_NAME_ID: Quirk = Quirk {
    id: "cdata_name_id",
    about: "The NameID is written as a CDATA section; canonicalization turns it into plain text.",
    source: "Canonical XML 1.0, section 1.1",
    needs: "nothing",
    applies: |_| true,
    steps: &[Step::Tree(cdata_name_id)],
};

fn cdata_name_id(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name_id = workshop.assertion()?.at_mut(&["Subject", "NameID"]).ok_or(RecipeError::Missing("NameID"))?;
    let text = name_id.text();
    name_id.children = vec![Node::spelled(&text, format!("<![CDATA[{text}]]>"))];
    Ok(())
}
