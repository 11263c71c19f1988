//! Lists the sources of the Python SDK, so that they can be compiled into the binary.

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
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        let (name, file) = (name.to_string_lossy(), file.to_string_lossy());
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),").map_err(io::Error::other)?;
    }
    list.push(']');
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("sdk_files.rs"), list)
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
