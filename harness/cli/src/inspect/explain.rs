//! What the strict SP of this project says to a message of a mock: a few lines for the trace in the browser.

use super::advice::Advice;
use super::inputs;
use mock_idp_web::Explained;
use sp::inspect::{Asked, Report, one_line};
use sp::{Allow, EndpointUrl, EntityId, Outcome, Sp};

/// The verdict first, then what it expects and what was found. An SP of these names, without a key, with its defaults.
pub(crate) fn explain(explained: &Explained<'_>) -> Vec<String> {
    report(explained).map_or_else(|reason| vec![format!("It cannot be judged here: {reason}")], |report| lines(&report))
}

fn report(explained: &Explained<'_>) -> Result<Report, String> {
    let entity_id = EntityId::new(explained.sp_entity_id).map_err(|error| error.to_string())?;
    let endpoint = EndpointUrl::new(explained.acs).map_err(|error| error.to_string())?;
    let sp = Sp::builder(entity_id, endpoint.clone()).build();
    let now = inputs::now(Some(explained.now))?;
    let idps = sp::metadata::read_idp(explained.idp_metadata.as_bytes(), &Allow::default(), now, sp.limits());
    let idps = idps.map_err(|error| error.to_string())?;
    let asked = explained.request_id.map_or(Asked::Nothing, |id| Asked::Request(id.to_owned()));
    Ok(sp::inspect::inspect(explained.message.as_bytes(), &sp, &idps, &endpoint, &asked, now))
}

fn lines(report: &Report) -> Vec<String> {
    let passed = report.checks.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Passed)).count();
    match &report.verdict {
        Ok(shown) => vec![format!("Accepted as {}; {passed} checks passed.", one_line(&shown.name_id.value))],
        Err(rejection) => vec![
            format!("Refused: {} ({}).", rejection.reason().name(), rejection.rule()),
            format!("{}", rejection.reason().about()),
            format!("Expected {}.", rejection.expected()),
            format!("Found {}.", rejection.found()),
            format!("What to do: {}", Advice::on(rejection, []).general),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::{Idp, Recipe, Vendor, attacks};
    use time::macros::datetime;

    #[test]
    fn a_message_and_its_spoilt_twin() {
        let okta = Vendor::named("okta").unwrap();
        let idp = Idp::of(okta, "http://127.0.0.1:7500");
        let sp = mock_idp::Sp::new("https://sp.test", "https://sp.test/acs");
        let healthy = Recipe::new(okta, idp.clone(), sp, datetime!(2026-01-01 12:00 UTC));
        let metadata = idp.metadata(okta);
        let said = |recipe: &Recipe| {
            explain(&Explained {
                message: &recipe.build().unwrap().base64(),
                idp_metadata: &metadata,
                sp_entity_id: "https://sp.test",
                acs: "https://sp.test/acs",
                request_id: None,
                now: "2026-01-01T12:00:00Z",
            })
        };
        assert!(said(&healthy)[0].starts_with("Accepted as ann@example.test"), "{:?}", said(&healthy));
        let expired = said(&Recipe { attack: attacks::named("expired"), ..healthy });
        assert!(expired[0].starts_with("Refused: ") && expired.len() == 5, "{expired:?}");
    }
}
