//! Keys and the certificates that belong to them, wherever in a scan each stands.
//!
//! A certificate is no secret; together with its key it says what the key opens: an authority, a
//! host, a cluster. They are matched by public key.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use sprawl_detect::decoded::Decoded;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::ids;
use sprawl_detect::keys::{self, KeyMaterial};
use sprawl_detect::rules::{RuleId, Rules};

/// The certificates of a scan, or of several.
#[derive(Debug, Default)]
pub struct Certificates {
    by_key: BTreeMap<[u8; 32], Vec<KeyMaterial>>,
}

impl Certificates {
    /// Takes certificates in any order; those that name no public key are of no use.
    pub fn new(list: impl IntoIterator<Item = KeyMaterial>) -> Self {
        let mut by_key: BTreeMap<[u8; 32], Vec<KeyMaterial>> = BTreeMap::new();
        for certificate in list {
            if let Some(public_key) = certificate.decoded.public_key {
                by_key.entry(public_key).or_default().push(certificate);
            }
        }
        for list in by_key.values_mut() {
            list.sort_by(|a, b| {
                (&a.decoded.facts, &a.identity).cmp(&(&b.decoded.facts, &b.identity))
            });
            list.dedup_by(|a, b| a.identity == b.identity);
        }
        Self { by_key }
    }

    /// Applies what the certificates say about a key to its finding. Idempotent, in any order: a key of
    /// one report may have its certificate in another, so reports that are merged apply them again.
    pub fn apply_to(&self, rules: &Rules, finding: &mut Finding) {
        let Some(public_key) = finding.decoded.public_key else { return };
        for certificate in self.of(&public_key) {
            apply(rules, finding, certificate);
        }
    }

    /// Those with this public key.
    pub fn of(&self, public_key: &[u8; 32]) -> &[KeyMaterial] {
        self.by_key.get(public_key).map_or(&[], Vec::as_slice)
    }

    /// All of them, in a stable order.
    pub fn into_list(self) -> Vec<KeyMaterial> {
        self.by_key.into_values().flatten().collect()
    }
}

/// A certificate with a digest in place of its bytes, which are many and of no further use.
pub fn digested(mut certificate: KeyMaterial) -> KeyMaterial {
    certificate.identity = Sha256::digest(&certificate.identity).to_vec();
    certificate
}

fn apply(rules: &Rules, finding: &mut Finding, certificate: &KeyMaterial) {
    let id = rules.get(finding.rule).id();
    let Some(rule) = keys::rule_named(id) else { return };
    let told_before = finding.evidence.contains(&Evidence::Certificate);
    // What a certificate made of it gives way to what another one makes of it.
    // It is the one rule that a certificate alone decides upon, and that other certificates do not
    // overrule where the key's own surroundings say so.
    let rule = if told_before && rule == ids::KUBECONFIG_CLUSTER_ADMIN {
        ids::PRIVATE_KEY_UNKNOWN
    } else {
        rule
    };
    let key = KeyMaterial {
        span: 0..0,
        rule,
        identity: Vec::new(),
        decoded: (*finding.decoded).clone(),
        is_certificate: false,
        proven: true,
    };
    let Some((rule, more)) = keys::joined(&key, certificate) else { return };
    if let Some((rule, _)) = rules.named(&rule)
        && (!told_before || weight(rules, rule) > weight(rules, finding.rule))
    {
        finding.rule = rule;
    }
    merge(&mut finding.decoded, more);
    finding.confidence = Confidence::Proven;
    if !told_before {
        finding.evidence.push(Evidence::Certificate);
    }
}

/// Of what several certificates make of one key, the greatest counts, in whatever order they come.
fn weight(rules: &Rules, id: RuleId) -> (i64, &str) {
    let rule = rules.get(id);
    (rule.base_score(), rule.id())
}

fn merge(into: &mut Decoded, more: Decoded) {
    into.facts.extend(more.facts);
    into.facts.sort();
    into.facts.dedup();
    into.authority =
        into.authority.into_iter().chain(more.authority).max_by_key(|a| (a.weight(), *a));
    into.lifetime = into.lifetime.into_iter().chain(more.lifetime).max_by_key(|l| l.weight());
    // Of several certificates for one key, the one that lasts longest keeps it in use.
    into.expires = into.expires.max(more.expires);
    into.issued = match (into.issued, more.issued) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    into.usability.extend(more.usability);
    into.usability.sort();
    into.usability.dedup();
}
