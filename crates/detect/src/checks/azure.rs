//! Azure's identifiable keys: which service issued a key, and whether its checksum holds.
//!
//! Source of formats, signatures and seeds: `microsoft/security-utilities` (MIT), which Microsoft
//! publishes for scanners. Nothing here rejects a key for its checksum, as older keys have none;
//! what is no key at all is rejected.

mod annotated;
mod devops;
mod entra;
mod family;

use data_encoding::BASE64;

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;

/// Keys of Azure services, with and without a signature, and secrets of Entra applications.
pub(super) const SIGNATURE: Check = Check {
    name: "azure-signature",
    about: "Names the Azure service by the signature inside its key and verifies the key's checksum.",
    run: signature,
    mint: Some(mint),
};

/// Azure DevOps personal access tokens: 52 characters of base32 with a CRC-32 spread over four
/// places, which Microsoft's scanner requires, or 84 with the signature `AZDO`.
pub(super) const DEVOPS_PAT: Check = Check {
    name: "azure-devops-pat",
    about: "An Azure DevOps token of 52 characters carries a CRC-32; newer ones carry a signature.",
    run: |value| match value.len() {
        devops::LENGTH => Outcome::required(devops::holds(value), Decoded::default()),
        _ => signature(value),
    },
    mint: Some(mint),
};

/// Length of a key of 64 bytes in base64.
const LONG_KEY: usize = 88;

fn signature(value: &[u8]) -> Outcome {
    if let Some(family) = family::of(value) {
        family.judge(value)
    } else if annotated::marked(value) {
        annotated::judge(value)
    } else if entra::marked(value) {
        Outcome::raised(entra::holds(value), said("Entra application"))
    } else if value.len() == devops::LENGTH && devops::holds(value) {
        Outcome::proven(said("DevOps"))
    } else if old_key(value) && BASE64.decode(value).is_err() {
        Outcome::rejected()
    } else {
        Outcome::unknown()
    }
}

/// Keys without a signature are 64 random bytes: 86 characters and `==`, the last four bits zero.
fn old_key(value: &[u8]) -> bool {
    value.len() == LONG_KEY && value.ends_with(b"==")
}

fn said(service: &str) -> Decoded {
    let mut decoded = Decoded::default();
    decoded.add_fact("service", service);
    decoded
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    if let Some(family) = family::of(value) {
        family.mint(value, random);
    } else if annotated::marked(value) {
        annotated::mint(value, random);
    } else if entra::marked(value) {
        entra::mint(value);
    } else if devops::shaped(value) {
        devops::mint(value, random);
    } else if old_key(value) {
        value[LONG_KEY - 3] = minting::pick(b"AQgw", random);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    pub(super) fn run(value: &str) -> Outcome {
        (SIGNATURE.run)(value.as_bytes())
    }

    #[test]
    fn old_storage_keys_are_64_bytes() {
        let mut random = testing::random(1);
        let key = BASE64.encode(&minting::bytes(64, &mut random));
        assert_eq!(run(&key), Outcome::unknown());
        let broken = format!("{}B==", &key[..85]);
        assert_eq!(run(&broken).verdict, Verdict::Rejected);
        for other in ["", "0123456789abcdef0123456789abcdef", "=", "====", &"=".repeat(88)] {
            assert_ne!(run(other).verdict, Verdict::Proven, "{other}");
        }
    }
}
