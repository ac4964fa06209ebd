//! Keys and the certificates that belong to them, wherever in a scan each stands.
//!
//! A certificate is no secret; together with its key it says what the key opens: an authority, a
//! host, a cluster. They are matched by public key.

use std::collections::BTreeMap;

use crate::detect::decoded::Decoded;
use crate::detect::keys::{self, KeyMaterial};
use crate::finding::{Confidence, Evidence, Finding};
use crate::rules::Rules;

/// Lets certificates tell what the keys among the findings are. The order of certificates does not
/// matter.
pub fn join(rules: &Rules, findings: &mut [Finding], certificates: &[KeyMaterial]) {
    let mut by_key: BTreeMap<[u8; 32], Vec<&KeyMaterial>> = BTreeMap::new();
    for certificate in certificates {
        if let Some(public_key) = certificate.decoded.public_key {
            by_key.entry(public_key).or_default().push(certificate);
        }
    }
    for list in by_key.values_mut() {
        list.sort_by(|a, b| (&a.decoded.facts, &a.identity).cmp(&(&b.decoded.facts, &b.identity)));
        list.dedup_by(|a, b| a.identity == b.identity);
    }
    for finding in findings {
        let Some(public_key) = finding.decoded.public_key else { continue };
        for certificate in by_key.get(&public_key).into_iter().flatten() {
            tell(rules, finding, certificate);
        }
    }
}

fn tell(rules: &Rules, finding: &mut Finding, certificate: &KeyMaterial) {
    let id = rules.get(finding.rule).id();
    let Some(rule) = keys::RULES.iter().find(|rule| **rule == id) else { return };
    let key = KeyMaterial {
        span: 0..0,
        rule,
        identity: Vec::new(),
        decoded: finding.decoded.clone(),
        is_certificate: false,
        proven: true,
    };
    let Some((rule, more)) = keys::joined(&key, certificate) else { return };
    if let Some((rule, _)) = rules.named(rule) {
        finding.rule = rule;
    }
    merge(&mut finding.decoded, more);
    finding.confidence = Confidence::Proven;
    if !finding.evidence.contains(&Evidence::Certificate) {
        finding.evidence.push(Evidence::Certificate);
    }
}

fn merge(into: &mut Decoded, more: Decoded) {
    for fact in more.facts {
        if !into.facts.contains(&fact) {
            into.facts.push(fact);
        }
    }
    into.authority = more.authority.or(into.authority);
    into.lifetime = more.lifetime.or(into.lifetime);
    // Of several certificates for one key, the one that lasts longest keeps it in use.
    into.expires = into.expires.max(more.expires);
    into.issued = match (into.issued, more.issued) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    into.usability.extend(more.usability);
}
