//! Tables for people: no frames, columns two spaces apart.

use comfy_table::{ContentArrangement, Table};

use super::style::Palette;

/// An empty table with these column heads.
pub(crate) fn table(heads: &[&str], palette: Palette) -> Table {
    let mut table = Table::new();
    table
        .load_preset(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(heads.iter().map(|head| head.to_uppercase()));
    if palette.is_on() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// The table as text without blanks at the ends of lines.
pub(crate) fn render(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}
