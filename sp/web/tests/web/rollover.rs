//! An IdP takes a new key while we run: its metadata file changes, and nothing is started again.

use crate::browser::Answer;
use crate::log;
use crate::world::{World, options, vendor};
use mock_idp::{Idp, Recipe, key};
use sp_web::{MetadataFile, Options, Reread};
use std::path::Path;
use std::time::Duration;

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// How often a login is tried before a change counts as never noticed: 20 seconds on a machine with nothing else to do.
const TRIES: u64 = 1000;

struct Okta {
    world: World,
    file: MetadataFile,
    old: Idp,
    new: Idp,
}

impl Okta {
    /// A world that trusts Okta alone, by a file.
    async fn new(folder: &Path) -> Self {
        let okta = vendor("okta");
        let old = Idp::of(okta, "http://127.0.0.1:7500");
        let new = old.clone().with_key(key::next(), okta);
        let name = folder.join("okta.xml").display().to_string();
        let file = MetadataFile { name, octets: old.metadata(okta).into_bytes(), signer: None };
        std::fs::write(&file.name, &file.octets).unwrap();
        let idp_metadata = vec![file.clone()];
        let world = World::with(Options { idp_metadata, reread: Reread::Every(PERIOD), ..options() }).await;
        Self { world, file, old, new }
    }

    /// A whole login, started here, whose answer is signed by this key; the browser knows who is logged in then.
    async fn log_in(&self, idp: &Idp, seed: u64) -> Answer {
        let (browser, okta) = (self.world.browser(), vendor("okta"));
        let started = self.world.start(&browser, okta, "/").await;
        let recipe = Recipe { idp: idp.clone(), seed, ..self.world.answer_recipe(okta, &started) };
        let answer = browser.deliver(&recipe.build().unwrap(), Some(&started.relay_state)).await;
        match answer.status {
            303 => browser.check_ann().await,
            _ => browser.check_nobody().await,
        }
        answer
    }

    /// Changes the file in one step, as an administrator should.
    fn publish(&self, metadata: &str) {
        let next = format!("{}.next", self.file.name);
        std::fs::write(&next, metadata).unwrap();
        std::fs::rename(next, &self.file.name).unwrap();
    }

    /// Logs in by this key until that is accepted; before, it is refused for the key and nothing else.
    async fn log_in_once_noticed(&self, idp: &Idp, seed: u64) {
        for try_ in 0..TRIES {
            let answer = self.log_in(idp, seed + try_).await;
            if answer.status == 303 {
                return;
            }
            answer.check_refused("signature_invalid");
            tokio::time::sleep(PERIOD).await;
        }
        panic!("the new key is not trusted after {TRIES} looks");
    }
}

#[tokio::test]
async fn a_new_key_is_trusted_and_the_old_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let okta = Okta::new(folder.path()).await;
    okta.log_in(&okta.old, 1).await.check_accepted("/");
    okta.log_in(&okta.new, 2).await.check_refused("signature_invalid");

    okta.publish(&okta.new.metadata(vendor("okta")));
    okta.log_in_once_noticed(&okta.new, 1000).await;
    okta.log_in(&okta.old, 3).await.check_refused("signature_invalid");

    // What is no metadata changes nothing, and the log says why.
    okta.publish("<html>Sign in</html>");
    log::wait_for("the old is kept").await;
    okta.log_in(&okta.new, 4).await.check_accepted("/");
}

#[tokio::test]
async fn both_keys_while_the_metadata_lists_both() {
    let folder = tempfile::tempdir().unwrap();
    let okta = Okta::new(folder.path()).await;
    let both = okta
        .old
        .clone()
        .with_certificates(&[mock_idp::idp::Certificate::Current, mock_idp::idp::Certificate::Next], vendor("okta"));
    okta.publish(&both.metadata(vendor("okta")));
    okta.log_in_once_noticed(&okta.new, 1000).await;
    okta.log_in(&okta.old, 1).await.check_accepted("/");
}
