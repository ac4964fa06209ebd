//! The JSON Schema of rule files, and the names that their fields may have.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::schema::RuleFile;
use super::{Detector, Form, Kind};
use crate::checks::CHECKS;
use crate::schemas::{one_of, tidy};
use crate::score::{Authority, Lifetime, Reach, Usability};

/// The schema of a rule file.
pub fn rule_file() -> Schema {
    tidy(SchemaSettings::draft07().into_generator().into_root_schema_for::<RuleFile>())
}

pub(super) fn id(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[a-z0-9-]+$" })
}

pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
    one_of(Kind::ALL.iter().map(|(_, name)| *name))
}

pub(super) fn form(_: &mut SchemaGenerator) -> Schema {
    one_of(Form::NAMED.iter().map(|(_, name)| *name))
}

pub(super) fn detector(_: &mut SchemaGenerator) -> Schema {
    one_of(Detector::NAMED.iter().map(|(_, name)| *name))
}

pub(super) fn check(_: &mut SchemaGenerator) -> Schema {
    one_of(CHECKS.iter().map(|check| check.name))
}

pub(super) fn authority(_: &mut SchemaGenerator) -> Schema {
    one_of(Authority::ALL.iter().map(|class| class.name()))
}

pub(super) fn reach(_: &mut SchemaGenerator) -> Schema {
    one_of(Reach::ALL.iter().map(|class| class.name()))
}

pub(super) fn lifetime(_: &mut SchemaGenerator) -> Schema {
    one_of(Lifetime::ALL.iter().map(|class| class.name()))
}

pub(super) fn usability(_: &mut SchemaGenerator) -> Schema {
    one_of(Usability::ALL.iter().map(|class| class.name()))
}
