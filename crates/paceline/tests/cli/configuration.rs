//! Faults in `paceline.toml` and in flags.

use crate::support::Project;

#[test]
fn a_misspelt_key_is_shown_with_its_line_and_what_was_meant() {
    let project = Project::empty();
    project.write(
        "paceline.toml",
        "[workers.races]\ncommand = [\"python3\"]\nprocesess = 4\n",
    );
    let ran = project.run(&["up"]).exits(1);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn a_public_address_is_refused_with_the_reason() {
    let project = Project::empty();
    let ran = project.run(&["up", "--bind", "0.0.0.0:7421"]).exits(2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let project = Project::empty();
    let ran = project.run(&["up", "--config", "other.toml"]).exits(1);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn unknown_flags_and_words_are_usage_errors() {
    let project = Project::empty();
    project
        .run(&["up", "--prot", "1"])
        .exits(2)
        .complains("--port");
    project
        .run(&["jobs", "--state", "runing"])
        .exits(2)
        .complains("unknown job state `runing`; known: scheduled");
    project
        .run(&["submit", "x", "--item-timeout", "5 parsecs"])
        .exits(2)
        .complains("is not a duration");
    project
        .run(&["submit", "x", "--only-new", "--force"])
        .exits(2);
    project
        .run(&["cancel"])
        .exits(2)
        .complains("which jobs to cancel?");
}
