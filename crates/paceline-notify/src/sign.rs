//! Signatures as Standard Webhooks specifies them (symmetric, `v1`).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret, as the specification has it.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// One secret or, while it is being replaced, several: each signs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<Vec<u8>>);

/// The text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a secret is `whsec_` and 24 to 64 random bytes in base64; `openssl rand -base64 32` makes some"
)]
pub struct NoSecret;

/// Secrets separated by spaces.
impl FromStr for Secrets {
    type Err = NoSecret;
    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let secrets = text.split_ascii_whitespace().map(|secret| {
            let encoded = secret.strip_prefix(PREFIX).ok_or(NoSecret)?;
            let bytes = STANDARD.decode(encoded).map_err(|_| NoSecret)?;
            BYTES
                .contains(&bytes.len())
                .then_some(bytes)
                .ok_or(NoSecret)
        });
        let secrets: Vec<_> = secrets.collect::<Result<_, _>>()?;
        (!secrets.is_empty())
            .then_some(Secrets(secrets))
            .ok_or(NoSecret)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// The header `webhook-signature` of a message. `timestamp` is in seconds.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signed = format!("{id}.{timestamp}.{body}");
        let signatures = self.0.iter().filter_map(|secret| {
            // A key of any length is one; this cannot fail.
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            mac.update(signed.as_bytes());
            Some(format!(
                "v1,{}",
                STANDARD.encode(mac.finalize().into_bytes())
            ))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example that the libraries of Standard Webhooks are tested with.
    #[test]
    fn signs_as_the_specification_shows() {
        let secrets: Secrets = SECRET.parse().expect("a secret");
        let body = r#"{"test": 2432232314}"#;
        let signature = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let both: Secrets = format!("{SECRET} {other}").parse().expect("secrets");
        let signature = both.sign("msg", 1, "{}");
        let (one, two) = signature.split_once(' ').expect("two of them");
        let alone: Secrets = SECRET.parse().expect("a secret");
        assert_eq!(one, alone.sign("msg", 1, "{}"));
        assert_ne!(one, two);
    }

    #[test]
    fn what_is_no_secret_is_refused_and_none_is_shown() {
        for text in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_%%%",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert_eq!(text.parse::<Secrets>(), Err(NoSecret), "{text}");
        }
        let secrets: Secrets = SECRET.parse().expect("a secret");
        assert_eq!(format!("{secrets:?}"), "Secrets(…)");
    }
}
