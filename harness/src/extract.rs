//! One scenario as files that anybody can replay by hand: the message, its form body, a curl line, the twin, the IdP's keys.
//!
//! In go a scenario, a vendor and an SP's name and address; out comes a folder. Nothing is sent.

use std::path::{Path, PathBuf};

use mock_idp::{Idp, Recipe, RecipeError, Sp, Vendor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::browser::Submission;
use crate::delivery::{HEALTHY, Parcel};
use crate::fault::Fault;
use crate::play::plan::{Plan, Scene};
use crate::scenario::{Again, Flow, Scenario};
use crate::select::Case;
use crate::target::Target;

/// For whom, by whom and when a message is made.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whose shape.
    pub vendor: Vendor,
    /// Under whose name and key; the vendor's own unless the SP trusts another.
    pub idp: Vendor,
    /// Where the SP believes the IdP to be.
    pub public_url: String,
    /// The SP.
    pub sp: Sp,
    /// The request to answer; `None` for an unsolicited Response.
    pub in_response_to: Option<String>,
    /// What time it is.
    pub now: OffsetDateTime,
    /// Decides ids.
    pub seed: u64,
}

/// The XML of one scenario's message.
pub fn message(scenario: &Scenario, wanted: &Wanted) -> Result<String, Fault> {
    let target = stand_in(wanted)?;
    let plan = Plan::of(&case(scenario, wanted), &target)?;
    build(&recipe(&plan, &target, wanted))
}

/// One row as it would be sent, and its healthy twin.
#[derive(Debug)]
pub struct Rehearsal {
    /// The row's HTTP request.
    pub message: Submission,
    /// The twin's.
    pub twin: Submission,
    /// In which flow the twin is sent: where unsolicited Responses must be refused, it is the SP's.
    pub twin_flow: Flow,
    /// How the message is presented again, and what is presented then; the first time it is a healthy one.
    pub again: Option<(Again, Submission)>,
    /// Equal for rows whose twins are the same message.
    pub twin_key: String,
}

/// Makes a row's messages without sending them. `None` when there is no such message.
pub fn rehearse(case: &Case<'_>, wanted: &Wanted, request: &str) -> Result<Option<Rehearsal>, Fault> {
    let target = stand_in(wanted)?;
    let plan = Plan::of(case, &target)?;
    let twin = plan.twin(case, &target);
    let made_by = |plan: &Plan| {
        let in_response_to = (plan.flow == Flow::Sp).then(|| request.to_owned());
        recipe(plan, &target, &Wanted { in_response_to, ..wanted.clone() })
    };
    let make = |plan: &Plan, recipe: Recipe| match recipe.build() {
        Ok(message) => Ok(Some(plan.delivery.pack(&parcel(&message.xml, wanted)))),
        Err(RecipeError::DoesNotApply { .. } | RecipeError::Missing(_)) => Ok(None),
        Err(error) => Err(Fault::usage(format!("the message cannot be made: {error}"))),
    };
    let (Some(message), Some(healthy)) = (make(&plan, made_by(&plan))?, make(&twin, made_by(&twin))?) else {
        return Ok(None);
    };
    let mut again = None;
    if plan.presentations > 1 {
        let Some(second) = make(&plan, plan.again(&made_by(&plan)))? else { return Ok(None) };
        again = Some((plan.again, second));
    }
    let (twin_flow, twin_key) = (twin.flow, twin.key());
    Ok(Some(Rehearsal { message, twin: healthy, twin_flow, again, twin_key }))
}

/// Without a request to answer, the message is unsolicited.
fn case<'a>(scenario: &'a Scenario, wanted: &Wanted) -> Case<'a> {
    let flow = if wanted.in_response_to.is_some() { Flow::Sp } else { Flow::Idp };
    Case { scenario, vendor: wanted.vendor, flow }
}

/// Writes one scenario into `folder`. The names of the files come back.
pub fn extract(scenario: &Scenario, wanted: &Wanted, folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let target = stand_in(wanted)?;
    let case = case(scenario, wanted);
    let plan = Plan::of(&case, &target)?;
    let twin = plan.twin(&case, &target);
    let xml = build(&recipe(&plan, &target, wanted))?;
    let twin_xml = build(&recipe(&twin, &target, wanted))?;
    let form = plan.delivery.pack(&parcel(&xml, wanted)).body;
    let twin_form = HEALTHY.pack(&parcel(&twin_xml, wanted)).body;
    let idp = Idp::of(wanted.idp, &wanted.public_url);
    let files: [(&str, Vec<u8>); 8] = [
        ("message.xml", xml.into_bytes()),
        ("message.form", form),
        ("twin.xml", twin_xml.into_bytes()),
        ("twin.form", twin_form),
        ("idp-metadata.xml", idp.metadata(wanted.idp).into_bytes()),
        ("idp-certificate.pem", idp.certificate_pem().into_bytes()),
        ("scenario.toml", scenario.text().as_bytes().to_vec()),
        ("README.txt", readme(scenario, wanted, &plan).into_bytes()),
    ];
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let write = |(name, octets): (&str, Vec<u8>)| {
        let path = folder.join(name);
        std::fs::write(&path, octets).map_err(|error| unwritable(&path, &error))?;
        Ok(path)
    };
    files.into_iter().map(write).collect()
}

/// A target that promises everything, so that the message comes out as the scenario says.
fn stand_in(wanted: &Wanted) -> Result<Target, Fault> {
    let text = format!(
        "[target]\nid = \"by hand\"\n[attach]\nready = {{ tcp = \"127.0.0.1:1\" }}\n[idp_in]\ntrusts = \"{}\"\n[sp]\nentity_id = \"-\"\nacs = \"-\"\n[outcome]\nmode = \"acs-response\"\naccept = {{ status = 200 }}\nname_id = {{ json = \"/\" }}\n",
        if wanted.idp == wanted.vendor { "each" } else { wanted.idp.name() }
    );
    Target::read("extract", &text, Path::new("."))
}

fn recipe(plan: &Plan, target: &Target, wanted: &Wanted) -> Recipe {
    let scene = Scene {
        idp: Idp::of(plan.idp, &wanted.public_url),
        asked: Idp::of(plan.asked, &wanted.public_url),
        sp: wanted.sp.clone(),
        now: wanted.now,
    };
    plan.recipe(target, scene, wanted.in_response_to.as_deref(), wanted.seed)
}

fn build(recipe: &Recipe) -> Result<String, Fault> {
    recipe
        .build()
        .map(|message| message.xml)
        .map_err(|error| Fault::usage(format!("the message cannot be made: {error}")))
}

fn parcel(xml: &str, wanted: &Wanted) -> Parcel {
    Parcel { xml: xml.to_owned(), relay_state: None, acs: wanted.sp.acs.clone() }
}

fn readme(scenario: &Scenario, wanted: &Wanted, plan: &Plan) -> String {
    let submission = plan.delivery.pack(&parcel("", wanted));
    let headers: String = submission.headers.iter().map(|(name, value)| format!(" -H '{name}: {value}'")).collect();
    let curl = if submission.method == reqwest::Method::GET {
        format!("curl -i -G --data-binary @message.form '{}'", wanted.sp.acs)
    } else {
        format!("curl -i{headers} --data-binary @message.form '{}'", wanted.sp.acs)
    };
    format!(
        "{id}\n{about}\nexpected: {expected} (rule {rule})\n\nvendor: {vendor}, IdP: {idp}\nSP: {sp}\nACS: {acs}\nclock: {now}\nseed: {seed}\n{request}\n\nFirst the healthy twin, which must log in:\n  curl -i --data-binary @twin.form '{acs}'\nthen the message:\n  {curl}\n",
        id = scenario.id,
        about = scenario.about,
        expected = scenario.expect.as_str(),
        rule = scenario.rule,
        vendor = wanted.vendor.name(),
        idp = Idp::of(wanted.idp, &wanted.public_url).entity_id,
        sp = wanted.sp.entity_id,
        acs = wanted.sp.acs,
        now = wanted.now.format(&Rfc3339).unwrap_or_default(),
        seed = wanted.seed,
        request = match &wanted.in_response_to {
            Some(id) => format!("answers the request {id}: the browser that made it has to deliver it (curl -b)"),
            None => "unsolicited".to_owned(),
        },
    )
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::usage(format!("{}: cannot be written: {error}", path.display()))
}
