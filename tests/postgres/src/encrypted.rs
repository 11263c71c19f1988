//! A server that answers on the loopback, with or without a certificate of an authority made for it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::files::{Folder, User};
use crate::process;
use crate::settings::{Settings, Stop};

/// Ends with the value.
#[derive(Debug)]
pub struct Encrypted {
    folder: Folder,
    port: u16,
}

impl Encrypted {
    /// With a certificate for `localhost`.
    ///
    /// # Panics
    ///
    /// Panics if there is no `PostgreSQL` on this machine, or it does not start.
    pub fn start() -> Self {
        Encrypted::make(true).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Without any.
    ///
    /// # Panics
    ///
    /// Panics if there is no `PostgreSQL` on this machine, or it does not start.
    pub fn start_plain() -> Self {
        Encrypted::make(false).unwrap_or_else(|error| panic!("{error}"))
    }

    fn make(encrypted: bool) -> Result<Self, String> {
        let folder = Folder::own(crate::next())?;
        let mut settings = String::new();
        if encrypted {
            certify(&folder).map_err(|error| format!("certificates: {error}"))?;
            let file = |name: &str| folder.path.join(name).display().to_string();
            settings = format!(
                "-c ssl=on -c ssl_cert_file={} -c ssl_key_file={}",
                file("server.pem"),
                file("server.key")
            );
        }
        process::init(&folder)?;
        let port = free_port()?;
        let server = Encrypted { folder, port };
        let settings = Settings {
            more: format!("{settings} -c listen_addresses=127.0.0.1 -c port={port}"),
            ..Settings::default()
        };
        process::start(&server.folder, &settings)?;
        Ok(server)
    }

    /// The URL of a store, over the network.
    pub fn url(&self, host: &str, schema: &str, params: &str) -> String {
        let port = self.port;
        format!("postgres://postgres@{host}:{port}/postgres?schema={schema}&{params}")
    }

    /// The certificate of the authority that signed the server's.
    pub fn authority(&self) -> PathBuf {
        self.folder.path.join("authority.pem")
    }

    /// One that has nothing to do with it.
    pub fn other_authority(&self) -> PathBuf {
        self.folder.path.join("other.pem")
    }

    /// Whether there are connections of this application, each encrypted.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be asked.
    pub fn all_encrypted(&self, application: &str) -> bool {
        let select = format!(
            "SELECT count(*) > 0 AND bool_and(s.ssl) FROM pg_stat_activity a
            JOIN pg_stat_ssl s USING (pid) WHERE a.application_name = '{application}'"
        );
        let mut psql = Command::new("psql");
        psql.args(["-U", "postgres", "-h"])
            .arg(self.folder.socket());
        psql.args(["-p", &self.port.to_string(), "-Atc", &select]);
        let answer = psql
            .output()
            .unwrap_or_else(|error| panic!("psql: {error}"));
        assert!(answer.status.success(), "{answer:?}");
        answer.stdout.starts_with(b"t")
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let _ = process::stop(&self.folder, Stop::Immediate);
        let _ = self.folder.remove();
    }
}

/// One that was free a moment ago.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let address = listener.map_err(|error| format!("no free port: {error}"))?;
    Ok(address.port())
}

type Failure = Box<dyn std::error::Error>;

fn certify(folder: &Folder) -> Result<(), Failure> {
    let issuer = authority(&folder.path.join("authority.pem"), "authority of a test")?;
    authority(&folder.path.join("other.pem"), "another authority")?;
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(vec!["localhost".to_owned()])?;
    let certificate = server.signed_by(&key, &issuer)?;
    for (name, text) in [
        ("server.pem", certificate.pem()),
        ("server.key", key.serialize_pem()),
    ] {
        let path = folder.path.join(name);
        fs::write(&path, text)?;
        // The server reads no key that others could.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        if let Some(User { id, group }) = folder.user {
            chown(&path, Some(id), Some(group))?;
        }
    }
    Ok(())
}

fn authority(path: &Path, name: &str) -> Result<Issuer<'static, KeyPair>, Failure> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    fs::write(path, params.self_signed(&key)?.pem())?;
    Ok(Issuer::new(params, key))
}
