#!/usr/bin/env bash
# Writes containers of every kind into the corpora of `nest`, `archives`, `compression`, `documents`, `images`
# and `decoders`, to start from. Run from fuzz/. Needs python3; uses what else is there of ar, cpio, rpmbuild,
# zstd, lz4, brotli, 7z, git and javac.
set -euo pipefail
mkdir -p corpus/{nest,archives,compression,documents,images,decoders}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" <<'PYTHON'
import base64, bz2, gzip, io, json, lzma, mailbox, py_compile, quopri, sqlite3, sys, tarfile, zipfile, zlib
from email.message import EmailMessage
from pathlib import Path

work = Path(sys.argv[1])
text = "".join(f"DB_PASSWORD_{i}=value{i}\n" for i in range(40)).encode()

def save(name, data):
    (work / name).write_bytes(data)

save("plain.env", text)
for kind, number in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", number) as made:
        made.writestr("app/.env", text)
        made.writestr("../up", text)
        made.writestr("inner.gz", gzip.compress(text))
    save(f"{kind}.zip", out.getvalue())
for kind, number in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=number) as made:
        for name in ("app/.env", "long/" * 40 + "name"):
            if kind == "ustar" and len(name) > 90:
                continue
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            made.addfile(entry, io.BytesIO(text))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "app/.env"
        made.addfile(link)
    save(f"{kind}.tar", out.getvalue())
save("a.gz", gzip.compress(text) + gzip.compress(text))
save("a.bz2", bz2.compress(text))
save("a.xz", lzma.compress(text))
save("a.lzma", lzma.compress(text, format=lzma.FORMAT_ALONE))
save("a.zz", zlib.compress(text))
for size in (512, 4096):
    base = sqlite3.connect(work / f"a{size}.sqlite")
    base.execute(f"pragma page_size={size}")
    base.execute("create table t (id integer primary key, name text, value blob)")
    base.executemany("insert into t (name, value) values (?, ?)", [(f"n{i}", text[: i * 97]) for i in range(12)])
    base.execute("delete from t where id = 3")
    base.commit()
    base.close()
mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "settings"
mail.set_content("naïve: " + text.decode(), cte="quoted-printable")
mail.add_attachment(text, maintype="application", subtype="octet-stream", filename="a.env")
save("a.eml", mail.as_bytes())
box = mailbox.mbox(work / "a.mbox")
box.add(mail)
box.add(mail)
box.close()
stream = zlib.compress(b"BT /F1 12 Tf (DB_PASSWORD=value) Tj [(a) -20 (b)] TJ ET")
save("a.pdf", b"%PDF-1.7\n1 0 obj\n<</Length " + str(len(stream)).encode() + b"/Filter/FlateDecode>>\nstream\n" + stream + b"\nendstream\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
save("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["a = 1\n"], "outputs": [{"output_type": "stream", "name": "stdout", "text": ["DB_PASSWORD=value\n"]}]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode())
save("a.har", json.dumps({"log": {"version": "1.2", "entries": [{"request": {"method": "GET", "url": "https://example.com/", "headers": [{"name": "Authorization", "value": "Bearer value"}], "postData": {"text": "a=b"}}, "response": {"content": {"encoding": "base64", "text": base64.b64encode(text).decode()}}}]}}).encode())
(work / "a.py").write_text("PASSWORD = 'value'\n")
py_compile.compile(str(work / "a.py"), cfile=str(work / "a.pyc"))
save("a.wasm", b"\0asm\x01\0\0\0" + b"\x00\x10\x04name" + b"DB_PASSWORD" + b"\x0b\x0f\x01\x00\x41\x00\x0b\x09DB=value1")

image = {"config": {"Env": ["A=b"], "Labels": {"a": "b"}}, "rootfs": {"type": "layers", "diff_ids": ["sha256:1"]}, "history": [{"created_by": "RUN a"}]}
parts = [b"f", b"manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"]}]).encode(), b"f", b"c.json", json.dumps(image).encode(), b"e", b"l/layer.tar", b"app/.wh..env", b"l", b"m/layer.tar", b"../l/layer.tar"]
Path("corpus/images/saved").write_bytes(b"\xff".join(parts))
index = {"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:2", "annotations": {"org.opencontainers.image.ref.name": "a"}}]}
manifest = {"config": {"digest": "sha256:3"}, "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:4"}]}
parts = [b"f", b"index.json", json.dumps(index).encode(), b"f", b"blobs/sha256/2", json.dumps(manifest).encode(), b"f", b"blobs/sha256/3", json.dumps(image).encode(), b"e", b"blobs/sha256/4", b"app/.wh..wh..opq"]
Path("corpus/images/layout").write_bytes(b"\xff".join(parts))

def encoded(name, data):
    Path("corpus/decoders", name).write_bytes(data if isinstance(data, bytes) else data.encode())

line = "DB_PASSWORD=value-of-it\n" * 3
encoded("base64", "data: " + base64.b64encode(line.encode()).decode())
encoded("wrapped", base64.encodebytes(text).decode())
encoded("prefixed", "".join(f"2026-01-01 | {row}\n" for row in base64.encodebytes(text).decode().split()))
encoded("url", "t=" + base64.urlsafe_b64encode(line.encode()).decode())
encoded("base32", "secret: " + base64.b32encode(line.encode()).decode())
encoded("gzip", "user_data: " + base64.b64encode(gzip.compress(text)).decode())
encoded("hex", "x = " + line.encode().hex())
encoded("hex-list", ", ".join(f"0x{byte:02x}" for byte in line.encode()))
encoded("percent", "q=" + "".join(f"%{byte:02X}" for byte in line.encode()))
encoded("quoted-printable", quopri.encodestring(("ä = " + line).encode()))
encoded("unicode", '"' + "".join(f"\\u{ord(c):04x}" for c in line) + '"')
encoded("hex-escapes", '"' + "".join(f"\\x{ord(c):02x}" for c in line) + '"')
encoded("octal", "'" + "".join(f"\\{ord(c):03o}" for c in line) + "'")
encoded("html", "".join(f"&#{ord(c)};" for c in line) + "&quot;a&amp;b&quot;")
encoded("json", json.dumps({"a": json.dumps({"b": json.dumps({"c": line})})}))
encoded("pieces", 'a = "DB_PASS" + "WORD=" .\n  "value" & _\n "more" \\\n "end"')
encoded("zero-width", "DB_PASS\u200bWORD=va\u200dlue\u2060")
PYTHON

if command -v ar >/dev/null; then (cd "$work" && cp plain.env data.tar && ar rc a.a plain.env data.tar); fi
if command -v cpio >/dev/null; then
  for format in newc odc bin; do (cd "$work" && echo plain.env | cpio --quiet -o -H "$format" >"a.$format.cpio"); done
fi
for tool in zstd lz4 brotli; do
  if command -v "$tool" >/dev/null; then "$tool" -c <"$work/plain.env" >"$work/a.$tool"; fi
done
for tool in 7z 7zz; do
  if command -v "$tool" >/dev/null; then (cd "$work" && "$tool" a -bso0 a.7z plain.env a.py); fi
done
if command -v git >/dev/null; then
  (
    cd "$work" && git init -q r && cp plain.env r && cd r && git add . &&
      git -c user.name=fuzz -c user.email=fuzz@example.invalid commit -q -m seed && git repack -q -a -d && git bundle create -q ../a.bundle HEAD
  )
  cp "$work"/r/.git/objects/pack/*.pack "$work/a.pack" 2>/dev/null || true
fi
if command -v javac >/dev/null; then
  echo 'class A { static final String PASSWORD = "value"; }' >"$work/A.java" && (cd "$work" && javac A.java)
fi

# The targets of the families take a byte before the file: the number of its signature in the target.
family() { # target, number, file
  if [ -e "$work/$3" ]; then { printf "\\x$(printf %02x "$2")"; cat "$work/$3"; } >"corpus/$1/$3"; fi
}
for file in "$work"/*; do
  if [ -f "$file" ]; then cp "$file" corpus/nest/; fi
done
number=0
for files in "stored.zip deflated.zip bzip2.zip lzma.zip" "ustar.tar pax.tar" gnu.tar a.a a.newc.cpio a.odc.cpio a.bin.cpio a.rpm a.7z; do
  for file in $files; do family archives "$number" "$file"; done
  number=$((number + 1))
done
number=0
for file in a.gz a.bz2 a.xz a.lzma a.zstd none a.lz4 a.zz a.brotli; do
  family compression "$number" "$file"
  number=$((number + 1))
done
number=0
for files in "a512.sqlite a4096.sqlite" none none a.pdf a.bundle a.pack A.class a.wasm a.pyc a.mbox a.eml a.ipynb a.har; do
  for file in $files; do family documents "$number" "$file"; done
  number=$((number + 1))
done
