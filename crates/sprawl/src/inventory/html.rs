//! An inventory as one page that opens from disk: a table, without script, that asks nobody for anything.

use super::text::headline;
use super::{Inventory, MachineIdentity};
use crate::report::html::{escaped, hash};

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1a1a1a;background:#fff}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #767676;overflow-wrap:anywhere}\
caption{text-align:left;padding:.5rem 0;font-weight:600}\
.none{color:#a40000;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#f0f0f0;background:#161616}.none{color:#ff9c9c}}\
@media print{body{margin:0}}";

/// The inventory as a page.
pub fn written(inventory: &Inventory) -> String {
    let title = headline(inventory);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>sprawl: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>On {}.</p>\n",
        hash(STYLE),
        escaped(&inventory.day)
    );
    if let Some(drift) = &inventory.drift {
        out.push_str("<h2>Changes</h2>\n");
        if drift.is_empty() {
            out.push_str("<p>Nothing has changed.</p>\n");
        } else {
            let rows = drift.iter().map(|change| {
                [change.kind.name(), &change.title, &change.secret_id, &change.detail].map(escaped)
            });
            table("What has changed", &["Change", "Type", "Id", "Details"], rows, &mut out);
        }
    }
    out.push_str("<h2>Identities</h2>\n");
    if inventory.identities.is_empty() {
        out.push_str("<p>No machine identities.</p>\n");
    } else {
        let head = [
            "Owner",
            "Identity",
            "Account",
            "May",
            "Purpose",
            "Used in",
            "Stands in",
            "Read by",
            "Life",
            "Exception",
            "Against policy",
        ];
        table(
            "Those without an owner first",
            &head,
            inventory.identities.iter().map(row),
            &mut out,
        );
    }
    if inventory.problems > 0 {
        out.push_str("<p>Not everything could be scanned: there may be more.</p>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn row(one: &MachineIdentity) -> [String; 11] {
    let cells = one.cells();
    let owner = match one.owner {
        Some(_) => escaped(&cells.owner),
        None => format!("<span class=\"none\">{}</span>", escaped(&cells.owner)),
    };
    let identity = format!(
        "{} {} {}<br>{}<br>{} {}",
        escaped(one.severity.name()),
        one.score,
        escaped(&one.title),
        escaped(&one.provider),
        escaped(&one.redacted),
        escaped(&one.secret_id)
    );
    [
        owner,
        identity,
        escaped(&one.account.join(", ")),
        escaped(&one.authority.join(", ")),
        escaped(&cells.purpose),
        escaped(&one.environments.join(", ")),
        escaped(&one.where_it_stands()),
        escaped(&one.who_reads()),
        escaped(&cells.life),
        escaped(&cells.exception),
        escaped(&one.breaks.join("; ")),
    ]
}

/// A table; its cells are markup already.
fn table<const N: usize>(
    caption: &str,
    head: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &mut String,
) {
    out.push_str(&format!("<table>\n<caption>{caption}</caption>\n<thead><tr>"));
    head.iter().for_each(|name| out.push_str(&format!("<th scope=\"col\">{name}</th>")));
    out.push_str("</tr></thead>\n<tbody>\n");
    for cells in rows {
        out.push_str("<tr>");
        cells.iter().for_each(|cell| out.push_str(&format!("<td>{cell}</td>")));
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}
