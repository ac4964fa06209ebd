//! What a finding means in the words of others: CWE 4.20 (MITRE), OWASP Non-Human Identities Top 10
//! 2025 (CC BY-SA 4.0; the descriptions are our own words), NIST Cybersecurity Framework 2.0.

use serde_json::{Value, json};

use crate::group::SecretGroup;
use crate::lifetime::RemarkKind;
use sprawl_detect::rules::{Kind, Rule};
use sprawl_detect::score::{Authority, Environment, Exposure, Lifetime, is_reused};

/// (id, name, short description) in a fixed order: positions are indexes in SARIF.
type Taxon = (&'static str, &'static str, &'static str);

struct Taxonomy {
    name: &'static str,
    version: &'static str,
    guid: &'static str,
    organization: &'static str,
    uri: &'static str,
    taxa: &'static [Taxon],
}

const TAXONOMIES: &[Taxonomy] = &[
    Taxonomy {
        name: "CWE",
        version: "4.20",
        guid: "6b1f3a52-8c0d-5e6b-9a61-0d4a3f5b7c01",
        organization: "MITRE",
        uri: "https://cwe.mitre.org/",
        taxa: &[
            ("CWE-798", "UseOfHardCodedCredentials", "Use of hard-coded credentials."),
            ("CWE-259", "UseOfHardCodedPassword", "Use of a hard-coded password."),
            ("CWE-321", "UseOfHardCodedCryptographicKey", "Use of a hard-coded cryptographic key."),
            ("CWE-532", "SensitiveInformationInLogFile", "Sensitive information in a log file."),
            (
                "CWE-538",
                "SensitiveInformationInAccessibleFile",
                "Sensitive information in a file that others can get.",
            ),
            ("CWE-324", "KeyPastItsExpirationDate", "Use of a key past its expiration date."),
            ("CWE-263", "AgingWithLongExpiration", "A credential may be used for too long."),
            ("CWE-653", "ImproperIsolation", "Parts that should be kept apart are not."),
            ("CWE-250", "UnnecessaryPrivileges", "More privileges than the task needs."),
        ],
    },
    Taxonomy {
        name: "OWASP-NHI",
        version: "2025",
        guid: "6b1f3a52-8c0d-5e6b-9a61-0d4a3f5b7c02",
        organization: "OWASP",
        uri: "https://owasp.org/www-project-non-human-identities-top-10/2025/",
        taxa: &[
            ("NHI2:2025", "SecretLeakage", "A secret lies where it should not."),
            ("NHI5:2025", "OverprivilegedNhi", "A machine identity may do more than it needs."),
            (
                "NHI6:2025",
                "InsecureCloudDeploymentConfigurations",
                "A pipeline deploys with static credentials.",
            ),
            ("NHI7:2025", "LongLivedSecrets", "A secret never expires, or too late."),
            (
                "NHI8:2025",
                "EnvironmentIsolation",
                "One identity serves production and other environments.",
            ),
            ("NHI9:2025", "NhiReuse", "One identity serves several applications."),
            ("NHI1:2025", "ImproperOffboarding", "An identity outlives its use."),
        ],
    },
    Taxonomy {
        name: "NIST-CSF",
        version: "2.0",
        guid: "6b1f3a52-8c0d-5e6b-9a61-0d4a3f5b7c03",
        organization: "NIST",
        uri: "https://www.nist.gov/cyberframework",
        taxa: &[
            (
                "PR.AA-01",
                "IdentitiesAndCredentialsAreManaged",
                "Identities and credentials are managed by the organization.",
            ),
            (
                "PR.AA-04",
                "IdentityAssertionsAreProtected",
                "Identity assertions are protected, conveyed and verified.",
            ),
            ("PR.DS-01", "DataAtRestIsProtected", "Data at rest is protected."),
            (
                "PR.AA-05",
                "AccessFollowsLeastPrivilege",
                "Access is defined, enforced and reviewed, with the least privilege.",
            ),
            (
                "PR.IR-01",
                "EnvironmentsAreProtectedFromEachOther",
                "Networks and environments are protected from access that is not wanted.",
            ),
            (
                "ID.AM-08",
                "LifeCyclesAreManaged",
                "Systems, services and data are managed throughout their life cycles.",
            ),
            (
                "PR.PS-06",
                "SecureDevelopmentPracticesAreIntegrated",
                "Secure software development practices are integrated.",
            ),
        ],
    },
];

/// The `taxonomies` of a run.
pub(super) fn components() -> Vec<Value> {
    TAXONOMIES
        .iter()
        .map(|taxonomy| {
            let taxa: Vec<Value> = taxonomy
                .taxa
                .iter()
                .map(|(id, name, text)| json!({ "id": id, "name": name, "shortDescription": { "text": text } }))
                .collect();
            json!({
                "name": taxonomy.name,
                "version": taxonomy.version,
                "guid": taxonomy.guid,
                "organization": taxonomy.organization,
                "informationUri": taxonomy.uri,
                "isComprehensive": false,
                "taxa": taxa,
            })
        })
        .collect()
}

/// The driver's `supportedTaxonomies`.
pub(super) fn references() -> Vec<Value> {
    TAXONOMIES
        .iter()
        .enumerate()
        .map(|(index, taxonomy)| json!({ "name": taxonomy.name, "index": index, "guid": taxonomy.guid }))
        .collect()
}

/// CWE ids of a rule, general before specific: readers that want one take the last.
pub(super) fn cwes(rule: &Rule) -> Vec<&'static str> {
    match rule.kind {
        Kind::Password | Kind::ConnectionString => vec!["CWE-798", "CWE-259"],
        Kind::PrivateKey | Kind::Certificate => vec!["CWE-798", "CWE-321"],
        Kind::ApiKey | Kind::Token | Kind::Webhook => vec!["CWE-798"],
    }
}

/// The `relationships` of a rule: what holds for every finding of it, and what may hold.
pub(super) fn relationships(rule: &Rule) -> Vec<Value> {
    let mut all: Vec<Value> = cwes(rule).iter().map(|cwe| relationship(cwe, "superset")).collect();
    all.push(relationship("NHI2:2025", "superset"));
    if is_overprivileged(rule.authority) {
        all.push(relationship("NHI5:2025", "incomparable"));
    }
    if is_long_lived(rule.lifetime) {
        all.push(relationship("NHI7:2025", "incomparable"));
    }
    all.push(relationship("PR.AA-01", "relevant"));
    if matches!(rule.kind, Kind::PrivateKey | Kind::Certificate) {
        all.push(relationship("PR.AA-04", "relevant"));
    } else {
        all.push(relationship("PR.DS-01", "relevant"));
    }
    all.push(relationship("PR.PS-06", "relevant"));
    all
}

/// The `taxa` of a result: what holds for this secret and not for all of its type.
pub(super) fn of_group(group: &SecretGroup) -> Vec<Value> {
    let places = &group.facts.places;
    let in_environment =
        |wanted: &[Environment]| places.iter().any(|p| wanted.contains(&p.environment));
    let mut repositories: Vec<&str> = places.iter().map(|p| &*p.repository).collect();
    repositories.sort_unstable();
    repositories.dedup();
    use sprawl_detect::score::Usability;
    let authority = group.facts.authority.named(group.facts.privilege);
    let has_remark = |kind| group.remarks.iter().any(|remark| remark.kind == kind);
    let cases = [
        (is_overprivileged(authority), "NHI5:2025"),
        (is_long_lived(group.facts.lifetime) && in_environment(&[Environment::Ci]), "NHI6:2025"),
        (is_long_lived(group.facts.lifetime), "NHI7:2025"),
        (is_overprivileged(authority), "CWE-250"),
        (is_overprivileged(authority), "PR.AA-05"),
        (is_reused(places), "NHI8:2025"),
        (is_reused(places), "CWE-653"),
        (is_reused(places), "PR.IR-01"),
        (has_remark(RemarkKind::TooLong), "CWE-263"),
        (has_remark(RemarkKind::TooLong) || has_remark(RemarkKind::Expired), "ID.AM-08"),
        (repositories.len() > 1, "NHI9:2025"),
        (group.facts.usability.contains(&Usability::Expired), "NHI1:2025"),
        (group.facts.usability.contains(&Usability::Expired), "CWE-324"),
        (places.iter().any(|p| p.exposure == Exposure::SharedText), "CWE-532"),
        (places.iter().any(|p| p.exposure == Exposure::Published), "CWE-538"),
    ];
    cases.iter().filter(|(holds, _)| *holds).map(|(_, id)| reference(id)).collect()
}

const fn is_overprivileged(authority: Authority) -> bool {
    matches!(
        authority,
        Authority::Bootstrap | Authority::BootstrapScoped | Authority::ControlPlaneAdmin
    )
}

const fn is_long_lived(lifetime: Lifetime) -> bool {
    matches!(lifetime, Lifetime::Static | Lifetime::Long)
}

fn relationship(id: &str, kind: &str) -> Value {
    json!({ "target": reference(id), "kinds": [kind] })
}

fn reference(id: &str) -> Value {
    for (component, taxonomy) in TAXONOMIES.iter().enumerate() {
        if let Some(index) = taxonomy.taxa.iter().position(|(taxon, _, _)| *taxon == id) {
            return json!({
                "id": id, "index": index,
                "toolComponent": { "name": taxonomy.name, "index": component },
            });
        }
    }
    json!({ "id": id })
}
