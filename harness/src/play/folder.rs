//! A folder for one run: the IdPs' metadata and certificates, as a target wants to read them. Gone when the run is over.

use std::path::{Path, PathBuf};

use mock_idp::{Idp, Vendor};

use crate::fault::Fault;

/// The folder, removed when dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new one, named after the run.
    pub(super) fn create(run_id: &str) -> Result<Self, Fault> {
        let path = std::env::temp_dir().join(format!("samlspec-{run_id}"));
        std::fs::create_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self(path))
    }

    /// Writes metadata and certificate of one IdP; their paths come back.
    pub(super) fn write(&self, vendor: Vendor, idp: &Idp) -> Result<(PathBuf, PathBuf), Fault> {
        let metadata = self.0.join(format!("{}.xml", vendor.name()));
        let certificate = self.0.join(format!("{}.pem", vendor.name()));
        write(&metadata, &idp.metadata(vendor))?;
        write(&certificate, &idp.certificate_pem())?;
        Ok((metadata, certificate))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A left-over in the temporary folder is no reason to fail.
        let _ = std::fs::remove_dir_all(&self.0);
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
