"""Minted values in the notations of files: what generators and people make, and what stands in their
place and is none. The labelled corpus has hardly any value with brackets, percent or dollar signs, and few
passwords that people chose for something that they deploy. Deterministic for a seed."""
import os
import random

LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
LETTERS = LOWER + LOWER.upper() + DIGITS
SHELL_SAFE = "!@%^*_-+=.:?~/,"
ALL = "!#$%&()*+,-./:;<=>?@[]^_{|}~"
PASSWORDS = """DB_PASSWORD MYSQL_ROOT_PASSWORD POSTGRES_PASSWORD REDIS_PASSWORD SMTP_PASSWORD MAIL_PASSWORD
    ADMIN_PASSWORD FTP_PASS password passwd db_password admin_password dbPassword adminPwd
    spring.datasource.password ldap_bind_password wifi_passphrase rabbitmq_password userPassword
    ADMIN_PASS""".split()
SECRETS = """SECRET_KEY JWT_SECRET APP_SECRET ENCRYPTION_KEY SESSION_SECRET client_secret clientSecret
    signing_key secretKey API_KEY AUTH_KEY AUTH_TOKEN API_TOKEN access_token apiKey authToken
    webhook_secret private_token MASTER_KEY COOKIE_SECRET WEBHOOK_TOKEN""".split()
# Names that mean a key of a store as well: only what has signs of all sorts is a secret there.
KEYS = SECRETS + ["LOGGED_IN_KEY", "NONCE_KEY", "CRYPT_KEY", "DATA_KEY"]
WORDS = """summer winter autumn spring dragon monkey tiger falcon rocket coffee pepper silver golden purple
    orange hunter shadow river mountain ocean forest flower happy lucky cookie banana postal cache admin
    server secure berlin london paris madrid tokyo austin denver company office garden kitchen piano
    guitar soccer hockey tennis maria peter anna thomas laura daniel sophie martin julia harbor""".split()
THINGS = """config secrets user account data client session value name field handler store file path input
    form service""".split()
TEXTS = """Enter your {w}|The {w} is required|Please type the {w} again|{w} of the {x} service|Forgot your {w}?
Must not be empty|the {x} {w} was rotated by {y}|Invalid {w} for {x}|use the {w} of the {x}
Confirm new {w}|not set|see the {x} documentation for details|ask the {x} team|stored in the {x} vault"""
PATHS = """/etc/{x}/{y}.conf ./{y}/{x}.pem /run/secrets/{x}_{y} ~/.{x}/{y} C:\\\\{x}\\\\{y}.txt {y}/{x}/{w}.key
    /var/lib/{x}/{y}.json https://{x}.net/{y} ../{x}/{y}.yml file:///srv/{x}/{y}"""
NAMES = """{x}_{y} {x}{Y} {XX}_{YY} {X}{Y} {x}-{y} {x}.{y} {y}_{x}_{w} {x}{Y}{W} get{Y}{X} {x}.{y}.{w} app_{x}_{y}
    {XX}"""
TEMPLATES = """${{{XX}_{YY}}}|{{{{ {x}_{y} }}}}|%({x})s|<{x}-{y}>|<your {y}>|${XX}_{YY}|$({x} {y})|{{{x}}}|%{XX}%
#{{{x}}}|${{{XX}:-{y}}}|__{XX}__|{x}({y})|<%= {x} %>|${{{{ secrets.{XX} }}}}|[{XX}]"""

# By suffix: lines with {N} (capitals) or {n} for the name, the quote that may not stand in the value, and
# lines around.
NOTATIONS = {
    ".env": ([("{N}={v}", ""), ('{N}="{v}"', '"'), ("{N}='{v}'", "'")],
             ["APP_PORT=8080", "DB_HOST=db.internal", "DB_USER=app", "LOG_LEVEL=info"]),
    ".yml": ([("{n}: {v}", ""), ('{n}: "{v}"', '"'), ("  {n}: '{v}'", "'")],
             ["host: db", "port: 5432", "user: app", "debug: false"]),
    ".list.yml": ([("      - {N}={v}", ""), ('      - "{N}={v}"', '"')],
                  ["    environment:", "      - TZ=UTC", "    image: postgres:16", "      - DB_USER=app"]),
    ".kube.yml": ([('        - name: {N}\n          value: "{v}"', '"'),
                   ("        - name: {N}\n          value: {v}", "")],
                  ["        - name: LOG_LEVEL\n          value: info"]),
    ".properties": ([("app.{n}={v}", ""), ("{n} = {v}", "")], ["app.port=8080", "app.user=app", "app.host=db"]),
    ".ini": ([("{n} = {v}", ""), ("{n}={v}", "")], ["host = db", "port = 5432", "user = app", "[main]"]),
    ".py": ([('{n} = "{v}"', '"'), ("    {n}='{v}',", "'"), ('app.config["{N}"] = "{v}"', '"')],
            ["import os", "DEBUG = False", 'host = "db"', 'user = "app"']),
    ".json": ([('  "{n}": "{v}",', '"')], ['  "host": "db",', '  "port": 5432,', '  "user": "app",']),
    ".tf": ([('  {n} = "{v}"', '"'), ('  {n}          = "{v}"', '"')],
            ['  name = "main"', '  engine = "postgres"', '  username = "app"']),
    ".sh": ([("export {N}='{v}'", "'"), ('{N}="{v}"', '"'), ("export {N}={v}", "")],
            ["export PORT=8080", "set -e", "echo ready"]),
    ".php": ([("define('{N}', '{v}');", "'"), ("  '{n}' => '{v}',", "'"), ("${n} = '{v}';", "'")],
             ["define('DB_NAME', 'shop');", "$host = 'db';"]),
    ".go": ([('\t{n} := "{v}"', '"'), ('const {n} = "{v}"', '"')], ['\thost := "db"', "package main"]),
    ".java": ([('    private static final String {N} = "{v}";', '"')], ["    private int port = 8080;"]),
    ".js": ([("const {n} = '{v}';", "'"), ("  {n}: '{v}',", "'")], ["const port = 8080;", "  host: 'db',"]),
    ".toml": ([('{n} = "{v}"', '"')], ["port = 8080", 'host = "db"']),
    ".dockerfile": ([("ENV {N}={v}", ""), ("ENV {N} {v}", "")], ["FROM alpine:3", "ENV PORT 8080"]),
}


class Mint:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.one = self.random.choice

    def below(self, share):
        return self.random.random() < share

    def signs(self, alphabet, length):
        return "".join(self.one(alphabet) for _ in range(length))

    def generated(self, kind):
        length = self.one([10, 12, 14, 16, 18, 20, 20, 24, 28, 32, 32, 40, 48, 64])
        if kind == "hex":
            return self.signs("0123456789abcdef", self.one([24, 32, 40, 48, 64]))
        if kind == "base64":
            return self.signs(LETTERS + "+/", self.one([22, 43, 27, 62])) + "=" * self.one([1, 2])
        if kind == "foreign":
            value = list(self.signs(LETTERS + SHELL_SAFE, length))
            value[self.random.randrange(len(value))] = self.one("\u20ac\u00e4\u00f6\u00fc\u00df\u00e9\u00f1\u00e7\u00f8\u00a7\u00a3")
            return "".join(value)
        if kind == "lower":
            return self.signs(LOWER, self.one([11, 12, 14, 16, 20]))
        alphabet = {"letters": LETTERS, "lower-digits": LOWER + DIGITS,
                    "shell-safe": LETTERS + SHELL_SAFE, "all": LETTERS + ALL}[kind]
        return self.signs(alphabet, length)

    def human(self):
        word = self.one(WORDS)
        word = self.one([word.capitalize(), word.capitalize(), word, word.upper()])
        if self.below(0.35):
            word += self.one(["", "_", "-", "."]) + self.one(WORDS).capitalize()
        if self.below(0.3):
            word = word.translate(str.maketrans({self.one("aeios"): self.one("@3105$!")}))
        number = self.one([str(self.random.randrange(1950, 2027)), str(self.random.randrange(100)),
                           str(self.random.randrange(1000, 10000)), "123", "1234", "456"])
        sign = self.one(["!", "!", "!", "#", "$", "@", "?", "*", "!!", ""])
        return self.one([word + number + sign, word + sign + number, word + "@" + number, number + word + sign])

    def none(self, kind):
        w, x, y = self.one(WORDS), self.one(WORDS), self.one(THINGS)
        forms = {"text": TEXTS.replace("\n", "|").split("|"), "path": PATHS.split(), "name": NAMES.split(),
                 "template": TEMPLATES.replace("\n", "|").split("|")}[kind]
        if kind == "text":
            w = self.one(["password", "token", "secret", "key"])
        return self.one(forms).format(w=w, x=x, y=y, W=w.capitalize(), X=x.capitalize(), Y=y.capitalize(),
                                      XX=x.upper(), YY=y.upper())

    def text(self, names, value, is_secret):
        """A file, its suffix, and the value as it stands there."""
        suffix = self.one(sorted(NOTATIONS))
        forms, around = NOTATIONS[suffix]
        form, quote = self.one(forms)
        name = self.one(names)
        for sign in [quote, "\\" if quote == '"' else ""]:
            value = value.replace(sign, "") if sign else value
        if not quote and is_secret:
            for sign in " '\"#":
                value = value.replace(sign, "")
            value = value if value[0].isalnum() else "k" + value
        lines = list(around)
        self.random.shuffle(lines)
        at = self.random.randrange(len(lines) + 1)
        capitals = name.replace(".", "_").upper()
        if suffix in (".yml", ".ini", ".tf", ".toml"):
            name = name.lower()
        if suffix not in (".properties", ".yml", ".ini"):
            name = name.replace(".", "_")
        line = form.replace("{N}", capitals).replace("{n}", name).replace("{v}", value)
        return suffix, "\n".join(lines[:at] + [line] + lines[at:]) + "\n", value


def mint(out, seed=1, count=60):
    """Writes files into a folder for each kind, below `secret` or `none`; returns path -> value."""
    values, made = {}, Mint(seed)

    def emit(label, kind, names, make, number):
        folder = os.path.join(out, label, kind)
        os.makedirs(folder, exist_ok=True)
        for index in range(number):
            suffix, text, value = made.text(names, make(), label == "secret")
            path = os.path.join(folder, f"{index:05}{suffix}")
            with open(path, "w", encoding="utf8") as file:
                file.write(text)
            values[path] = value

    for kind in ("letters", "hex", "lower", "lower-digits", "base64", "shell-safe", "all", "foreign"):
        emit("secret", f"password-{kind}", PASSWORDS, lambda: made.generated(kind), count)
        if kind not in ("lower", "foreign"):
            emit("secret", f"key-{kind}", KEYS if kind == "all" else SECRETS, lambda: made.generated(kind), count)
    emit("secret", "human", PASSWORDS, made.human, count * 6)
    for kind in ("text", "path", "name", "template"):
        emit("none", f"password-{kind}", PASSWORDS, lambda: made.none(kind), count * 2)
        emit("none", f"key-{kind}", SECRETS, lambda: made.none(kind), count * 2)
    return values
