//! One JSON document with everything the report knows; its fields are those of `schema`.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Report;
use super::schema::{self, Absent, Certificate, Document, IdentityNote, Secrets, Tool, VERSION};

/// Version of the schema. Changes whenever a reader would have to.
pub const SCHEMA_VERSION: u32 = VERSION;

/// The schema of the report, a JSON Schema.
pub fn schema() -> schemars::Schema {
    schema::schema()
}

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let material = &report.material;
    let secrets = |groups, reported| Secrets { report, groups, reported };
    let document = Document {
        schema_version: VERSION,
        tool: Tool::THIS,
        identity: IdentityNote::of(&report.identity),
        secrets: secrets(&report.groups, true),
        covered: secrets(&report.covered, true),
        parts: secrets(&report.parts, true),
        absent: report.summary.decisions.gone.iter().map(Absent::of).collect(),
        unreported: secrets(&material.unreported, false),
        certificates: material.certificates.iter().map(Certificate::of).collect(),
        locked: Cow::Borrowed(&material.locked),
        repositories: Cow::Borrowed(&material.checkouts),
        category: Cow::Borrowed(&material.category),
        scanned: Cow::Borrowed(&material.scanned),
        problems: Cow::Borrowed(&report.problems),
        unread: Cow::Borrowed(&report.unread),
        summary: Cow::Borrowed(&report.summary),
    };
    super::write_pretty_json(&document, out)
}
