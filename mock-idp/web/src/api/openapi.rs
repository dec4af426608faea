//! The OpenAPI document, out of the list of operations: what the router serves is what the document says.

use super::{Field, Kind, Operation, Verb, operations};
use crate::world::World;
use serde_json::{Map, Value, json};

/// The document (OpenAPI 3.1).
pub(super) fn document(world: &World) -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(verb(operation.verb).to_owned(), described(operation, world));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "samlspec mock IdPs: control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Steers mock identity providers. Test software: public keys, no passwords.",
        },
        "servers": [{ "url": world.config.public_url }],
        "paths": paths,
        "components": { "schemas": { "Error": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": { "type": "string", "description": "What is wrong, naming the field." },
                "field": { "type": "string" },
                "found": { "type": "string" },
                "allowed": { "type": "array", "items": { "type": "string" } },
            },
        }}},
    })
}

pub(super) fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Post => "post",
        Verb::Put => "put",
        Verb::Delete => "delete",
    }
}

fn described(operation: &Operation, world: &World) -> Value {
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.about,
        "responses": {
            operation.success.to_string(): { "description": "Done.", "content": json_of(json!({})) },
            "400": {
                "description": "A field is wrong.",
                "content": json_of(json!({ "$ref": "#/components/schemas/Error" })),
            },
        },
    });
    let in_query = matches!(operation.verb, Verb::Get | Verb::Delete);
    let fields = if in_query { parameters(operation, world) } else { json!(null) };
    if let Some(object) = described.as_object_mut() {
        if in_query {
            object.insert("parameters".to_owned(), fields);
        } else {
            let schema = properties(operation, world);
            object.insert("requestBody".to_owned(), json!({ "required": false, "content": json_of(schema) }));
        }
    }
    described
}

fn parameters(operation: &Operation, world: &World) -> Value {
    let parameter = |field: &Field| {
        json!({
            "name": field.name, "in": "query", "required": field.required, "description": field.about,
            "schema": schema(field, world),
        })
    };
    operation.fields.iter().map(parameter).collect()
}

fn properties(operation: &Operation, world: &World) -> Value {
    let required: Vec<_> = operation.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let property = |field: &Field| {
        let mut schema = schema(field, world);
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".to_owned(), json!(field.about));
        }
        (field.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = operation.fields.iter().map(property).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn schema(field: &Field, world: &World) -> Value {
    match field.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "integer" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Object => json!({ "type": "object" }),
        Kind::List => json!({ "type": "array", "items": {} }),
        Kind::Word(words) => json!({ "type": "string", "enum": words(world) }),
    }
}
