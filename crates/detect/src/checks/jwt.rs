//! JSON Web Tokens: what header and claims say (RFC 7515, 7516, 7519).
//!
//! Whether a token has expired is not judged here: there is no clock. Its end is only reported.

use std::cell::RefCell;
use std::rc::Rc;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Map, Value, json};

use super::minting::{self, Random};
use super::statement::{add_fact, add_json_fact};
use super::validity::unix;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::{LONGEST, base64, json_object};
use crate::placeholder::sample_signature;
use crate::score::{Lifetime, Usability};

/// Header and claims of a token whose signature has not been verified.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// The protected header; has at least `alg`.
    pub header: Map<String, Value>,
    /// The claims; `None` in an encrypted token (JWE).
    pub claims: Option<Map<String, Value>>,
    /// The signature is the one that documentation shows everywhere.
    sample: bool,
}

/// Any well-formed JWT; rejects what is none.
pub(super) const JWT: Check = Check {
    name: "jwt",
    about: "Decodes header and claims of a JSON Web Token; a token without `exp` never expires.",
    run: |value| match decode(value) {
        Some(token) => {
            let mut decoded = Decoded::default();
            token.describe(&mut decoded);
            Outcome::plausible(decoded)
        }
        None => Outcome::rejected(),
    },
    mint: Some(|value, random| {
        let claims = json!({
            "iss": "https://issuer.example/", "sub": "service", "aud": "api",
            "iat": ISSUED, "exp": FAR, "jti": noise(random),
        });
        mint(value, &claims, random);
    }),
};

/// A JWT that was encoded in Base64 once more; what does not decode is not judged.
pub(super) const ENCODED: Check = Check {
    name: "jwt-base64",
    about: "Decodes a JSON Web Token that was encoded in Base64 once more.",
    run: |value| match base64(value).as_deref().and_then(decode) {
        Some(token) => {
            let mut decoded = Decoded::default();
            token.describe(&mut decoded);
            Outcome::plausible(decoded)
        }
        None => Outcome::unknown(),
    },
    mint: Some(|value, random| {
        let mut token = Vec::new();
        mint(&mut token, &json!({"iss": "https://issuer.example/", "jti": noise(random)}), random);
        *value = BASE64.encode(&token).into_bytes();
    }),
};

/// Kubernetes service account tokens; rejects every other JWT.
///
/// Old ones are Secrets, have the issuer `kubernetes/serviceaccount` and no end; bound ones carry
/// the claim `kubernetes.io` and end. Source: Kubernetes, "Managing Service Accounts".
pub(super) const KUBERNETES: Check = Check {
    name: "jwt-kubernetes",
    about: "Accepts service account tokens of Kubernetes alone and names namespace and account.",
    run: kubernetes,
    mint: Some(|value, random| {
        let claims = json!({
            "iss": "kubernetes/serviceaccount",
            "kubernetes.io/serviceaccount/namespace": "default",
            "kubernetes.io/serviceaccount/service-account.name": "builder",
            "kubernetes.io/serviceaccount/service-account.uid": noise(random),
            "sub": "system:serviceaccount:default:builder",
        });
        mint(value, &claims, random);
    }),
};

/// Decodes a token, or the one that follows a prefix (`Bearer eyJ...`, `vendor-eyJ...`).
///
/// Returns `None` when it is not well-formed: three parts (two of them JSON objects, the third not
/// empty unless `alg` is `none`), or five of which the first is a header with `enc`.
///
/// Several rules ask about one token, one after another; it is decoded once.
pub(super) fn decode(value: &[u8]) -> Option<Rc<Token>> {
    thread_local! {
        static LAST: RefCell<(Vec<u8>, Option<Rc<Token>>)> = RefCell::default();
    }
    if value.len() > LONGEST {
        return None;
    }
    LAST.with_borrow_mut(|(last, token)| {
        if last != value {
            last.clear();
            last.extend_from_slice(value);
            let within = || start(value).filter(|at| *at > 0).and_then(|at| parse(&value[at..]));
            *token = parse(value).or_else(within).map(Rc::new);
        }
        token.clone()
    })
}

impl Token {
    /// The string claim of that name.
    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.as_ref()?.get(claim)?.as_str()
    }

    /// Adds what the token says about itself.
    pub(super) fn describe(&self, decoded: &mut Decoded) {
        let algorithm = self.header.get("alg").and_then(Value::as_str).unwrap_or_default();
        if algorithm.eq_ignore_ascii_case("none") {
            decoded.add_fact("algorithm", "none (unsigned)");
        } else {
            add_fact(decoded, "algorithm", algorithm);
        }
        if self.sample {
            decoded.usability.push(Usability::Placeholder);
        }
        let Some(claims) = &self.claims else {
            decoded.add_fact("claims", "encrypted");
            return;
        };
        for (name, keys) in STATEMENTS {
            let value = keys.iter().find_map(|key| claims.get(*key));
            add_json_fact(decoded, name, value);
        }
        let issued = ["iat", "nbf"].iter().find_map(|key| claims.get(*key).and_then(unix));
        decoded.issued = issued;
        decoded.expires = claims.get("exp").and_then(unix);
        decoded.lifetime = match (issued, decoded.expires) {
            (Some(start), Some(end)) => Some(Lifetime::of_seconds(end.saturating_sub(start))),
            (_, None) if !claims.contains_key("exp") => Some(Lifetime::Static),
            _ => None,
        };
    }
}

/// Statement, and the claims it may be read from.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("issuer", &["iss"]),
    ("subject", &["sub"]),
    ("audience", &["aud"]),
    ("client", &["azp", "client_id", "appid"]),
    ("tenant", &["tid", "tenant_id"]),
    ("scope", &["scope", "scp", "permissions"]),
    ("role", &["role", "roles"]),
];

/// Issue time of minted tokens: 2024-01-01.
pub(super) const ISSUED: i64 = 1_704_067_200;
/// End of minted tokens: 2100-01-01.
pub(super) const FAR: i64 = 4_102_444_800;

/// Makes the value a signed token with these claims; what stood before the token stays.
pub(super) fn mint(value: &mut Vec<u8>, claims: &Value, random: Random<'_>) {
    value.truncate(start(value).unwrap_or(0));
    let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
    let header = part(&json!({"alg": "HS256", "typ": "JWT"}));
    let signature = BASE64URL_NOPAD.encode(&minting::bytes(32, random));
    value.extend_from_slice(format!("{header}.{}.{signature}", part(claims)).as_bytes());
}

fn noise(random: Random<'_>) -> String {
    data_encoding::HEXLOWER.encode(&minting::bytes(8, random))
}

/// Where a token begins: `{"` in base64 is `eyJ`.
fn start(value: &[u8]) -> Option<usize> {
    value.windows(3).position(|w| w == b"eyJ")
}

fn parse(value: &[u8]) -> Option<Token> {
    let mut parts = value.split(|c| *c == b'.');
    let header = json_object(&base64(parts.next()?)?)?;
    let algorithm = header.get("alg")?.as_str()?.to_owned();
    let (second, third) = (parts.next()?, parts.next()?);
    match (parts.next(), parts.next(), parts.next()) {
        (None, None, None) => {
            let claims = json_object(&base64(second)?)?;
            let unsigned = algorithm.eq_ignore_ascii_case("none");
            let signature = base64(third)?;
            (signature.is_empty() == unsigned).then(|| Token {
                header,
                claims: Some(claims),
                sample: sample_signature(third),
            })
        }
        (Some(ciphertext), Some(tag), None) => {
            let full = header.get("enc")?.is_string() && !ciphertext.is_empty() && !tag.is_empty();
            let parts = [second, third, ciphertext, tag];
            (full && parts.into_iter().all(|part| base64(part).is_some())).then_some(Token {
                header,
                claims: None,
                sample: false,
            })
        }
        _ => None,
    }
}

fn kubernetes(value: &[u8]) -> Outcome {
    const LEGACY: &str = "kubernetes.io/serviceaccount/";
    let Some(token) = decode(value) else { return Outcome::rejected() };
    let Some(claims) = &token.claims else { return Outcome::rejected() };
    let subject = token.text("sub").and_then(|s| s.strip_prefix("system:serviceaccount:"));
    let bound = claims.get("kubernetes.io").and_then(Value::as_object);
    let legacy = token.text("iss") == Some("kubernetes/serviceaccount");
    if subject.is_none() && bound.is_none() && !legacy {
        return Outcome::rejected();
    }
    let named = |outer: &str, inner: &str| {
        bound.and_then(|b| if inner.is_empty() { b.get(outer) } else { b.get(outer)?.get(inner) })
    };
    let old = |key: &str| claims.get(&format!("{LEGACY}{key}"));
    let mut decoded = Decoded::default();
    token.describe(&mut decoded);
    add_json_fact(&mut decoded, "namespace", named("namespace", "").or_else(|| old("namespace")));
    let account = named("serviceaccount", "name").or_else(|| old("service-account.name"));
    add_json_fact(&mut decoded, "service account", account);
    add_json_fact(&mut decoded, "pod", named("pod", "name"));
    add_json_fact(&mut decoded, "node", named("node", "name"));
    Outcome::plausible(decoded)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    /// A token with these claims and a signature of the right length.
    pub(crate) fn signed(claims: &Value) -> String {
        token(&json!({"typ": "JWT", "alg": "HS256"}), claims, &[7; 32])
    }

    fn token(header: &Value, claims: &Value, signature: &[u8]) -> String {
        let part = |bytes: &[u8]| {
            let text = data_encoding::BASE64.encode(bytes);
            text.trim_end_matches('=').replace('+', "-").replace('/', "_")
        };
        let (header, claims) = (header.to_string(), claims.to_string());
        format!("{}.{}.{}", part(header.as_bytes()), part(claims.as_bytes()), part(signature))
    }

    fn run(value: &str) -> Outcome {
        (JWT.run)(value.as_bytes())
    }

    #[test]
    fn claims_become_statements() {
        let outcome = run(&signed(&json!({
            "iss": "https://idp.example/", "sub": "alice", "aud": ["api", "web"],
            "scp": "read write", "roles": ["admin"], "iat": 1_700_000_000, "exp": 1_700_086_400,
            "password": "s3cr3t", "jti": "1", // sprawl:allow generic-password
        })));
        assert_eq!(outcome.verdict, Verdict::Plausible);
        for (name, value) in [
            ("algorithm", "HS256"),
            ("issuer", "https://idp.example/"),
            ("subject", "alice"),
            ("audience", "api, web"),
            ("scope", "read write"),
            ("role", "admin"),
        ] {
            assert_eq!(testing::fact(&outcome, name), Some(value));
        }
        assert_eq!(outcome.decoded.issued, Some(1_700_000_000));
        assert_eq!(outcome.decoded.expires, Some(1_700_086_400));
        assert_eq!(outcome.decoded.lifetime, Some(Lifetime::Short));
        assert!(outcome.decoded.facts.iter().all(|f| !f.value.contains("s3cr3t")));
    }

    #[test]
    fn no_end_is_static_and_an_unreadable_end_is_unknown() {
        assert_eq!(run(&signed(&json!({}))).decoded.lifetime, Some(Lifetime::Static));
        let odd = run(&signed(&json!({"exp": "soon"})));
        assert_eq!((odd.decoded.lifetime, odd.decoded.expires), (None, None));
        let open = run(&signed(&json!({"exp": 1_700_000_000})));
        assert_eq!((open.decoded.lifetime, open.decoded.expires), (None, Some(1_700_000_000)));
    }

    #[test]
    fn unsigned_tokens_say_so_and_must_have_no_signature() {
        let none = token(&json!({"alg": "none"}), &json!({"sub": "a"}), b"");
        assert_eq!(testing::fact(&run(&none), "algorithm"), Some("none (unsigned)"));
        assert_eq!(run(&format!("{none}AAAA")).verdict, Verdict::Rejected);
        let unsigned = token(&json!({"alg": "HS256"}), &json!({"sub": "a"}), b"");
        assert_eq!(run(&unsigned).verdict, Verdict::Rejected);
    }

    #[test]
    fn encrypted_tokens_have_five_parts() {
        let header = BASE64URL_NOPAD.encode(br#"{"alg":"dir","enc":"A256GCM"}"#);
        let outcome = run(&format!("{header}..AAAA.AAAA.AAAA"));
        assert_eq!(testing::fact(&outcome, "claims"), Some("encrypted"));
        assert_eq!(outcome.decoded.lifetime, None);
        assert_eq!(run(&format!("{header}..AAAA.AAAA")).verdict, Verdict::Rejected);
        assert_eq!(run(&format!("{header}..AAAA..AAAA")).verdict, Verdict::Rejected);
    }

    #[test]
    fn a_prefix_before_the_token_is_skipped() {
        let value = format!("vendor-{}", signed(&json!({"sub": "a"})));
        assert_eq!(testing::fact(&run(&value), "subject"), Some("a"));
    }

    #[test]
    fn anything_else_is_rejected() {
        let good = signed(&json!({"sub": "a"}));
        let cut = good.rsplit_once('.').map(|(head, _)| head.to_owned()).unwrap_or_default();
        let list = token(&json!(["alg"]), &json!({}), b"x");
        let headless = token(&json!({"typ": "JWT"}), &json!({}), b"x");
        for value in
            ["", "eyJ", "eyJ.eyJ.x", "a.b.c", &cut, &list, &headless, &format!("{good}.x.y.z")]
        {
            assert_eq!(run(value).verdict, Verdict::Rejected, "{value}");
        }
        assert_eq!(run(&format!("eyJ{}", "A".repeat(LONGEST))).verdict, Verdict::Rejected);
    }

    #[test]
    fn the_signature_of_the_documentation_is_a_placeholder() {
        let sample = ["SflKxwRJSMeKKF2QT4fw", "pMeJf36POk6yJV_adQssw5c"].concat();
        let good = signed(&json!({"sub": "1234567890"}));
        let (head, _) = good.rsplit_once('.').unwrap_or_default();
        assert_eq!(run(&format!("{head}.{sample}")).decoded.usability, [Usability::Placeholder]);
        assert!(run(&good).decoded.usability.is_empty());
    }

    #[test]
    fn service_account_tokens_of_both_kinds() {
        let legacy = signed(&json!({
            "iss": "kubernetes/serviceaccount",
            "kubernetes.io/serviceaccount/namespace": "prod",
            "kubernetes.io/serviceaccount/service-account.name": "deployer",
            "sub": "system:serviceaccount:prod:deployer",
        }));
        let outcome = (KUBERNETES.run)(legacy.as_bytes());
        assert_eq!(testing::fact(&outcome, "namespace"), Some("prod"));
        assert_eq!(testing::fact(&outcome, "service account"), Some("deployer"));
        assert_eq!(outcome.decoded.lifetime, Some(Lifetime::Static));
        let bound = signed(&json!({
            "iss": "https://kubernetes.default.svc", "iat": 1_700_000_000, "exp": 1_700_003_600,
            "kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "runner"}, "pod": {"name": "p-0"}},
        }));
        let outcome = (KUBERNETES.run)(bound.as_bytes());
        assert_eq!(testing::fact(&outcome, "service account"), Some("runner"));
        assert_eq!(testing::fact(&outcome, "pod"), Some("p-0"));
        assert_eq!(outcome.decoded.lifetime, Some(Lifetime::Short));
        let other = signed(&json!({"iss": "https://idp.example/", "sub": "alice"}));
        assert_eq!((KUBERNETES.run)(other.as_bytes()).verdict, Verdict::Rejected);
    }
}
