//! What words in names mean.

use std::sync::OnceLock;

/// What a word may mean; one bit for each meaning.
pub(crate) type Meaning = u32;

/// A password by itself.
pub(crate) const PASSWORD: Meaning = 1;
/// A secret by itself.
pub(crate) const SECRET: Meaning = 1 << 1;
/// A token by itself.
pub(crate) const TOKEN: Meaning = 1 << 2;
/// A key that is a secret by itself.
pub(crate) const API_KEY: Meaning = 1 << 3;
/// A key of any sort.
pub(crate) const KEY: Meaning = 1 << 4;
/// Authentication.
pub(crate) const AUTH: Meaning = 1 << 5;
/// Credentials.
pub(crate) const CREDENTIAL: Meaning = 1 << 6;
/// Before `key`: then the key is a secret.
pub(crate) const KEY_OF: Meaning = 1 << 7;
/// Contains one of the others and means something else.
pub(crate) const OTHER: Meaning = 1 << 8;
/// Public, or no value: `public`.
pub(crate) const PUBLIC: Meaning = 1 << 9;
/// After the secret's word: what is named is not the secret itself.
pub(crate) const LABEL: Meaning = 1 << 10;
/// Where something is.
pub(crate) const PLACE: Meaning = 1 << 11;
/// A digest or ciphertext.
pub(crate) const DIGEST: Meaning = 1 << 12;
/// Wrong on purpose.
pub(crate) const WRONG: Meaning = 1 << 13;
/// Of tests and examples.
pub(crate) const TEST: Meaning = 1 << 14;
/// What a secret opens.
pub(crate) const OWNER: Meaning = 1 << 15;
/// Beside secrets: `api`, `access`.
pub(crate) const API: Meaning = 1 << 16;
/// Of cryptography.
pub(crate) const CRYPTO: Meaning = 1 << 17;
/// A property of a secret, or a thing of an interface.
pub(crate) const ABOUT: Meaning = 1 << 18;
/// Something that is done.
pub(crate) const VERB: Meaning = 1 << 19;
/// The scheme of an HTTP header.
pub(crate) const SCHEME: Meaning = 1 << 20;
/// A method that compares or sets.
pub(crate) const COMPARES: Meaning = 1 << 21;
/// Done to a password or about it: what stands there is a text or an address, not the password.
pub(crate) const DONE: Meaning = 1 << 22;

/// Before `key`: it finds something in a store or a table.
pub(crate) const DATA: Meaning = 1 << 23;
/// After the secret's word: what it is called.
pub(crate) const ID: Meaning = 1 << 24;

/// Last in a name: what an interface shows.
pub(crate) const SHOWN: Meaning = 1 << 25;

/// In another language than English.
pub(crate) const FOREIGN: Meaning = 1 << 26;

/// Words by meaning, lower case in ASCII, singular.
const LEXICON: &[(Meaning, &str)] = &[
    (
        PASSWORD,
        "password passwd pwd pass passphrase passcode passwort pw psw pswd passw userpass dbpass \
         authpass requirepass masterauth sshpass wachtwoord passwordhash rootpass adminpass \
         smtppass mypass mailpass ftppass keypass storepass passin passout masterpass testpass identified \
         userpwd rootpw bindpw adminpw dbpw rootpwd dbpwd mypwd psk",
    ),
    (
        PASSWORD | FOREIGN,
        "senha contrasena contraseña contrasenya kennwort paswoord parola mdp haslo hasło hasŁo \
         heslo lozinka salasana losenord lösenord adgangskode jelszo jelszó sifre şifre Şifre \
         Şİfre katasandi matkhau motdepasse palavrapasse пароль Пароль ПАРОЛЬ пароля пароли 密码 密碼 \
         口令 パスワード 暗証番号 비밀번호 암호 पासवर्ड",
    ),
    (SECRET, "secret"),
    (SECRET | FOREIGN, "segredo geheimnis geheim секрет СЕКРЕТ"),
    (TOKEN, "token bearer authtoken accesstoken apitoken tok"),
    (
        API_KEY,
        "apikey accesskey secretkey privatekey authkey appkey nkey xkey masterkey encryptionkey \
         signingkey sharedkey accountkey secretaccesskey repokey aeskey cipherkey licensekey \
         subscriptionkey sshkey authorizationkey",
    ),
    (TOKEN | FOREIGN, "токен ТОКЕН"),
    (KEY, "key"),
    (KEY | FOREIGN, "clave chave schluessel schlüssel 密钥"),
    (AUTH, "auth authorization oauth basic authenticate authentication authcode"),
    (CREDENTIAL, "credential cred"),
    (
        KEY_OF,
        "api access private secret encryption encrypt signing sign signature master account auth \
         client app application shared consumer service aes des rsa hmac jwt ssh ssl tls pgp gpg \
         cipher crypto storage subscription license deploy session cookie admin user server \
         security instrumentation validation decryption decrypt webhook integration project write \
         read ingest repo n x psk host root symmetric",
    ),
    (
        OTHER,
        "passenger tokenizer tokenize tokenized tokenization monkey turkey donkey hockey jockey \
         whiskey hotkey nmtoken bypass compass secretary credit passive passion passage passport author \
         authority keyboard keyword keynote trespass surpass encompass unsecret",
    ),
    (PUBLIC, "public pub recv"),
    (LABEL, "id name type kind class alias provider scope key index guid uuid"),
    (PLACE, "path file url uri endpoint dir location filename folder host route page link"),
    (DIGEST, "hash hashed digest salt encrypted md sha checksum fingerprint crypted cipher bcrypt"),
    (WRONG, "wrong invalid bad incorrect missing empty no illegal broken"),
    (TEST, "test example fake dummy mock sample expected default"),
    (
        OWNER,
        "db database admin root user client mysql postgres redis smtp mail ftp ldap keystore \
         truststore account consumer my login proxy server sa datasource aws azure github gitlab \
         slack twitter google facebook stripe mongo rabbitmq service",
    ),
    (API, "api access private refresh bearer apikey secret"),
    (
        CRYPTO,
        "sign signing signature encryption encrypt jwt aes hmac cipher rsa master shared session \
         cookie csrf",
    ),
    (
        ABOUT,
        "length len min max expire expiry expiration expires ttl policy policies enabled enable required \
         count size age field label column header param parameter placeholder hint prompt message \
         error reset change confirm forgot strength valid validator pattern regex format mode \
         method strategy version property prefix suffix separator input form text title \
         description rule grant response request event option list table attribute attr selector \
         button tooltip help info map manager service factory store status state date time at flow",
    ),
    (
        VERB,
        "get set is has check validate verify create update reset generate parse use read load \
         find delete remove add show hide forgot change enter invalidate require allow with no make",
    ),
    (DONE, "change reset forgot forgotten wrong lost recover recovery"),
    (
        DATA,
        "cache sort primary foreign object partition index map group row lookup unique translation \
         locale dictionary hash",
    ),
    (ID, "id"),
    (SHOWN, "text label title caption message button tooltip hint placeholder prompt"),
    (SCHEME, "bearer basic"),
    (COMPARES, "equals eq isequalto set equal"),
];

/// Longest word that is looked up.
const LONGEST: usize = 24;

/// The words in an open table: they are looked up for every name, and keyed hashing would take most
/// of the time.
struct Table {
    slots: Vec<(&'static [u8], Meaning)>,
}

/// Slots of the table, a power of two; three of four stay empty.
const SLOTS: usize = 2048;

impl Table {
    fn new() -> Self {
        let mut table = Self { slots: vec![(&[], 0); SLOTS] };
        for (meaning, words) in LEXICON {
            for word in words.split_whitespace() {
                let slot = table.slot(word.as_bytes());
                table.slots[slot].0 = word.as_bytes();
                table.slots[slot].1 |= meaning;
            }
        }
        table
    }

    /// Where a word is, or the empty slot where it would be.
    fn slot(&self, word: &[u8]) -> usize {
        // FNV-1a.
        let hash = word.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        let mut slot = hash as usize % SLOTS;
        while !self.slots[slot].0.is_empty() && self.slots[slot].0 != word {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    fn get(&self, word: &[u8]) -> Meaning {
        self.slots[self.slot(word)].1
    }
}

/// The meaning bits of a word in any case, singular or plural; 0 for an unknown word.
pub(crate) fn meaning(word: &[u8]) -> Meaning {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(Table::new);
    if word.is_empty() || word.len() > LONGEST {
        return 0;
    }
    let mut buffer = [0; LONGEST];
    let lower = &mut buffer[..word.len()];
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let singular = match lower {
        [rest @ .., b's'] if rest.len() >= 2 => table.get(rest),
        _ => 0,
    };
    table.get(lower) | singular
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_meanings_in_any_case_and_number() {
        assert_eq!(meaning(b"Tokens") & TOKEN, TOKEN);
        assert_eq!(meaning(b"PASSWORD") & PASSWORD, PASSWORD);
        assert_eq!(meaning(b"secret") & (SECRET | KEY_OF | API), SECRET | KEY_OF | API);
        assert_eq!(meaning(b"banana"), 0);
        assert_eq!(meaning(&[b'a'; 200]), 0);
        assert_eq!(meaning(b"pass"), meaning(b"Pass"));
        assert_eq!(meaning(b""), 0);
    }

    #[test]
    fn the_table_has_room() {
        let words =
            LEXICON.iter().map(|(_, words)| words.split_whitespace().count()).sum::<usize>();
        assert!(words * 2 < SLOTS);
    }
}
