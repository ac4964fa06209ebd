//! What the JSON Schema of the configuration says of weights: points and percents, with their bounds.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{Authority, Environment, Exposure, Lifetime, Reach, Usability};
use crate::schemas::{map_of, number};

pub(super) fn authority(_: &mut SchemaGenerator) -> Schema {
    map_of(Authority::ALL.iter().map(|class| class.name()), &number(0, 100))
}

pub(super) fn reach(_: &mut SchemaGenerator) -> Schema {
    map_of(Reach::ALL.iter().map(|class| class.name()), &number(0, 100))
}

pub(super) fn lifetime(_: &mut SchemaGenerator) -> Schema {
    map_of(Lifetime::ALL.iter().map(|class| class.name()), &number(0, 100))
}

pub(super) fn usability(_: &mut SchemaGenerator) -> Schema {
    map_of(Usability::ALL.iter().map(|class| class.name()), &number(0, 100))
}

pub(super) fn environment(_: &mut SchemaGenerator) -> Schema {
    map_of(Environment::ALL.iter().map(|class| class.name()), &number(-100, 100))
}

pub(super) fn exposure(_: &mut SchemaGenerator) -> Schema {
    map_of(Exposure::ALL.iter().map(|class| class.name()), &number(-100, 100))
}

pub(super) fn steps(_: &mut SchemaGenerator) -> Schema {
    let pair = json_schema!({
        "type": "array",
        "items": [{ "type": "integer", "minimum": 0 }, number(0, 100)],
        "minItems": 2,
        "maxItems": 2,
    });
    json_schema!({ "type": "array", "items": pair })
}

pub(super) fn percent(_: &mut SchemaGenerator) -> Schema {
    number(0, 100)
}
