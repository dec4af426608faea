//! Accepts one message many times, for a profiler to look at: `repeat VENDOR LAYOUT TIMES`.

use benches::{Case, Error};
use mock_idp::Sign;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, vendor, layout, times] = arguments.as_slice() else { return Err("repeat VENDOR LAYOUT TIMES".into()) };
    let sign = match layout.as_str() {
        "assertion" => Sign::Assertion,
        "response" => Sign::Response,
        _ => Sign::Both,
    };
    let case = Case::new(vendor, sign)?;
    for _ in 0..times.parse()? {
        std::hint::black_box(case.accept()?);
    }
    Ok(())
}
