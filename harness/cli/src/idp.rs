//! `samlspec idp`: the mock IdPs, running or as the metadata an SP is configured with.

use clap::Subcommand;
use harness::Fault;
use harness::target::DEFAULT_PUBLIC_URL;
use mock_idp::{Idp, Vendor};

use crate::say;
use crate::test::vendor;

/// Which IdP, and where.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  samlspec idp metadata okta > idp.xml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the metadata of one IdP, as an SP is configured with it
    Metadata {
        /// Whose
        #[arg(value_parser = vendor)]
        vendor: Vendor,
        /// Where the SP and its browsers reach the IdP
        #[arg(long, value_name = "URL", default_value = DEFAULT_PUBLIC_URL)]
        public_url: String,
    },
}

/// Prints or serves.
pub(crate) fn run(arguments: Arguments) -> Result<(), Fault> {
    match arguments.command {
        Command::Metadata { vendor, public_url } => {
            say::to_stdout(&Idp::of(vendor, public_url.trim_end_matches('/')).metadata(vendor));
            Ok(())
        }
    }
}
