//! JSON Schemas: what derived ones cannot say by themselves.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value};

/// A schema as editors show it best: descriptions without the line ends of comments, and no defaults of keys that
/// have none.
pub fn tidy(schema: Schema) -> Schema {
    let mut value = schema.to_value();
    tidy_value(&mut value);
    Schema::try_from(value).unwrap_or_default()
}

fn tidy_value(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                let paragraphs: Vec<String> =
                    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
                *text = paragraphs.join("\n\n");
            }
            // A property may be called so, too: then it is no value.
            if fields.get_mut("default").is_some_and(|default| {
                let is_known = default.get("type").is_none();
                is_known && is_nothing(default)
            }) {
                fields.shift_remove("default");
            }
            fields.values_mut().for_each(tidy_value);
        }
        Value::Array(all) => all.iter_mut().for_each(tidy_value),
        _ => {}
    }
}

/// Takes what is not set out of a default; whether nothing is left.
fn is_nothing(default: &mut Value) -> bool {
    if let Value::Object(fields) = default {
        fields.retain(|_, value| !is_nothing(value));
        return fields.is_empty();
    }
    default.is_null()
}

/// A map with these keys and no others, each with values of one kind.
pub fn map_of(keys: impl Iterator<Item = &'static str>, value: &Schema) -> Schema {
    let properties: Map<String, Value> =
        keys.map(|key| (key.to_owned(), value.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A text that is one of these.
pub(crate) fn one_of(names: impl Iterator<Item = &'static str>) -> Schema {
    json_schema!({ "type": "string", "enum": names.collect::<Vec<_>>() })
}

/// A number from `least` to `most`.
pub(crate) fn number(least: i64, most: i64) -> Schema {
    json_schema!({ "type": "integer", "minimum": least, "maximum": most })
}
