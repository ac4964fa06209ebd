//! Passwords that a service of a compose file is started with: they are good at that service, which
//! lives in the network that the file makes.

use super::block::{Block, assignment, indentation};
use super::words::{humps, parts};

/// How much of a service is looked at, in lines.
const LINES: usize = 200;

/// Words of names that tell nothing of whose password it is.
const COMMON: &[&str] = &[
    "password",
    "pass",
    "passwd",
    "pwd",
    "root",
    "admin",
    "user",
    "username",
    "default",
    "initdb",
    "security",
    "bootstrap",
    "secret",
    "key",
    "auth",
    "data",
    "service",
    "server",
    "docker",
];

/// What images call themselves in names, where that is not a part of the name of the image.
const CALLED: &[(&str, &str)] = &[
    ("grafana", "gf"),
    ("keycloak", "kc"),
    ("mariadb", "mysql"),
    ("percona", "mysql"),
    ("postgis", "postgres"),
    ("timescaledb", "postgres"),
    ("mssql", "sa"),
];

/// Whether a name in a service's `environment` is one that its own image reads: `POSTGRES_PASSWORD` of
/// `image: postgres`, and not `SMTP_PASSWORD` of the same service.
pub(super) fn is_of_the_service(text: &[u8], block: &Block, name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    let [(environment, _), (service, at), (services, _), ..] = block.enclosing.as_slice() else {
        return false;
    };
    if environment != "environment" || services != "services" {
        return false;
    }
    let mut lines = text[*at..].split(|b| *b == b'\n').take(LINES);
    let own = lines.next().and_then(indentation).unwrap_or_default();
    let inside = lines.take_while(|line| indentation(line).is_none_or(|indent| indent > own));
    let image = inside
        .filter_map(|line| assignment(line.trim_ascii()))
        .find_map(|(key, value)| (key == "image").then_some(value))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let words = humps(name);
    let of_image: Vec<&str> = parts(&image).chain(parts(service)).collect();
    words.iter().filter(|word| !COMMON.contains(&word.as_str())).any(|word| {
        of_image.iter().any(|part| {
            let is_part = word.len() >= 4 && part.contains(word.as_str());
            let begins = part.len() >= 4 && word.contains(part);
            part == word
                || is_part
                || begins
                || CALLED.iter().any(|(image, called)| part.contains(image) && called == word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprawl_detect::text::LineSpans;

    /// The block around the word SECRET in a text.
    fn block(text: &[u8]) -> Block {
        let at = memchr::memmem::find(text, b"SECRET").unwrap();
        let line = LineSpans::new(text).around(at);
        Block::around(text, &line, Block::level(&text[line.start..at]))
    }

    fn is_own(image: &str, name: &str) -> bool {
        let text = format!(
            "services:\n  db:\n    environment:\n      {name}: SECRET\n    image: {image}\n  other:\n    image: x\n"
        );
        is_of_the_service(text.as_bytes(), &block(text.as_bytes()), Some(name))
    }

    #[test]
    fn a_service_has_passwords_of_its_own_and_of_others() {
        for (image, name) in [
            ("postgres:16", "POSTGRES_PASSWORD"),
            ("mariadb", "MYSQL_ROOT_PASSWORD"),
            ("docker.io/bitnami/postgresql", "POSTGRESQL_PASSWORD"),
            ("mongo:7", "MONGO_INITDB_ROOT_PASSWORD"),
            ("quay.io/keycloak/keycloak", "KC_BOOTSTRAP_ADMIN_PASSWORD"),
            ("grafana/grafana-oss", "GF_SECURITY_ADMIN_PASSWORD"),
            ("minio/minio", "MINIO_ROOT_PASSWORD"),
            ("docker.elastic.co/elasticsearch/elasticsearch", "ELASTIC_PASSWORD"),
            ("rabbitmq:3-management", "RABBITMQ_DEFAULT_PASS"),
            ("osixia/openldap", "LDAP_ADMIN_PASSWORD"),
        ] {
            assert!(is_own(image, name), "{image} {name}");
        }
        for (image, name) in [
            ("acme/app", "SMTP_PASSWORD"),
            ("postgres:16", "STRIPE_PASSWORD"),
            ("acme/app", "POSTGRES_PASSWORD"),
            ("postgres:16", "PASSWORD"),
        ] {
            assert!(!is_own(image, name), "{image} {name}");
        }
        let elsewhere = b"environment:\n  POSTGRES_PASSWORD: SECRET\n";
        assert!(!is_of_the_service(elsewhere, &block(elsewhere), Some("POSTGRES_PASSWORD")));
    }
}
