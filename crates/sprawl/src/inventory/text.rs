//! An inventory for people, on a terminal.

use super::{Inventory, MachineIdentity};
use sprawl_detect::text::{count, printable};

/// The inventory as text.
pub fn written(inventory: &Inventory) -> String {
    let mut lines = vec![headline(inventory)];
    if let Some(drift) = &inventory.drift {
        lines.push(String::new());
        lines.push(match drift.is_empty() {
            true => "Nothing has changed.".to_owned(),
            false => "Changes:".to_owned(),
        });
        for change in drift {
            let detail = if change.detail.is_empty() {
                String::new()
            } else {
                format!(": {}", change.detail)
            };
            lines.push(format!(
                "  {:<19}  {}, {}{detail}",
                change.kind.name(),
                change.title,
                change.secret_id
            ));
        }
    }
    let mut had_owner = None;
    for identity in &inventory.identities {
        let has_owner = identity.owner.is_some();
        if had_owner.replace(has_owner) != Some(has_owner) {
            lines.push(String::new());
            lines.push(if has_owner { "With an owner:" } else { "Without an owner:" }.to_owned());
        }
        lines.push(String::new());
        row(identity, &mut lines);
    }
    if inventory.problems > 0 {
        lines.push(String::new());
        lines.push(format!(
            "Not everything could be scanned ({}): there may be more.",
            count(inventory.problems as u64, "problem")
        ));
    }
    lines.iter().map(|line| printable(line.trim_end()).into_owned() + "\n").collect()
}

/// How many there are, and how many need somebody.
pub(super) fn headline(inventory: &Inventory) -> String {
    let number = inventory.identities.len();
    let breaking = inventory.identities.iter().filter(|one| !one.breaks.is_empty()).count();
    let noun = if number == 1 { "machine identity" } else { "machine identities" };
    format!(
        "{number} {noun}: {} without an owner, {breaking} against policy",
        inventory.without_owner()
    )
}

fn row(one: &MachineIdentity, lines: &mut Vec<String>) {
    let cells = one.cells();
    lines.push(format!(
        "{} {}  {}  {}  {}",
        one.severity.name().to_uppercase(),
        one.score,
        one.title,
        one.redacted,
        one.secret_id
    ));
    let mut label = |name: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("  {name:>9}  {text}"));
        }
    };
    label("owner", &cells.owner);
    label("purpose", &cells.purpose);
    label("account", &one.account.join(", "));
    label("may", &one.authority.join(", "));
    label("used in", &one.environments.join(", "));
    label("stands in", &one.where_it_stands());
    label("read by", &one.who_reads());
    label("life", &cells.life);
    label("exception", &cells.exception);
    label("with", &one.parts.join(", "));
    label("breaks", &one.breaks.join("; "));
}
