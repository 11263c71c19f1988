//! Where a webhook may go: a user who names an address must not reach what only this machine can.
//! Names are looked up once, and the connection goes to the address that was checked here: a name
//! that means one thing when it is checked and another when it is used does not help anyone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// An address that webhooks are not sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} is {what}: webhooks go to public addresses only, unless [webhooks] allows the host, \
     its network or, with allow_private, all"
)]
pub struct Refused {
    pub host: String,
    pub what: &'static str,
}

/// What is allowed beyond public addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    all: bool,
    hosts: Vec<String>,
    networks: Vec<Network>,
}

/// Addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Allowed {
    /// `entries` are host names, addresses (`10.1.2.3`) and networks (`10.0.0.0/8`).
    pub fn new(all: bool, entries: &[String]) -> Self {
        let mut allowed = Allowed {
            all,
            ..Allowed::default()
        };
        for entry in entries {
            match entry.parse() {
                Ok(network) => allowed.networks.push(network),
                Err(NoNetwork) => allowed.hosts.push(entry.to_ascii_lowercase()),
            }
        }
        allowed
    }

    /// Whether the host may be anywhere.
    pub(crate) fn host(&self, host: &str) -> bool {
        self.all || self.hosts.contains(&host.to_ascii_lowercase())
    }

    /// Whether a message for `host` may go to this address.
    pub(crate) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let covered = |network: &Network| network.covers(address);
        if self.host(host) || self.networks.iter().any(covered) {
            return Ok(());
        }
        match forbidden(address) {
            None => Ok(()),
            Some(what) => Err(Refused {
                host: host.to_owned(),
                what,
            }),
        }
    }
}

/// The addresses that may be used; an error if there are only others.
pub(crate) fn pass(
    allowed: &Allowed,
    host: &str,
    found: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, Refused> {
    let mut refused = None;
    let mut passed = Vec::new();
    for address in found {
        match allowed.check(host, address.ip()) {
            Ok(()) => passed.push(address),
            Err(why) => refused = Some(why),
        }
    }
    match refused {
        Some(why) if passed.is_empty() => Err(why),
        Some(_) | None => Ok(passed),
    }
}

struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| NoNetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most)
            .then_some(Network { address, bits })
            .ok_or(NoNetwork)
    }
}

impl Network {
    fn covers(&self, address: IpAddr) -> bool {
        match (self.address, plain(address)) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.bits
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.bits
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// An IPv4 address that is written as one of IPv6 is that IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// What an address is that no stranger's request belongs to; nothing for a public one.
pub(crate) fn forbidden(address: IpAddr) -> Option<&'static str> {
    match plain(address) {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) => Some("no address of a host"),
        (127, ..) => Some("this machine"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("in a private network"),
        (100, 64..=127, _) => Some("in a provider's network"),
        (169, 254, _) => Some("link-local, where clouds keep their secrets"),
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => {
            Some("in a reserved network")
        }
        (224..=239, ..) => Some("a multicast address"),
        (240..=255, ..) => Some("in a reserved network"),
        _ => None,
    }
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("no address of a host"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("this machine"),
        // IPv4 in old clothes: behind a translator, 6to4; compatible is of no use to anyone.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([first, second], [third, fourth]) = (high.to_be_bytes(), low.to_be_bytes());
            forbidden_v4(Ipv4Addr::new(first, second, third, fourth))
        }
        [0x2001, 0, ..] => Some("in a tunnel"),
        [0, 0, 0, 0, 0, 0, ..]
        | [0x2001, 0xdb8, ..]
        | [0x100, 0, 0, 0, ..]
        | [0x3fff, 0..=0xfff, ..] => Some("in a reserved network"),
        [0x64, 0xff9b, ..] | [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => {
            Some("in a private network")
        }
        [0xfe80..=0xfebf, ..] => Some("link-local, where clouds keep their secrets"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_public_addresses_are_reached() {
        for (address, public) in [
            ("93.184.216.34", true),
            ("8.8.8.8", true),
            ("172.15.255.255", true),
            ("172.32.0.1", true),
            ("100.63.255.255", true),
            ("192.0.1.1", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("2001:4860:4860::8888", true),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::808:808", true),
            ("2002:808:808::1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("127.0.0.1", false),
            ("127.8.9.1", false),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("100.64.0.1", false),
            ("169.254.169.254", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("198.51.100.7", false),
            ("203.0.113.9", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::ffff:10.0.0.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::1", false),
            ("2002:7f00:1::1", false),
            ("2002:a9fe:a9fe::", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("100::1", false),
        ] {
            let parsed: IpAddr = address.parse().expect("an address");
            assert_eq!(forbidden(parsed).is_none(), public, "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_reached() {
        let entries = ["hooks.Internal", "10.1.0.0/16", "192.168.1.7", "fd00::/8"];
        let allowed = Allowed::new(false, &entries.map(str::to_owned));
        let may = |host: &str, address: &str| {
            let address = address.parse().expect("an address");
            allowed.check(host, address).is_ok()
        };
        assert!(may("HOOKS.internal", "127.0.0.1"));
        assert!(may("x", "10.1.255.255") && !may("x", "10.2.0.1"));
        assert!(may("x", "::ffff:10.1.0.1"), "the same address");
        assert!(may("x", "192.168.1.7") && !may("x", "192.168.1.8"));
        assert!(may("x", "fd12::1") && !may("x", "fc12::1"));
        assert!(may("x", "8.8.8.8") && !may("x", "127.0.0.1"));
        let all = Allowed::new(true, &[]);
        assert!(all.check("x", Ipv4Addr::LOCALHOST.into()).is_ok());
    }

    #[test]
    fn of_several_addresses_only_the_public_ones_are_used() {
        let allowed = Allowed::default();
        let parse = |text: &str| text.parse().expect("an address");
        let (public, private) = (parse("8.8.8.8:0"), parse("10.0.0.1:0"));
        let passed = pass(&allowed, "x", vec![private, public]).expect("one passes");
        assert_eq!(passed, [public]);
        let refused = pass(&allowed, "x", vec![private]).expect_err("none passes");
        assert_eq!(refused.host, "x");
        assert_eq!(pass(&allowed, "x", Vec::new()), Ok(Vec::new()));
    }

    proptest! {
        /// However an IPv4 address is dressed up, it is judged as itself.
        #[test]
        fn disguises_do_not_help(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let judged = forbidden(v4.into()).is_some();
            let mapped = v4.to_ipv6_mapped();
            let [a, b, c, d] = v4.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let translated = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
            let sixtofour = Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1);
            for dressed in [mapped, translated, sixtofour] {
                prop_assert_eq!(forbidden(dressed.into()).is_some(), judged);
            }
        }
    }
}
