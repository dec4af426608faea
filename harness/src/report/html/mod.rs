//! The report for people as one page that needs nothing else: a matrix, filters, and every scenario with its rule, its
//! source, the message, the difference from its twin, what each signature covers, the wire log and how to play it again.
//!
//! Everything an SP or a message says is text: the template escapes it. The page loads nothing from anywhere.

mod change;
mod outline;
mod view;

use askama::Template;

use super::Report;
use view::Page;

/// The report as HTML.
pub(super) fn write(report: &Report) -> Result<String, askama::Error> {
    Page::of(report).render()
}
