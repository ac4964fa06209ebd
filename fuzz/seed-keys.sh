#!/usr/bin/env bash
# Writes keys of every kind into corpus/keys, corpus/armour and corpus/containers, to start from.
# Run from fuzz/. Needs openssl and ssh-keygen; uses gpg, keytool and puttygen if they are there.
set -euo pipefail
mkdir -p corpus/keys corpus/armour corpus/containers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"

# The body of an armoured file, decoded, behind the byte that chooses its label (see armour.rs).
armoured() { # name, label number, file
  { printf "\\x$(printf %02x "$2")"; grep -v -e '^-----' -e ': ' "$3" | tr -d '\n' | base64 -d; } >"corpus/armour/$1"
}

number=0
for kind in "RSA -pkeyopt rsa_keygen_bits:1024" "EC -pkeyopt ec_paramgen_curve:P-256" \
  "EC -pkeyopt ec_paramgen_curve:P-521" ED25519 X448; do
  number=$((number + 1))
  # shellcheck disable=SC2086 # the options are words
  openssl genpkey -algorithm $kind -out "$work/key" 2>/dev/null
  cp "$work/key" "corpus/keys/pkcs8-$number"
  armoured "pkcs8-$number" 0 "$work/key"
  openssl pkey -in "$work/key" -outform DER -out "corpus/containers/der-$number"
  openssl pkcs8 -topk8 -in "$work/key" -passout pass:x -out "$work/sealed"
  cp "$work/sealed" "corpus/keys/sealed-$number"
  armoured "sealed-$number" 1 "$work/sealed"
done
openssl genrsa -traditional -out "$work/rsa" 1024 2>/dev/null
cp "$work/rsa" corpus/keys/pkcs1
armoured pkcs1 2 "$work/rsa"
openssl ecparam -genkey -name secp384r1 -noout -out "$work/ec" 2>/dev/null
cp "$work/ec" corpus/keys/sec1
armoured sec1 4 "$work/ec"
openssl req -x509 -key "$work/rsa" -subj "/O=system:masters/CN=*.example.org" \
  -addext "subjectAltName=DNS:*.example.org" -days 9 -out "$work/certificate"
cp "$work/certificate" corpus/keys/certificate
armoured certificate 7 "$work/certificate"
openssl pkcs12 -export -inkey "$work/rsa" -in "$work/certificate" -passout pass:x -out corpus/containers/p12

for kind in rsa ecdsa ed25519; do
  for phrase in "" "long enough"; do
    rm -f "$work"/ssh*
    ssh-keygen -q -t "$kind" -N "$phrase" -C somebody -f "$work/ssh"
    cp "$work/ssh" "corpus/keys/ssh-$kind-${#phrase}"
    armoured "ssh-$kind-${#phrase}" 5 "$work/ssh"
    if command -v puttygen >/dev/null && [ -z "$phrase" ]; then
      puttygen "$work/ssh" -O private -o "corpus/keys/putty-$kind"
    fi
  done
done
if command -v gpg >/dev/null; then
  for kind in rsa1024 ed25519 nistp256; do
    gpg --batch --quiet --passphrase "" --quick-generate-key "Dora $kind <dora@example.org>" "$kind"
    gpg --batch --export-secret-keys "Dora $kind" >"corpus/containers/pgp-$kind"
    gpg --batch --armor --export-secret-keys "Dora $kind" >"corpus/keys/pgp-$kind"
    { printf '\x06'; cat "corpus/containers/pgp-$kind"; } >"corpus/armour/pgp-$kind"
  done
  gpgconf --kill all
fi
if command -v keytool >/dev/null; then
  for kind in JKS JCEKS; do
    keytool -genkeypair -keyalg RSA -keysize 1024 -storetype "$kind" -storepass changeit \
      -keypass changeit -alias a -dname CN=a -keystore "$work/$kind" 2>/dev/null
    cp "$work/$kind" corpus/containers/
  done
fi
