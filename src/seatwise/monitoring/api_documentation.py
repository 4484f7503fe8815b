"""The OpenAPI description as a page shows it, in the language of whoever reads it."""

from typing import Any

from django.utils.translation import gettext

from seatwise.monitoring.api import parameters


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """What the template shows: operations with their parameters and answers, and the parts of answers."""
    return {
        "operations": [
            operation_of(method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ],
        "parts": [
            (name, [field_of(field, part) for field, part in found.get("properties", {}).items()])
            for name, found in schema.get("components", {}).get("schemas", {}).items()
        ],
    }


def operation_of(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    in_path = [one for one in operation.get("parameters", []) if one["in"] == "path"]
    return {
        "method": method.upper(),
        "path": path,
        "in_path": [one["name"] for one in in_path],
        "parameters": [(one["name"], type_of(one["schema"]), one["description"]) for one in parameters_of(operation)],
        "answers": [
            (status, type_of(content["schema"]))
            for status, answer in operation["responses"].items()
            for content in answer.get("content", {}).values()
        ],
    }


def parameters_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What it is asked with, besides its address: parameters, headers and the fields of its body."""
    if operation["operationId"] == "usage":
        return parameters()
    others = [one for one in operation.get("parameters", []) if one["in"] != "path"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        fields = content["schema"].get("properties", {})
        others += [{"name": name, "schema": part, "description": part["description"]} for name, part in fields.items()]
    return [{**one, "description": gettext(one["description"])} for one in others]


def field_of(name: str, part: dict[str, Any]) -> tuple[str, str, str]:
    """A field: name, type, what it is."""
    return name, type_of(part), gettext(part["description"]) if part.get("description") else ""


def type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{type_of(schema['items'])}]"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    bounds = [str(schema[key]) for key in ("minimum", "maximum") if key in schema]
    pattern = " YYYY-MM" if "pattern" in schema else ""
    text = f"{schema.get('type', '')} {schema.get('format', '')}".strip() + pattern
    return f"{text} ({'–'.join(bounds)})" if len(bounds) == 2 else f"{text} (≥ {bounds[0]})" if bounds else text
