//! X.509 certificates (RFC 5280): no secrets, but they say what the key that belongs to them is for.

use std::net::IpAddr;

use der::Decode;
use der::asn1::ObjectIdentifier;
use sha2::{Digest, Sha256};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::{Certificate, TbsCertificate};

use super::asn1::{Fields, stated_length};
use super::material::{identity, legible};
use super::{CA, CLUSTER_ADMIN, CODE_SIGNING, KUBECONFIG, PRIVATE_KEY, RuleName, SAML, TLS};
use crate::decoded::Decoded;
use crate::score::{Authority, Lifetime};

/// Names of hosts that are listed; the rest is counted.
const NAMES_LISTED: usize = 8;

/// What a certificate says.
pub(super) struct Parsed {
    /// Itself.
    pub(super) identity: Vec<u8>,
    /// Statements, validity, public key.
    pub(super) decoded: Decoded,
    /// The rule under which its private key is to be reported.
    pub(super) rule: RuleName,
    /// Whether it was read in full, and not only its public key.
    pub(super) is_proven: bool,
}

/// Reads the certificate that begins these bytes (a "trusted certificate" has more behind it).
pub(super) fn certificate(der: &[u8]) -> Option<Parsed> {
    let der = der.get(..stated_length(der)?)?;
    let public_key = Sha256::digest(public_key_info(der)?).into();
    let read = Certificate::from_der(der).ok();
    let (mut decoded, rule) =
        read.as_ref().map_or((Decoded::default(), PRIVATE_KEY), |certificate| {
            statements(certificate.tbs_certificate())
        });
    decoded.public_key = Some(public_key);
    Some(Parsed {
        identity: identity("certificate", &[der]),
        decoded,
        rule,
        is_proven: read.is_some(),
    })
}

/// The `SubjectPublicKeyInfo` as it stands, also where the rest of the certificate breaks a rule.
fn public_key_info(der: &[u8]) -> Option<&[u8]> {
    let mut certificate = Fields::new(der)?.sequence()?;
    let mut fields = certificate.sequence()?;
    let _version = fields.explicit(0);
    fields.unsigned()?;
    fields.sequence()?;
    fields.sequence()?;
    fields.sequence()?;
    fields.sequence()?;
    let info = fields.whole()?;
    // An algorithm and a bit string, or it is no key.
    let mut parts = Fields::new(info)?.sequence()?;
    parts.sequence()?.oid()?;
    parts.bits()?;
    Some(info)
}

fn statements(certificate: &TbsCertificate) -> (Decoded, RuleName) {
    let mut decoded = Decoded::default();
    let claims = Claims::of(certificate);
    decoded.add_fact("subject", legible(certificate.subject().to_string().as_bytes()));
    decoded.add_fact("issuer", legible(certificate.issuer().to_string().as_bytes()));
    if !claims.hosts.is_empty() {
        decoded.add_fact("names", listed(&claims.hosts));
    }
    if claims.is_ca {
        decoded.add_fact("ca", "yes");
    }
    if !claims.usages.is_empty() {
        decoded.add_fact("usage", claims.usages.join(", "));
    }
    let validity = certificate.validity();
    let seconds = |time: &x509_cert::time::Time| {
        i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
    };
    let (from, to) = (seconds(&validity.not_before), seconds(&validity.not_after));
    decoded.add_fact("not after", validity.not_after.to_date_time().to_string());
    decoded.issued = Some(from);
    decoded.expires = Some(to);
    decoded.lifetime = Some(Lifetime::of_seconds(to.saturating_sub(from)));
    let rule = claims.rule();
    if rule == TLS && claims.hosts.iter().any(|host| host.starts_with("*.")) {
        decoded.add_fact("wildcard", "yes");
        decoded.authority = Some(Authority::ServiceWide);
    }
    (decoded, rule)
}

/// What a certificate claims of its subject.
#[derive(Debug, Default)]
struct Claims {
    is_ca: bool,
    signs_certificates: bool,
    has_path_length: bool,
    usages: Vec<&'static str>,
    hosts: Vec<String>,
    common_name: String,
    organizations: Vec<String>,
    units: Vec<String>,
}

impl Claims {
    fn of(certificate: &TbsCertificate) -> Self {
        let mut claims = Self {
            common_name: attribute(certificate.subject(), COMMON_NAME).next().unwrap_or_default(),
            organizations: attribute(certificate.subject(), ORGANIZATION).collect(),
            units: attribute(certificate.subject(), UNIT).collect(),
            ..Self::default()
        };
        for extension in certificate.extensions().into_iter().flatten() {
            let value = extension.extn_value.as_bytes();
            if let Some(constraints) = extension_as::<BasicConstraints>(extension.extn_id, value) {
                claims.is_ca = constraints.ca;
                claims.has_path_length = constraints.path_len_constraint.is_some();
            } else if let Some(usage) = extension_as::<KeyUsage>(extension.extn_id, value) {
                claims.signs_certificates = usage.key_cert_sign();
            } else if let Some(usage) = extension_as::<ExtendedKeyUsage>(extension.extn_id, value) {
                claims.usages = usage.0.iter().filter_map(purpose).collect();
            } else if let Some(names) = extension_as::<SubjectAltName>(extension.extn_id, value) {
                claims.hosts = names.0.iter().filter_map(host).collect();
            }
        }
        claims
    }

    /// What the private key of this certificate proves to be.
    fn rule(&self) -> RuleName {
        let name = self.common_name.to_ascii_lowercase();
        let is_for = |usage| self.usages.contains(&usage);
        if self.organizations.iter().any(|group| group == "system:masters") {
            CLUSTER_ADMIN
        } else if name.starts_with("adfs signing") || name.contains("saml") {
            // AD FS names its token-signing certificates so.
            SAML
        } else if self.is_ca && self.is_authority(&name) {
            CA
        } else if is_for(CODE) {
            CODE_SIGNING
        } else if name.starts_with("system:")
            || self.organizations.iter().any(|group| group.starts_with("system:"))
        {
            KUBECONFIG
        } else if is_for(SERVER) || self.is_ca || self.names_a_host(&name) {
            // Marked as a CA and none: somebody's self-signed certificate, nearly always a server's.
            TLS
        } else {
            PRIVATE_KEY
        }
    }

    /// Whether a certificate that is marked as a CA is an authority's. `openssl req -x509`, and what is
    /// built upon it, marks every self-signed certificate so; RFC 5280, 4.2.1.3, asks an authority to
    /// state that its key signs certificates, and people name theirs as one.
    fn is_authority(&self, name: &str) -> bool {
        if self.signs_certificates || self.has_path_length {
            return true;
        }
        let mut words = self
            .organizations
            .iter()
            .chain(&self.units)
            .map(String::as_str)
            .chain([name])
            .flat_map(|text| {
                text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase)
            });
        words.any(|word| {
            matches!(
                word.as_str(),
                "ca" | "root"
                    | "rootca"
                    | "authority"
                    | "authorities"
                    | "issuing"
                    | "issuer"
                    | "intermediate"
                    | "pki"
                    | "certification"
                    | "trust"
            )
        })
    }

    /// Whether this is some host's certificate.
    fn names_a_host(&self, name: &str) -> bool {
        let is_host = name.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'*'))
        });
        !self.hosts.is_empty() || name == "localhost" || is_host && name.contains('.')
    }
}

const SERVER: &str = "server authentication";
const CODE: &str = "code signing";

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

fn extension_as<'a, T: Decode<'a> + der::oid::AssociatedOid>(
    id: ObjectIdentifier,
    value: &'a [u8],
) -> Option<T> {
    if id == T::OID { T::from_der(value).ok() } else { None }
}

/// Key purposes (RFC 5280, 4.2.1.12; 1.3.6.1.4.1.311.10.3.6 and .20.2.2 are Microsoft's).
fn purpose(oid: &ObjectIdentifier) -> Option<&'static str> {
    Some(match oid.to_string().as_str() {
        "1.3.6.1.5.5.7.3.1" => SERVER,
        "1.3.6.1.5.5.7.3.2" => "client authentication",
        "1.3.6.1.5.5.7.3.3" => CODE,
        "1.3.6.1.5.5.7.3.4" => "e-mail protection",
        "1.3.6.1.5.5.7.3.8" => "time stamping",
        "1.3.6.1.5.5.7.3.9" => "OCSP signing",
        "1.3.6.1.4.1.311.20.2.2" => "smart card logon",
        _ => return None,
    })
}

fn host(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(legible(name.as_bytes())),
        GeneralName::UniformResourceIdentifier(name) => Some(legible(name.as_bytes())),
        GeneralName::IpAddress(address) => {
            let bytes = address.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from).ok();
            v4.or_else(|| <[u8; 16]>::try_from(bytes).map(IpAddr::from).ok())
                .map(|address| address.to_string())
        }
        _ => None,
    }
}

fn attribute(name: &Name, oid: ObjectIdentifier) -> impl Iterator<Item = String> + '_ {
    name.iter()
        .filter(move |attribute| attribute.oid == oid)
        .map(|attribute| legible(attribute.value.value()))
}

fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMES_LISTED)].join(", ");
    match names.len() - names.len().min(NAMES_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(common_name: &str, hosts: &[&str], is_ca: bool) -> Claims {
        Claims {
            is_ca,
            common_name: common_name.to_owned(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Claims::default()
        }
    }

    #[test]
    fn a_certificate_says_what_its_key_is_for() {
        assert_eq!(claims("Example Root CA", &[], true).rule(), CA);
        assert_eq!(claims("ca.example.org", &[], true).rule(), CA);
        assert_eq!(claims("www.example.org", &[], true).rule(), TLS, "self-signed for one host");
        assert_eq!(claims("x", &["localhost"], true).rule(), TLS);
        assert_eq!(claims("x", &["*.example.org"], false).rule(), TLS);
        assert_eq!(claims("ADFS Signing - sts.example.org", &[], false).rule(), SAML);
        assert_eq!(claims("Ann Example", &[], false).rule(), PRIVATE_KEY);
        assert_eq!(claims("system:node:a", &[], false).rule(), KUBECONFIG);
        // The subjects that tools propose, of self-signed certificates.
        for (name, organization) in [
            ("", "Internet Widgits Pty Ltd"),
            ("", "Default Company Ltd"),
            ("", "My Company Name Ltd."),
            ("", ""),
            ("Temporary Certificate", "Acme"),
            ("Fake", "Snake Oil"),
        ] {
            let organizations = vec![organization.to_owned()];
            let proposed = Claims { organizations, ..claims(name, &[], true) };
            assert_eq!(proposed.rule(), TLS, "{name} {organization}");
        }
        let by_length = Claims { has_path_length: true, ..claims("x", &[], true) };
        assert_eq!(by_length.rule(), CA);
        assert_eq!(claims("Acme Issuing 2", &[], true).rule(), CA);
        let units = vec!["Certificate Authority".to_owned()];
        assert_eq!(Claims { units, ..claims("", &[], true) }.rule(), CA);
        let masters =
            Claims { organizations: vec!["system:masters".into()], ..claims("admin", &[], false) };
        assert_eq!(masters.rule(), CLUSTER_ADMIN);
        let signer = Claims { usages: vec![CODE], ..claims("Example Ltd", &[], false) };
        assert_eq!(signer.rule(), CODE_SIGNING);
        let authority =
            Claims { signs_certificates: true, ..claims("x", &["ca.example.org"], true) };
        assert_eq!(authority.rule(), CA);
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let names: Vec<String> = (0..10).map(|n| format!("h{n}")).collect();
        assert_eq!(listed(&names), "h0, h1, h2, h3, h4, h5, h6, h7 and 2 more");
        assert_eq!(listed(&names[..2]), "h0, h1");
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for bytes in
            [&b""[..], b"0", &[0x30, 0x82, 0xff, 0xff], &[0x30, 3, 2, 1, 0], &[0x30, 0x80, 0, 0]]
        {
            assert!(certificate(bytes).is_none());
        }
    }
}
