//! Copies and lists the sources of the Python SDK, so that they can be compiled into the binary.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const SDK: &str = "../../sdk/python/src/paceline";

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script in the environment"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SDK}");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join(SDK);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        // Copied: checkouts may share what they build, and this one may be gone by then.
        let copy = out.join("sdk").join(name);
        fs::create_dir_all(copy.parent().unwrap_or(&out))?;
        fs::copy(&file, copy)?;
        let (name, place) = (name.to_string_lossy(), format!("/sdk/{}", name.display()));
        writeln!(
            list,
            "    ({name:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), {place:?}))),"
        )
        .map_err(io::Error::other)?;
    }
    list.push(']');
    fs::write(out.join("sdk_files.rs"), list)
}

/// Sources only: no caches, nothing hidden.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "__pycache__" && !name.starts_with('.') {
            collect(&path, files)?;
        } else if name == "py.typed" || path.extension().is_some_and(|ending| ending == "py") {
            files.push(path);
        }
    }
    Ok(())
}
