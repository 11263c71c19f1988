//! Compresses and lists the built dashboard, so that it is compiled into the binary.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// What `npm run build` in `web/` makes.
const DIST: &str = "../../web/dist";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script in the environment"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={DIST}");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join(DIST);
    // Cargo takes what is not there for changed, and would build this crate anew each time.
    fs::create_dir_all(&root)?;
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("dashboard");
    fs::create_dir_all(&out)?;
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for (number, file) in files.iter().enumerate() {
        let path = file.strip_prefix(&root).map_err(io::Error::other)?;
        let bytes = fs::read(file)?;
        // Copied: checkouts may share what they build, and this one may be gone by then.
        fs::write(out.join(format!("{number}.gz")), compressed(&bytes)?)?;
        writeln!(
            list,
            "    File {{ path: {:?}, tag: \"W/\\\"{}\\\"\", gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/dashboard/{number}.gz\")) }},",
            path.to_string_lossy(),
            tag(&bytes),
        )
        .map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join("files.rs"), list)
}

/// All but what is about the build itself (`.vite`) or helps to debug it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            collect(&path, files)?;
        } else if !hidden && path.extension().is_none_or(|ending| ending != "map") {
            files.push(path);
        }
    }
    Ok(())
}

fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
