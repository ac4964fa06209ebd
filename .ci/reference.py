"""Parts of the book that are made from the code: tables of weights, keys of the configuration, fields of reports.

A page asks for one by `<!-- generated: NAME ARGUMENTS -->`; it ends at `<!-- end of what is generated -->`.
"""
import json
import os
import re

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
SCORE = "crates/detect/src/score.rs"
PART = re.compile(r"(<!-- generated: (\w+)((?: \w+)*) -->\n).*?(<!-- end of what is generated -->)", re.S)


def filled(text):
    """The text of a page with its generated parts as they should be."""
    def made(found):
        table = PARTS[found[2]](found[3].split())
        return f"{found[1]}\n{table}\n{found[4]}"
    return PART.sub(made, text)


def row(*cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def sentence(comment):
    """A comment as a cell of a table: without line ends and the full stop of a single sentence."""
    text = " ".join(comment.split())
    return text[:-1] if text.endswith(".") and ". " not in text else text


# Weights of the score

def weights(names):
    """Tables of classes of the score, with their points or percents."""
    source = read(SCORE)
    tables = []
    for name in names:
        block = re.search(rf"weighted! \{{\n((?:    ///[^\n]*\n)+)    {name.title()} \{{\n(.*?)\n    \}}", source, re.S)
        about, variants = block[1].replace("///", ""), block[2]
        unit = "%" if "percent" in about else ""
        text = row(f"`{name}`", "%" if unit else "points", "meaning") + "|---|--:|---|\n"
        for comment, label, points in re.findall(r'((?: *///[^\n]*\n)+) *\w+ = "([^"]+)" => (-?\d+),', variants + ","):
            signed = f"{int(points):+}" if "added" in about else points
            text += row(f"`{label}`", signed, sentence(comment.replace("///", "")))
        tables.append(text)
    return "\n".join(tables)


def steps(_):
    """What adds to the context by number."""
    source = read(SCORE)
    kinds = [("FILES", "files that contain it"), ("AGE", "days since it was first committed"),
             ("AUTHORS", "people who committed it"), ("FAN_OUT", "things in the same tree that it unlocks")]
    text = row("for", "added percent") + "|---|---|\n"
    for name, what in kinds:
        pairs = re.findall(r"\((\d+), (\d+)\)", re.search(rf"const {name}: .*?;", source)[0])
        text += row(what, ", ".join(f"+{percent} from {least}" for least, percent in pairs))
    each, most = re.search(r"const REPOSITORIES: .*? = \((\d+), (\d+)\);", source).groups()
    text += row("further repositories that contain it", f"+{each} each, +{most} at most")
    text += row("one value for production and something else", "+" + re.search(r"const REUSE: i64 = (\d+);", source)[1])
    return text


def limits(_):
    """The bounds of the context, and of classes."""
    source = read(SCORE)
    least, most = re.search(r"const CONTEXT_BOUNDS: .*? = \((\d+), (\d+)\);", source).groups()
    caps = re.findall(r"Authority::(\w+) => (\d+),", re.search(r"const fn cap\(.*?\n\}", source, re.S)[0])
    labels = dict(re.findall(r'(\w+) = "([^"]+)" => ', source))
    shown = ", ".join(f"`{labels[name]}` {cap}" for name, cap in caps)
    return f"The context stays between {least}% and {most}%. Some authorities have a highest score, whatever the context: {shown}.\n"


# Environment variables

ARGUMENT = re.compile(r"((?:^ *///[^\n]*\n)+) *#\[arg\((.*?)\)\]\n *pub (\w+):", re.M | re.S)


def environment(_):
    """The variables of options, as the command line declares them."""
    found = {}
    for path in ["src/cli.rs", *sorted(f"src/cli/{name}" for name in os.listdir(os.path.join(ROOT, "src/cli")))]:
        for comment, argument, field in ARGUMENT.findall(read(path)):
            variable = re.search(r'env = "(SPRAWL_\w+)"', argument)
            if variable and variable[1] not in found:
                long = re.search(r'long = "([\w-]+)"', argument)
                option = long[1] if long else field.replace("_", "-")
                found[variable[1]] = (option, sentence(comment.replace("///", "")))
    text = row("variable", "option", "meaning") + "|---|---|---|\n"
    return text + "".join(row(f"`{name}`", f"`--{option}`", what) for name, (option, what) in found.items())


# Commands

def commands(_):
    """All commands, as the command line declares them."""
    text = row("command", "what it does") + "|---|---|\n"
    for comment, name in re.findall(r"((?:^    ///[^\n]*\n)+)    (\w+)\(", enum("src/cli.rs", "Command"), re.M):
        text += row(f"`sprawl {name.lower()}`", sentence(comment.replace("///", "")))
    return text


def enum(path, name):
    """The variants of an enum in a source file."""
    return re.search(rf"enum {name} \{{\n(.*?)^\}}", read(path), re.M | re.S)[1]


# The action for GitHub

def action(_):
    """The inputs of `action.yml`."""
    inputs = re.search(r"^inputs:\n(.*?)^\w", read("action.yml"), re.M | re.S)[1]
    text = row("input", "default", "meaning") + "|---|---|---|\n"
    for name, body in re.findall(r"^  ([\w-]+):\n((?:    .*\n|\n)+)", inputs, re.M):
        about = re.search(r"description: (?:[>|]-?\n)?((?:.*\n)(?:      .*\n)*)", body)[1]
        default = re.search(r"default: (.*)", body)
        value = default[1].strip().strip('"') if default else ""
        text += row(f"`{name}`", f"`{value}`" if value else "", sentence(about.strip('" \n')))
    return text


# Schemas

class Schema:
    """A JSON Schema (draft 7), as `sprawl schema` prints it; a test holds the file against the program."""

    def __init__(self, name):
        self.root = json.loads(read(f"docs/schemas/{name}.json"))
        self.definitions = self.root.get("definitions", {})
        # Enumerations whose values have a section of their own.
        self.shown = set()

    def resolved(self, schema):
        """The schema itself, what it refers to put in place; and the name of the definition, if it has one."""
        name, schema = None, dict(schema)
        for key in ("allOf", "anyOf", "oneOf"):
            options = [option for option in schema.get(key, []) if option.get("type") != "null"]
            if len(options) == 1:
                schema = {**options[0], **{k: v for k, v in schema.items() if k != key}}
        while "$ref" in schema:
            name = schema.pop("$ref").rsplit("/", 1)[-1]
            schema = {**self.definitions[name], **schema}
        return name, schema

    def type_of(self, schema):
        """The type for people; with the section that has its values, if there is one."""
        name, schema = self.resolved(schema)
        values = self.values(schema)
        if name in self.shown:
            return f"[{name}](#{anchor(name)})"
        if values:
            return " / ".join(f"`{value}`" for value in values)
        kinds = schema.get("type", "object" if "properties" in schema else "any")
        kinds = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
        of = {"string": "text", "integer": "number", "number": "number", "boolean": "true or false"}
        kind = kinds[0] if kinds else "any"
        if kind == "array":
            items = schema.get("items", {})
            if isinstance(items, list) or "prefixItems" in items:
                return "pair"
            inner = self.type_of(items) if items not in ({}, True) else "any"
            return f"list of {inner}"
        if kind == "object" and name and schema.get("properties"):
            return f"[{name}](#{anchor(name)})"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return f"map to {self.type_of(schema['additionalProperties'])}"
        return of.get(kind, "map" if kind == "object" else kind)

    def values(self, schema):
        """The values of an enumeration."""
        if "const" in schema:
            return [schema["const"]]
        if "enum" in schema:
            return [value for value in schema["enum"] if value is not None]
        options = [self.resolved(option)[1] for option in schema.get("oneOf", [])]
        if options and all("const" in option or "enum" in option for option in options):
            return [value for option in options for value in self.values(option)]
        return []

    def meanings(self, schema):
        """What each value of an enumeration means, if that is said; of an object with one key, what the key means."""
        found = []
        for option in schema.get("oneOf", []):
            option = self.resolved(option)[1]
            names = self.values(option) or list(option.get("properties", {}))
            found += [(name, option["description"]) for name in names if option.get("description")]
        return found


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def as_toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)


def configuration(_):
    """The keys of `sprawl.toml`, section by section."""
    schema = Schema("config")
    top, sections = [], []
    for key, of in schema.root["properties"].items():
        (sections if schema.resolved(of)[1].get("properties") else top).append((key, of))
    text = "## Top level\n\n" + keys(schema, dict(top), set())
    for key, of in sections:
        text += section(schema, key, of)
    return text


def section(schema, path, of):
    """A table of TOML, and the tables in it."""
    name, of = schema.resolved(of)
    about = schema.definitions.get(name, of).get("description", "")
    text = f"\n## [{path}]\n\n{' '.join(about.split())}\n\n"
    tables = {}
    for key, value in of["properties"].items():
        resolved = schema.resolved(value)[1]
        is_table = resolved.get("properties") or isinstance(resolved.get("additionalProperties"), dict)
        if is_table:
            tables[key] = value
    text += keys(schema, of["properties"], set(tables)) if len(tables) < len(of["properties"]) else ""
    for key, value in tables.items():
        resolved = schema.resolved(value)[1]
        names = resolved.get("properties") or {}
        text += f"\n### [{path}.{key}]\n\n{' '.join(resolved.get('description', '').split())}\n"
        if names:
            text += "\nKeys: " + ", ".join(f"`{name}`" for name in names) + ".\n"
            kind = schema.resolved(next(iter(names.values())))[1]
            if "minimum" in kind:
                text += f"Each is a number from {kind['minimum']} to {kind['maximum']}.\n"
    return text


def keys(schema, properties, but):
    text = row("key", "type", "default", "meaning") + "|---|---|---|---|\n"
    for key, value in properties.items():
        if key in but:
            continue
        resolved = schema.resolved(value)[1]
        default = resolved.get("default")
        shown = f"`{as_toml(default)}`" if default is not None else ""
        text += row(f"`{key}`", schema.type_of(value), shown, sentence(resolved.get("description", "")))
    return text


def report(_):
    """The fields of the JSON report, object by object, and the values of its enumerations."""
    schema = Schema("report")
    objects = {"Report": schema.root}
    waiting, enumerations = list(objects.values()), {}
    while waiting:
        for value in fields(schema, waiting.pop(0)).values():
            for name in referred(schema, value):
                of = schema.definitions[name]
                if schema.meanings(of):
                    enumerations[name] = of
                elif of.get("properties") and name not in objects:
                    objects[name] = of
                    waiting.append(of)
    schema.shown = set(enumerations)
    text = ""
    for name, of in objects.items():
        text += heading(2, name, of) + row("field", "type", "meaning") + "|---|---|---|\n"
        required = of.get("required", [])
        for key, value in fields(schema, of).items():
            about = sentence(schema.resolved(value)[1].get("description", ""))
            text += row(f"`{key}`", schema.type_of(value), about + ("" if key in required else " (optional)"))
        text += "\n"
    text += "## Values\n\n"
    for name, of in enumerations.items():
        text += heading(3, name, of) + row("value", "meaning") + "|---|---|\n"
        text += "".join(row(f"`{value}`", sentence(about)) for value, about in schema.meanings(of)) + "\n"
    return text


def heading(level, name, of):
    return f"{'#' * level} {name}\n\n" + " ".join(of.get("description", "").split()) + "\n\n"


def fields(schema, of):
    """The fields of an object, with those of objects that are flattened into it."""
    all_fields = dict(of.get("properties", {}))
    for key in ("allOf", "anyOf", "oneOf"):
        for option in of.get(key, []):
            all_fields |= fields(schema, schema.resolved(option)[1])
    return all_fields


def referred(schema, value):
    """The names of the definitions that a field refers to."""
    name, resolved = schema.resolved(value)
    if name:
        yield name
    for inner in (resolved.get("items"), resolved.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from referred(schema, inner)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


PARTS = {"commands": commands, "action": action, "environment": environment, "weights": weights, "steps": steps, "limits": limits, "configuration": configuration, "report": report}
