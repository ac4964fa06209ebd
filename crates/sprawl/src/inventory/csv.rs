//! An inventory for spreadsheets, one identity a line (RFC 4180). No cell is a formula.

use std::borrow::Cow;

use super::{Inventory, MachineIdentity};
use crate::report::csv::row;

/// The columns.
const COLUMNS: &[&str] = &[
    "owner",
    "owner_source",
    "ask",
    "severity",
    "score",
    "provider",
    "title",
    "account",
    "authority",
    "purpose",
    "purpose_source",
    "environments",
    "places",
    "in_history",
    "read_by",
    "age_days",
    "first_seen",
    "expires",
    "rotated",
    "rotation",
    "exception",
    "exception_until",
    "breaks",
    "changes",
    "redacted",
    "rule_id",
    "secret_id",
    "parts",
];

/// The inventory as comma-separated values.
pub fn written(inventory: &Inventory) -> String {
    let mut out = Vec::new();
    let mut add = |cells: Vec<Cow<'_, str>>| {
        row(cells.into_iter(), &mut out).expect("memory can always be written to");
    };
    add(COLUMNS.iter().copied().map(Cow::Borrowed).collect());
    for identity in &inventory.identities {
        add(cells(inventory, identity));
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn cells<'a>(inventory: &'a Inventory, one: &'a MachineIdentity) -> Vec<Cow<'a, str>> {
    let text = |text: &'a Option<String>| Cow::Borrowed(text.as_deref().unwrap_or_default());
    let list = |list: &[String]| Cow::Owned(list.join("; "));
    let source =
        |source: Option<super::Source>| Cow::Borrowed(source.map_or("", |source| source.name()));
    let note = one.exception.as_ref();
    let changes =
        inventory.drift.iter().flatten().filter(|change| change.secret_id == one.secret_id);
    let changes: Vec<&str> = changes.map(|change| change.kind.name()).collect();
    vec![
        text(&one.owner),
        source(one.owner_source),
        list(&one.ask),
        Cow::Borrowed(one.severity.name()),
        Cow::Owned(one.score.to_string()),
        Cow::Borrowed(&one.provider),
        Cow::Borrowed(&one.title),
        list(&one.account),
        list(&one.authority),
        text(&one.purpose),
        source(one.purpose_source),
        list(&one.environments),
        list(&one.places),
        Cow::Owned(one.in_history.to_string()),
        list(&one.read_by),
        Cow::Owned(one.age_days.map(|days| days.to_string()).unwrap_or_default()),
        text(&one.first_seen),
        text(&one.expires),
        text(&one.rotated),
        text(&one.rotation),
        Cow::Borrowed(note.map_or("", |note| note.justification.as_str())),
        Cow::Borrowed(note.and_then(|note| note.until.as_deref()).unwrap_or_default()),
        list(&one.breaks),
        Cow::Owned(changes.join("; ")),
        Cow::Borrowed(&one.redacted),
        Cow::Borrowed(&one.rule_id),
        Cow::Borrowed(&one.secret_id),
        list(&one.parts),
    ]
}
