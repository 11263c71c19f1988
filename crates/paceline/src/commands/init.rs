//! `paceline init`: a commented configuration and a first task that runs.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::FILE_NAME;
use crate::exit::{CliError, Context, Result};
use crate::output::Output;

const FILES: [(&str, &str); 2] = [
    (FILE_NAME, include_str!("../../templates/paceline.toml")),
    ("tasks.py", include_str!("../../templates/tasks.py")),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to write into; made if it is not there
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, output: Output) -> Result {
    let folder = &args.folder;
    refuse_to_overwrite(folder)?;
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    for (name, content) in FILES {
        let path = folder.join(name);
        write_new(&path, content).context(|| format!("cannot write {}", path.display()))?;
    }
    if output.json {
        let files = FILES.map(|(name, _)| folder.join(name));
        return output.json(&serde_json::json!({ "files": files }));
    }
    output.line(next_steps(folder))
}

/// Looks at all files before the first is written: all of them come, or none.
fn refuse_to_overwrite(folder: &Path) -> Result {
    let there = FILES.map(|(name, _)| folder.join(name));
    match there.iter().find(|path| path.exists()) {
        None => Ok(()),
        Some(path) => Err(CliError::failed(format!(
            "{} is there already, and nothing is overwritten",
            path.display()
        ))
        .hint("choose another folder: paceline init my-jobs")),
    }
}

fn write_new(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content.as_bytes())
}

fn next_steps(folder: &Path) -> String {
    let [configuration, tasks] = FILES.map(|(name, _)| name);
    let cd = if folder == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", folder.display())
    };
    let up = format!("{cd}paceline up --reload");
    format!(
        "Wrote {configuration} and {tasks}. Next:\n  \
         {up:<32} # runs a node; leave it running, it takes up what you edit\n  \
         {:<32} # in another terminal: a first job",
        "paceline submit square --wait"
    )
}
