//! A folder for one run: the IdPs' metadata and certificates, as a target wants to read them. Gone when the run is over.

use std::path::{Path, PathBuf};

use mock_idp::{Idp, Vendor};
use tempfile::{Builder, TempDir};

use crate::fault::Fault;

/// The folder, removed when dropped; a left-over in the temporary folder is no reason to fail.
#[derive(Debug)]
pub(super) struct Folder(TempDir);

impl Folder {
    /// A new one, named after the run.
    pub(super) fn create(run_id: &str) -> Result<Self, Fault> {
        let folder = Builder::new().prefix(&format!("samlspec-{run_id}-")).tempdir();
        folder.map(Self).map_err(|error| unwritable(&std::env::temp_dir(), &error))
    }

    /// Writes metadata and certificate of one IdP; their paths come back.
    pub(super) fn write(&self, vendor: Vendor, idp: &Idp) -> Result<(PathBuf, PathBuf), Fault> {
        let metadata = self.0.path().join(format!("{}.xml", vendor.name()));
        let certificate = self.0.path().join(format!("{}.pem", vendor.name()));
        write(&metadata, &idp.metadata(vendor))?;
        write(&certificate, &idp.certificate_pem())?;
        Ok((metadata, certificate))
    }
}

/// Writes one file, with its parent folders.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Fault> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
    }
    std::fs::write(path, text).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::usage(format!("{}: cannot be written: {error}", path.display()))
}
