//! `cargo xtask bundle OUT`: a `novate` that carries its own PostgreSQL.

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::process::{cargo, read};
use crate::say;
use crate::workspace::{executable, root};

/// Builds the archive, then the program around it.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [out] = arguments else {
        return Err(Failure::new("say where the program goes", "cargo xtask bundle OUT"));
    };
    let out = Utf8Path::new(out);
    let archive = archive_path()?;
    say::heading("the server, as an archive");
    novate_scratch::bundle::build(&archive)?;
    say::done(&format!("{archive} ({})", size(&archive)?));

    say::heading("the program around it");
    let build = ["build", "--release", "--package", "novate", "--features", "novate-scratch/bundled-postgres"];
    let messages = ["--message-format", "json-render-diagnostics"];
    let program = executable(&read(cargo(&build).args(messages).env("NOVATE_BUNDLE", &archive))?, "novate")?;
    fs_err::copy(&program, out)?;
    say::done(&format!("{out} ({})", size(out)?));
    say::next(&format!("{out} postgres list"));
    Ok(())
}

/// Beside the build output, so that a later build finds it where the first one did.
fn archive_path() -> Result<Utf8PathBuf, Failure> {
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), Utf8PathBuf::from);
    let folder = root().join(target);
    fs_err::create_dir_all(&folder)?;
    Ok(folder.join("postgres.tar.xz"))
}

fn size(path: &Utf8Path) -> Result<String, Failure> {
    let bytes = fs_err::metadata(path)?.len();
    Ok(format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10))
}
