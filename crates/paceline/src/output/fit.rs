//! Fitting the columns of a table to a width: some are shortened, some go, none is cut off.

use std::borrow::Cow;

use super::human;
use super::screen::text_width;
use super::style::Painted;

/// Blanks between two columns.
const GAP: usize = 2;

/// A column, and what may become of it where there is little room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) head: &'static str,
    /// It may be shortened down to this.
    least: Option<usize>,
    /// 0 stays whatever happens; of the others the highest goes first.
    rank: u8,
}

impl Column {
    /// A column that is always there, in full.
    pub(crate) const fn new(head: &'static str) -> Self {
        Column {
            head,
            least: None,
            rank: 0,
        }
    }

    /// The same, but it may be shortened to `least`.
    pub(crate) const fn shortest(self, least: usize) -> Self {
        Column {
            least: Some(least),
            ..self
        }
    }

    /// The same, but it may go; the highest rank goes first.
    pub(crate) const fn goes(self, rank: u8) -> Self {
        Column { rank, ..self }
    }
}

/// Which columns are shown, and how wide each may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Index of the column, and its width.
    pub(crate) shown: Vec<(usize, usize)>,
}

impl Fit {
    /// What of the columns fits into `width`; without one, all do.
    pub(crate) fn new(columns: &[Column], rows: &[Vec<Painted>], width: Option<usize>) -> Self {
        let mut shown: Vec<(usize, usize)> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| (index, widest(column, rows, index)))
            .collect();
        let Some(width) = width else {
            return Fit { shown };
        };
        let is_empty = |index: usize| rows.iter().all(|row| row[index].text.is_empty());
        if total(&shown) > width {
            shown.retain(|(index, _)| columns[*index].rank == 0 || !is_empty(*index));
        }
        while total(&least(columns, &shown)) > width {
            let last = shown.iter().max_by_key(|(index, _)| columns[*index].rank);
            match last {
                Some(&(index, _)) if columns[index].rank > 0 => {
                    shown.retain(|(other, _)| *other != index);
                }
                Some(_) | None => break,
            }
        }
        shorten(columns, &mut shown, width);
        Fit { shown }
    }
}

/// Takes what is too much from the columns that can give.
fn shorten(columns: &[Column], shown: &mut [(usize, usize)], width: usize) {
    let mut excess = total(shown).saturating_sub(width);
    for (index, column_width) in shown {
        let least = columns[*index].least.unwrap_or(*column_width);
        let given = excess.min(column_width.saturating_sub(least));
        *column_width -= given;
        excess -= given;
    }
}

fn widest(column: &Column, rows: &[Vec<Painted>], index: usize) -> usize {
    let cells = rows.iter().map(|row| text_width(&row[index].text));
    cells
        .chain([text_width(column.head)])
        .max()
        .unwrap_or_default()
}

/// The columns as narrow as they can be.
fn least(columns: &[Column], shown: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let narrow = |&(index, width): &(usize, usize)| {
        let least = columns[index].least.unwrap_or(width);
        (index, width.min(least))
    };
    shown.iter().map(narrow).collect()
}

fn total(shown: &[(usize, usize)]) -> usize {
    let widths: usize = shown.iter().map(|(_, width)| width).sum();
    widths + GAP * shown.len().saturating_sub(1)
}

/// A cell's text in at most `width` columns.
pub(crate) fn cell(text: &str, width: usize) -> Cow<'_, str> {
    if text_width(text) <= width {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(human::shorten(text, width))
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::Color;
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::new("state"),
        Column::new("name").shortest(8),
        Column::new("user").goes(2),
        Column::new("age").goes(1),
    ];

    fn shown(cells: [&str; 4], width: Option<usize>) -> Vec<(usize, usize)> {
        let row = cells
            .map(|cell| Painted::new(cell, Color::Plain))
            .into_iter()
            .collect();
        Fit::new(&COLUMNS, &[row], width).shown
    }

    const ROW: [&str; 4] = ["completed", "square-20261122", "ana", "12s"];

    #[test]
    fn without_a_width_or_with_room_nothing_changes() {
        let all = vec![(0, 9), (1, 15), (2, 4), (3, 3)];
        assert_eq!(shown(ROW, None), all);
        assert_eq!(shown(ROW, Some(37)), all);
    }

    #[test]
    fn first_what_can_be_is_shortened_then_the_least_important_goes() {
        assert_eq!(
            shown(ROW, Some(36)),
            [(0, 9), (1, 14), (2, 4), (3, 3)],
            "the name gives"
        );
        assert_eq!(
            shown(ROW, Some(29)),
            [(0, 9), (1, 13), (3, 3)],
            "the user goes, and leaves room for the name"
        );
        assert_eq!(shown(ROW, Some(20)), [(0, 9), (1, 9)]);
        assert_eq!(shown(ROW, Some(3)), [(0, 9), (1, 8)], "these stay");
    }

    #[test]
    fn what_is_empty_goes_before_anything_is_shortened() {
        let row = ["completed", "square-20261122", "", "12s"];
        assert_eq!(shown(row, Some(31)), [(0, 9), (1, 15), (3, 3)]);
    }
}
