//! What was measured, for people and for files: rows in; a table on the terminal, a CSV file and one SVG plot out.

use crate::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// One measurement. Its columns are those of the table and of the CSV file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Vendor, layout and what else sets the message apart, for example `azure/both`.
    pub case: String,
    /// The algorithm that signed it.
    pub algorithm: String,
    /// Octets of XML.
    pub octets: usize,
    /// What was timed, for example `accept`.
    pub stage: String,
    /// How many threads did it at once.
    pub threads: usize,
    /// Median microseconds per message: of this machine and these minutes only.
    pub microseconds: f64,
    /// Median ratio to the floor of this message.
    pub ratio: f64,
}

const COLUMNS: &str = "case,algorithm,octets,stage,threads,microseconds,ratio";

/// Prints the head of the table.
pub fn head() -> Result<(), Error> {
    say("| case | algorithm | octets | stage | threads | us | ratio to floor |\n|---|---|---|---|---|---|---|")
}

/// Prints one line, as rows come.
pub fn say(line: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

impl Row {
    /// Prints the row.
    pub fn say(&self) -> Result<(), Error> {
        let Self { case, algorithm, octets, stage, threads, microseconds, ratio } = self;
        say(&format!("| {case} | {algorithm} | {octets} | {stage} | {threads} | {microseconds:.1} | **{ratio:.2}** |"))
    }

    fn csv(&self) -> String {
        let Self { case, algorithm, octets, stage, threads, microseconds, ratio } = self;
        format!("{case},{algorithm},{octets},{stage},{threads},{microseconds:.2},{ratio:.3}\n")
    }

    fn of_csv(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(',').collect();
        let [case, algorithm, octets, stage, threads, microseconds, ratio] = fields.as_slice() else { return None };
        Some(Self {
            case: (*case).to_owned(),
            algorithm: (*algorithm).to_owned(),
            octets: octets.parse().ok()?,
            stage: (*stage).to_owned(),
            threads: threads.parse().ok()?,
            microseconds: microseconds.parse().ok()?,
            ratio: ratio.parse().ok()?,
        })
    }

    /// Whether two rows measure the same thing.
    pub fn is_about(&self, other: &Self) -> bool {
        (&self.case, &self.algorithm, &self.stage, self.threads)
            == (&other.case, &other.algorithm, &other.stage, other.threads)
    }
}

/// Writes the rows as CSV.
pub fn write_csv(rows: &[Row], path: &Path) -> Result<(), Error> {
    let lines: String = rows.iter().map(Row::csv).collect();
    std::fs::write(path, format!("{COLUMNS}\n{lines}"))?;
    Ok(())
}

/// Reads what [`write_csv`] wrote.
pub fn read_csv(path: &Path) -> Result<Vec<Row>, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut lines = text.lines();
    if lines.next() != Some(COLUMNS) {
        return Err(format!("{}: its first line is not `{COLUMNS}`", path.display()).into());
    }
    lines.map(|line| Row::of_csv(line).ok_or_else(|| format!("{}: `{line}`", path.display()).into())).collect()
}

/// Beyond this ratio a bar is cut: the figure behind it says how long it would be.
const MOST_DRAWN: f64 = 6.0;

/// Draws the ratios as one bar each, ours in another colour than those of other stacks, with a line at the floor.
pub fn write_svg(rows: &[Row], title: &str, path: &Path) -> Result<(), Error> {
    const LEFT: usize = 330;
    const RIGHT: usize = 420;
    const LINE: usize = 18;
    let most = rows.iter().map(|row| row.ratio).fold(1.0, f64::max).min(MOST_DRAWN);
    let at = |ratio: f64| LEFT as f64 + ratio.min(most) / most * RIGHT as f64;
    let (width, height) = (LEFT + RIGHT + 70, (rows.len() + 2) * LINE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n<text x=\"8\" y=\"16\">{title}</text>\n"
    );
    for (place, row) in rows.iter().enumerate() {
        let y = (place + 1) * LINE + 10;
        let label = format!("{} {} {} x{}", row.case, row.algorithm, row.stage, row.threads);
        let (x, end) = (at(0.0), at(row.ratio));
        let colour = if row.stage == "accept" { "#4878a8" } else { "#b0b0b0" };
        writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{}\" text-anchor=\"end\">{label}</text>\n\
             <rect x=\"{x:.0}\" y=\"{y}\" width=\"{:.1}\" height=\"{}\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{}\">{:.2}</text>",
            x - 6.0,
            y + 12,
            end - x,
            LINE - 4,
            end + 4.0,
            y + 12,
            row.ratio
        )?;
    }
    let floor = at(1.0);
    writeln!(svg, "<path d=\"M{floor:.1} {LINE} V{height}\" stroke=\"#c03030\" stroke-dasharray=\"4 3\"/>\n</svg>")?;
    std::fs::write(path, svg)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let row = Row {
            case: "azure/both".to_owned(),
            algorithm: "RsaSha256".to_owned(),
            octets: 7452,
            stage: "accept".to_owned(),
            threads: 1,
            microseconds: 50.25,
            ratio: 1.25,
        };
        let folder = tempfile::tempdir().unwrap();
        let (csv, svg) = (folder.path().join("a.csv"), folder.path().join("a.svg"));
        write_csv(std::slice::from_ref(&row), &csv).unwrap();
        assert_eq!(read_csv(&csv).unwrap(), std::slice::from_ref(&row));
        let other = Row { stage: "samael".to_owned(), ratio: 30.0, ..row.clone() };
        write_svg(&[row, other], "ratios", &svg).unwrap();
        let drawn = std::fs::read_to_string(&svg).unwrap();
        assert!(drawn.contains(">1.25</text>") && drawn.contains(">30.00</text>"), "{drawn}");
        assert_eq!((drawn.matches("#4878a8").count(), drawn.matches("#b0b0b0").count()), (1, 1));
        std::fs::write(&csv, "something else").unwrap();
        assert!(read_csv(&csv).is_err());
    }
}
