//! The Python SDK inside the binary, and where it is unpacked.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::env;
use crate::exit::{Context, Result};

/// Every source file of the SDK: path below the package, and content.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sdk_files.rs"));

/// The folder that holds the package `paceline`, unpacked at the first use of this version.
/// `fallback` serves where the user has no cache folder.
pub(super) fn unpack(fallback: &Path) -> Result<PathBuf> {
    let name = format!("sdk-{}-{:016x}", env!("CARGO_PKG_VERSION"), fingerprint());
    let root = cache_folder().unwrap_or_else(|| fallback.join(".paceline"));
    let folder = root.join(name);
    if !folder.exists() {
        write(&root, &folder)
            .context(|| format!("cannot unpack the Python SDK into {}", folder.display()))?;
    }
    Ok(std::path::absolute(&folder)?)
}

fn cache_folder() -> Option<PathBuf> {
    if let Some(chosen) = env::var(env::CACHE) {
        return Some(PathBuf::from(chosen));
    }
    let cache = env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::var("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some(cache.join("paceline"))
}

/// Written aside and then renamed: whoever sees the folder sees all of it.
fn write(root: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(root)?;
    let aside = tempfile::Builder::new().prefix(".sdk-").tempdir_in(root)?;
    for (name, content) in FILES {
        let file = aside.path().join("paceline").join(name);
        fs::create_dir_all(file.parent().unwrap_or(root))?;
        fs::write(file, content)?;
    }
    match fs::rename(aside.path(), folder) {
        Ok(()) => {
            let _ = aside.keep();
            Ok(())
        }
        // Another node was faster: its copy is the same.
        Err(_) if folder.exists() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Tells builds apart whose SDK differs. FNV-1a: nothing here is secret.
fn fingerprint() -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let bytes = FILES
        .iter()
        .flat_map(|(name, content)| name.bytes().chain(content.iter().copied()));
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_unpacked_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("sdk");
        write(folder.path(), &target).expect("writes");
        write(folder.path(), &target).expect("a second time changes nothing");
        let package = target.join("paceline");
        assert!(package.join("__init__.py").exists());
        assert!(package.join("worker.py").exists());
        let leftovers = fs::read_dir(folder.path()).expect("reads").count();
        assert_eq!(leftovers, 1);
    }
}
