//! What a run says of itself: which repositories at which commits, and as what it is filed.

use serde_json::{Value, json};

use crate::git::checkout::Checkout;
use crate::report::{Report, SarifProfile};

/// `versionControlProvenance`: the repositories that have an address others can reach.
pub(super) fn provenance(checkouts: &[Checkout]) -> Vec<Value> {
    let mut all: Vec<Value> = checkouts.iter().filter_map(details).collect();
    all.dedup();
    all
}

fn details(checkout: &Checkout) -> Option<Value> {
    let mut mapped = json!({ "uriBaseId": super::ROOT });
    if !checkout.below.is_empty() {
        mapped["uri"] = json!(super::result::encoded(&checkout.below));
    }
    let mut details = json!({ "repositoryUri": checkout.remote.as_deref()? });
    for (name, value) in [("revisionId", &checkout.revision), ("branch", &checkout.branch)] {
        if let Some(value) = value {
            details[name] = json!(value);
        }
    }
    details["mappedTo"] = mapped;
    Some(details)
}

/// `automationDetails`: up to its last slash the id is the category under which GitHub files the run.
/// Scans of files, of history and of what is staged see different things, and none of them may close
/// what another one found.
pub(super) fn automation(report: &Report<'_>, profile: SarifProfile) -> Value {
    if profile == SarifProfile::Azure {
        return azure();
    }
    let id = match (&report.sarif.category, report.material.category.as_str()) {
        (Some(named), _) => format!("{named}/"),
        (None, "") => "sprawl/".to_owned(),
        (None, scanned) => format!("sprawl/{scanned}/"),
    };
    json!({ "id": id })
}

/// What Advanced Security for Azure DevOps wants to know of the pipeline, from the variables that it
/// sets for every job (its own rules of validation name the properties). Outside of a pipeline there
/// is none, and the values are those of nothing.
fn azure() -> Value {
    const PREFIX: &str = "azuredevops/pipeline/build/";
    let variable = |name: &str, otherwise: &str| {
        std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or(otherwise.to_owned())
    };
    let mut properties = serde_json::Map::new();
    for (name, source, otherwise) in [
        ("buildDefinitionId", "SYSTEM_DEFINITIONID", "0"),
        ("buildDefinitionName", "BUILD_DEFINITIONNAME", "none"),
        ("phaseId", "SYSTEM_PHASEID", "00000000-0000-0000-0000-000000000000"),
        ("phaseName", "SYSTEM_PHASENAME", "none"),
    ] {
        properties.insert(format!("{PREFIX}{name}"), json!(variable(source, otherwise)));
    }
    json!({
        "id": format!("{PREFIX}{}", variable("BUILD_BUILDID", "0")),
        "properties": properties,
    })
}
