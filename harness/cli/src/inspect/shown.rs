//! A report as people and as programs read it.

use super::advice::Advice;
use serde_json::{Map, Value, json};
use sp::inspect::{Report, Shown, one_line};
use sp::{Check, Outcome, Rejection};
use std::fmt::Write;

/// One JSON object on one line.
pub(super) fn json(report: &Report, advice: Option<&Advice>) -> String {
    let mut object = match &report.verdict {
        Ok(identity) => accepted(identity),
        Err(rejection) => refused(rejection),
    };
    let checks =
        report.checks.iter().map(|(check, outcome)| json!({ "check": check.name(), "outcome": word(*check, outcome) }));
    object.insert("checks".to_owned(), checks.collect());
    if let Some(advice) = advice {
        object.insert("advice".to_owned(), json!(advice.general));
        if let Some((vendor, _, setting)) = &advice.vendor {
            object.insert("vendor".to_owned(), json!(vendor));
            object.insert("setting".to_owned(), json!(setting));
        }
    }
    Value::Object(object).to_string()
}

fn accepted(identity: &Shown) -> Map<String, Value> {
    object([
        ("verdict", json!("accepted")),
        ("name_id", json!(identity.name_id.value)),
        ("name_id_format", json!(identity.name_id.format_or_unspecified())),
        ("attributes", attributes(identity)),
        ("session_index", json!(identity.session_index)),
        ("issuer", json!(identity.issuer.as_str())),
        ("assertion_id", json!(identity.assertion_id)),
    ])
}

fn refused(rejection: &Rejection) -> Map<String, Value> {
    object([
        ("verdict", json!("refused")),
        ("reason", json!(rejection.reason().name())),
        ("rule", json!(rejection.rule())),
        ("expected", json!(rejection.expected())),
        ("found", json!(rejection.found())),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Values by name. A name that stands twice, as Keycloak writes roles, has the values of both.
fn attributes(identity: &Shown) -> Value {
    let mut by_name: Map<String, Value> = Map::new();
    for attribute in &identity.attributes {
        let values = by_name.entry(&attribute.name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.extend(attribute.values.iter().map(|value| json!(value)));
        }
    }
    Value::Object(by_name)
}

/// Several lines: the verdict, then every check.
pub(super) fn text(report: &Report, advice: Option<&Advice>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match &report.verdict {
        Ok(identity) => {
            writeln!(text, "accepted as {} (issuer {})", one_line(&identity.name_id.value), identity.issuer)
        }
        Err(rejection) => writeln!(
            text,
            "refused: {} ({})\n  {}\n  expected  {}\n  found     {}",
            rejection.reason().name(),
            rejection.rule(),
            rejection.reason().about(),
            rejection.expected(),
            rejection.found()
        ),
    };
    if let Ok(identity) = &report.verdict {
        let _ = writeln!(text, "  format    {}", one_line(identity.name_id.format_or_unspecified()));
        for attribute in &identity.attributes {
            let _ = writeln!(
                text,
                "  attribute {} = {}",
                one_line(&attribute.name),
                one_line(&attribute.values.join(", "))
            );
        }
    }
    if let Some(advice) = advice {
        let _ = writeln!(text, "  do        {}", advice.general);
        if let Some((_, title, Some(setting))) = &advice.vendor {
            let _ = writeln!(text, "  where     {title}: {setting}");
        }
    }
    let _ = writeln!(text);
    for (check, outcome) in &report.checks {
        let _ = writeln!(text, "  {:<12} {:<21} {}", word(*check, outcome), check.name(), detail(*check, outcome));
    }
    text.truncate(text.trim_end().len());
    text
}

fn word(check: Check, outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::NotReached => "not reached",
        Outcome::NotRequired(_) if check == Check::InResponseTo => "not checked",
        Outcome::NotRequired(_) => "not required",
    }
}

fn detail(check: Check, outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotRequired(why) => (*why).to_owned(),
        Outcome::Failed(rejection) => rejection.to_string(),
        Outcome::Passed | Outcome::NotReached => format!("{} ({})", check.about(), check.section()),
    }
}
