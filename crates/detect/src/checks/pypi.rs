//! PyPI upload tokens: registry, scope and end.

use serde_json::{Value, json};

use super::macaroon::{self, Macaroon};
use super::minting::{self, Random};
use super::statement::{add_json_fact, presentable};
use super::validity::unix;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::base64;
use crate::score::{Authority, Lifetime, Usability};
use crate::text::is_uuid;

/// `pypi-` and a macaroon in base64; proven when it is complete, plausible when it is not.
///
/// Source of the caveats: PyPI's `warehouse/macaroons/caveats`; JSON arrays that begin with a tag,
/// in older tokens JSON objects.
pub(super) const MACAROON: Check = Check {
    name: "pypi-macaroon",
    about: "Reads registry, scope and end from the macaroon inside a PyPI token.",
    run,
    mint: Some(mint),
};

/// What the caveats leave of an account.
#[derive(Default)]
struct Scope {
    /// Projects it is limited to; `None` while nothing limits it.
    projects: Option<Vec<Value>>,
    /// (start, end) in Unix seconds; the last one wins, as all must hold.
    validity: Option<(Option<i64>, i64)>,
    /// Issued to a trusted publisher.
    publisher: bool,
    /// A caveat that this check does not know.
    unknown: bool,
}

fn run(value: &[u8]) -> Outcome {
    let encoded = value.strip_prefix(b"pypi-").unwrap_or(value);
    let Some(bytes) = base64(encoded) else { return Outcome::unknown() };
    let Some(macaroon) = macaroon::parse(&bytes) else { return Outcome::unknown() };
    let registry = String::from_utf8_lossy(macaroon.location).into_owned();
    let known = matches!(registry.as_str(), "pypi.org" | "test.pypi.org");
    let mut decoded = Decoded::default();
    if known && is_uuid(macaroon.identifier) {
        decoded.add_fact("registry", registry.as_str());
        decoded.add_fact("token id", String::from_utf8_lossy(macaroon.identifier));
        if registry == "test.pypi.org" {
            decoded.usability.push(Usability::TestMode);
        }
        describe(&scope(&macaroon), &mut decoded);
        Outcome::proven(decoded)
    } else {
        Outcome::unknown()
    }
}

fn scope(macaroon: &Macaroon<'_>) -> Scope {
    let mut scope = Scope::default();
    for caveat in &macaroon.caveats {
        match serde_json::from_slice(caveat) {
            Ok(Value::Array(list)) => tagged(&list, &mut scope),
            Ok(Value::Object(object)) => legacy(&object, &mut scope),
            _ => scope.unknown = true,
        }
    }
    scope
}

fn tagged(list: &[Value], scope: &mut Scope) {
    match (list.first().and_then(Value::as_i64), list) {
        (Some(0), [_, end, start, ..]) => scope.until(start, end),
        (Some(1 | 2), [_, Value::Array(projects), ..]) => scope.projects = Some(projects.clone()),
        (Some(3), _) => {}
        (Some(4), _) => scope.publisher = true,
        _ => scope.unknown = true,
    }
}

fn legacy(object: &serde_json::Map<String, Value>, scope: &mut Scope) {
    let projects = object
        .get("permissions")
        .and_then(|p| p.get("projects"))
        .or_else(|| object.get("project_ids"))
        .and_then(Value::as_array);
    match (projects, object.get("exp"), object.get("permissions")) {
        (Some(projects), _, _) => scope.projects = Some(projects.clone()),
        (None, Some(end), _) => scope.until(object.get("nbf").unwrap_or(&Value::Null), end),
        (None, None, Some(Value::String(user))) if user == "user" => {}
        _ => scope.unknown = true,
    }
}

impl Scope {
    fn until(&mut self, start: &Value, end: &Value) {
        match unix(end) {
            Some(end) => self.validity = Some((unix(start), end)),
            None => self.unknown = true,
        }
    }
}

fn describe(scope: &Scope, decoded: &mut Decoded) {
    match &scope.projects {
        None if scope.publisher => {
            decoded.add_fact("scope", "projects of a trusted publisher");
            decoded.authority = Some(Authority::SingleResource);
        }
        None if scope.unknown => {}
        None => {
            decoded.add_fact("scope", "whole account");
            decoded.authority = Some(Authority::AccountWide);
        }
        Some(projects) => {
            let ids = projects.iter().filter_map(Value::as_str).all(|p| is_uuid(p.as_bytes()));
            let name = if ids { "project ids" } else { "projects" };
            add_json_fact(decoded, name, Some(&Value::Array(projects.clone())));
            let many =
                projects.iter().filter_map(Value::as_str).filter_map(presentable).count() > 1;
            let authority = if many { Authority::ServiceWide } else { Authority::SingleResource };
            decoded.authority = Some(authority);
        }
    }
    match scope.validity {
        Some((start, end)) => {
            decoded.issued = start;
            decoded.expires = Some(end);
            decoded.lifetime = start.map(|start| Lifetime::of_seconds(end.saturating_sub(start)));
        }
        None if scope.unknown => {}
        None => decoded.lifetime = Some(Lifetime::Static),
    }
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    const TEST: &[u8] = b"pypi-AgENdGVzdC5weXBpLm9yZw";
    let location: &[u8] = if value.starts_with(TEST) { b"test.pypi.org" } else { b"pypi.org" };
    let hex = data_encoding::HEXLOWER.encode(&minting::bytes(16, random));
    let id = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    let caveat = json!([3, id]).to_string();
    let mut bytes = vec![2];
    let mut field = |kind: u8, data: &[u8]| {
        bytes.push(kind);
        if kind != 0 {
            bytes.push(u8::try_from(data.len()).unwrap_or(0));
            bytes.extend_from_slice(data);
        }
    };
    field(1, location);
    field(2, id.as_bytes());
    field(0, b"");
    field(2, caveat.as_bytes());
    field(0, b"");
    field(0, b"");
    field(6, &minting::bytes(32, random));
    *value = format!("pypi-{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)).into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    const ID: &str = "00112233-4455-6677-8899-aabbccddeeff";

    fn made(location: &str, caveats: &[Value]) -> String {
        let caveats: Vec<String> = caveats.iter().map(Value::to_string).collect();
        let bytes = macaroon::tests::made(location, ID, &caveats);
        format!("pypi-{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }

    fn run(location: &str, caveats: &[Value]) -> Outcome {
        (MACAROON.run)(made(location, caveats).as_bytes())
    }

    #[test]
    fn tokens_begin_as_rules_say() {
        assert!(made("pypi.org", &[]).starts_with("pypi-AgEIcHlwaS5vcmc"));
        assert!(made("test.pypi.org", &[]).starts_with("pypi-AgENdGVzdC5weXBpLm9yZw"));
    }

    #[test]
    fn scope_decides_the_authority() {
        for (caveats, authority, lifetime) in [
            (vec![json!([3, ID])], Authority::AccountWide, Some(Lifetime::Static)),
            (vec![json!([1, ["one"]])], Authority::SingleResource, Some(Lifetime::Static)),
            (
                vec![json!([2, [ID]]), json!([3, ID])],
                Authority::SingleResource,
                Some(Lifetime::Static),
            ),
            (vec![json!([1, ["one", "two"]])], Authority::ServiceWide, Some(Lifetime::Static)),
            (
                vec![json!({"version": 1, "permissions": "user"})],
                Authority::AccountWide,
                Some(Lifetime::Static),
            ),
            (
                vec![json!({"version": 1, "permissions": {"projects": ["one"]}})],
                Authority::SingleResource,
                Some(Lifetime::Static),
            ),
            (
                vec![json!([0, 1_700_000_900, 1_700_000_000]), json!([4, ID])],
                Authority::SingleResource,
                Some(Lifetime::Short),
            ),
        ] {
            let outcome = run("pypi.org", &caveats);
            assert_eq!(outcome.verdict, Verdict::Proven);
            assert_eq!(outcome.decoded.authority, Some(authority), "{caveats:?}");
            assert_eq!(outcome.decoded.lifetime, lifetime, "{caveats:?}");
            assert_eq!(testing::fact(&outcome, "registry"), Some("pypi.org"));
        }
    }

    #[test]
    fn an_end_is_reported_and_not_judged() {
        for caveat in [
            json!([0, 1_700_000_900, 1_700_000_000]),
            json!({"exp": 1_700_000_900, "nbf": 1_700_000_000}),
        ] {
            let decoded = run("pypi.org", &[caveat]).decoded;
            assert_eq!(decoded.issued, Some(1_700_000_000));
            assert_eq!(decoded.expires, Some(1_700_000_900));
            assert!(decoded.usability.is_empty());
        }
    }

    #[test]
    fn unknown_caveats_leave_the_rule_its_say() {
        for caveat in [json!([99, "x"]), json!({"new": 1}), json!(7)] {
            let outcome = run("pypi.org", &[caveat]);
            assert_eq!(outcome.verdict, Verdict::Proven);
            assert_eq!((outcome.decoded.authority, outcome.decoded.lifetime), (None, None));
        }
    }

    #[test]
    fn the_test_index_is_test_mode() {
        assert_eq!(run("test.pypi.org", &[]).decoded.usability, [Usability::TestMode]);
        assert_eq!(run("elsewhere.example", &[]), Outcome::unknown());
    }

    #[test]
    fn broken_tokens_are_only_plausible() {
        let value = made("pypi.org", &[json!([3, ID])]);
        for n in 0..value.len() {
            assert_eq!((MACAROON.run)(&value.as_bytes()[..n]), Outcome::unknown(), "{n} bytes");
        }
        assert_eq!((MACAROON.run)(format!("{value}AAAA").as_bytes()), Outcome::unknown());
        assert_eq!((MACAROON.run)(b"pypi-\xff\xff"), Outcome::unknown());
    }
}
