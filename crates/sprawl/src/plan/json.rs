//! A plan for programs.

use serde::Serialize;

use super::Plan;

/// Changes whenever a reader would have to.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    #[serde(flatten)]
    plan: &'a Plan,
}

/// The plan as one JSON document.
pub fn written(plan: &Plan) -> String {
    let document = Document { schema_version: SCHEMA_VERSION, plan };
    sprawl_detect::text::json::pretty_text(&document)
        .expect("texts and numbers can always be written as JSON")
}
