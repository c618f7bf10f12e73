#!/usr/bin/env python3
"""Writes the table of fields that the validation of manifests uses, from the source of the crate k8s-openapi.

    scripts/kubernetes-fields.py PATH/k8s-openapi-0.29.0/src/v1_37 > fields/kubernetes.txt

The first lines are `kind apiVersion type` for each kind of object. Each line after the empty one is a type with its fields as
`name:type`; `name!:type` is required. A type is `s` (string), `b` (boolean), `i` (integer), `n` (number), `q` (number or string),
`x` (integer or string), `o` (any mapping), `*` (any value), `[T` (list), `{T` (mapping of names) or the name of another line.
"""
import json
import pathlib
import re
import sys

SCALARS = {"string": "s", "boolean": "b", "integer": "i", "number": "n"}
# Their schema says nothing of their fields.
ANY = {"JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"}
REQUIRED = {
    "api::core::v1::Event": {"metadata"},
    "api::resource::v1alpha3::ResourcePoolStatusRequest": {"metadata"},
    "api::apiserverinternal::v1alpha1::StorageVersion": {"metadata"},
}
# Nothing of these kinds is stored, so there are no lists of them.
NO_LIST = {"Binding", "Eviction", "Scale", "Status", "TokenRequest"}


def schema_of(source):
    """The schema in a file, with `$ref` in place of calls."""
    text = source.split("crate::schemars::json_schema!(", 1)[1]
    text = text[: text.index("\n        })\n    }") + len("\n        }")]
    reference = r"__gen\.subschema_for::<crate::([\w:]+)(?:<[^>]*>)?>\(\)"
    text = re.sub(
        r"\(\{\s*let mut schema_obj = " + reference + r";.*?schema_obj\s*\}\)", r'{"$ref": "\1"}', text, flags=re.S
    )
    text = re.sub(r"\(?" + reference + r"\)?", r'{"$ref": "\1"}', text)
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: "\\u%04x" % int(m.group(1), 16), text)
    return json.loads(re.sub(r",(\s*[\]}])", r"\1", text))


def main(root):
    schemas, kinds = {}, []
    for file in sorted(pathlib.Path(root).rglob("*.rs")):
        source = file.read_text()
        if "json_schema!" not in source or file.name == "list.rs":
            continue
        name = re.search(r"impl crate::schemars::JsonSchema for (\w+)", source)
        if not name:
            continue
        module = "::".join(file.relative_to(root).parts[:-1])
        path = f"{module}::{name.group(1)}"
        schemas[path] = schema_of(source)
        api_version = re.search(r'const API_VERSION: &\'static str = "(.*)";', source)
        kind = re.search(r'const KIND: &\'static str = "(.*)";', source)
        if api_version and kind and "metadata" in schemas[path].get("properties", {}):
            kinds.append((kind.group(1), api_version.group(1), path))

    # `Condition` for one of many versions, `v1beta1::Condition` for another.
    names = {}
    for path in sorted(schemas, key=lambda p: ("alpha" in p, "beta" in p, p)):
        short = path.split("::")[-1]
        parts = path.split("::")
        candidates = [short, parts[-2] + "." + short, ".".join(parts[-3:]), ".".join(parts)]
        names[path] = next(c for c in candidates if c not in names.values())

    def type_of(schema):
        if "$ref" in schema:
            target = schema["$ref"]
            if target.split("::")[-1] in ANY:
                return "*"
            if target not in schemas:
                sys.exit(f"unknown type {target}")
            found = schemas[target]
            if target.endswith("::IntOrString"):
                return "x"
            return names[target] if found.get("properties") else type_of(found)
        if schema.get("x-kubernetes-int-or-string"):
            return "q"
        kind = schema.get("type")
        if kind == "array":
            return "[" + type_of(schema["items"])
        if kind == "object":
            return "{" + type_of(schema["additionalProperties"]) if "additionalProperties" in schema else "o"
        return SCALARS.get(kind, "*")

    objects = {path for _, _, path in kinds}
    lines = {}
    for path, schema in schemas.items():
        required = set(schema.get("required", []))
        if path in objects:
            # The crate requires the metadata of every object; the API does not.
            required.discard("metadata")
            required |= {"metadata"} & REQUIRED.get(path, set())
        fields = []
        for name, field in schema.get("properties", {}).items():
            # The crate requires a name that may be empty; the API lets it be absent.
            if "effectively required" in json.dumps(field):
                required.discard(name)
            fields.append(f"{name}{'!' if name in required else ''}:{type_of(field)}")
        if fields:
            lines[names[path]] = fields
    roots = [(kind, version, names[path]) for kind, version, path in kinds]
    for kind, version, name in list(roots):
        if kind not in NO_LIST and not kind.endswith("Review"):
            lines[name + "List"] = ["apiVersion:s", "items!:[" + name, "kind:s", "metadata:ListMeta"]
            roots.append((kind + "List", version, name + "List"))
    needed, pending = set(), [name for _, _, name in roots]
    while pending:
        name = pending.pop()
        if name in lines and name not in needed:
            needed.add(name)
            pending += [re.sub(r"^[\[{]+", "", field.split(":", 1)[1]) for field in lines[name]]
    for root_line in sorted(roots):
        print(*root_line)
    print()
    for name in sorted(needed):
        print(name, *lines[name])


main(sys.argv[1])
