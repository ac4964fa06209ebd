//! An inventory for programs.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::Inventory;

/// Changes whenever a reader would have to.
const SCHEMA_VERSION: u32 = 1;

/// Inventory of machine identities, as `sprawl inventory -f json` writes it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Inventory of sprawl")]
struct Document<'a> {
    /// Version of this form.
    schema_version: u32,
    #[serde(flatten)]
    inventory: &'a Inventory,
}

/// The schema of the document.
pub fn schema() -> schemars::Schema {
    let settings = SchemaSettings::draft07().for_serialize();
    sprawl_detect::schemas::tidy(
        settings.into_generator().into_root_schema_for::<Document<'static>>(),
    )
}

/// The inventory as one JSON document.
pub fn written(inventory: &Inventory) -> String {
    let document = Document { schema_version: SCHEMA_VERSION, inventory };
    sprawl_detect::text::json::pretty_text(&document)
        .expect("texts and numbers can always be written as JSON")
}
