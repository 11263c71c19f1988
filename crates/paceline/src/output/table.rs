//! Tables for people: no frames, columns two spaces apart, no wider than the terminal.

use comfy_table::{Cell, ContentArrangement, Table};

use super::fit::{self, Column, Fit};
use super::style::{Painted, Palette};

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

/// The rows below the heads of their columns, as text within `width` where there is one.
pub(crate) fn fitted(
    columns: &[Column],
    rows: &[Vec<Painted>],
    width: Option<usize>,
    palette: Palette,
) -> String {
    let fit = Fit::new(columns, rows, width);
    let heads = fit.shown.iter().map(|(index, _)| columns[*index].head);
    let mut table = table(&heads.collect::<Vec<_>>(), palette);
    for row in rows {
        let cells = fit.shown.iter().map(|(index, width)| {
            let Painted { text, color } = &row[*index];
            Cell::from(Painted::new(fit::cell(text, *width), *color))
        });
        table.add_row(cells);
    }
    render(table)
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
