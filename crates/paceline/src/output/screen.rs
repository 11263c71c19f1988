//! How much room there is: the width of the terminal, and of text with colours in it.

use console::Term;

/// Columns of the terminal that stdout goes to; `None` where that is no terminal.
pub(crate) fn out_width() -> Option<usize> {
    width_of(&Term::stdout())
}

/// Columns of the terminal that stderr goes to; `None` where that is no terminal.
pub(crate) fn err_width() -> Option<usize> {
    width_of(&Term::stderr())
}

fn width_of(terminal: &Term) -> Option<usize> {
    // A terminal that does not know its size is taken for one of 80 columns.
    let (_, columns) = terminal.size();
    terminal.is_term().then_some(usize::from(columns))
}

/// Columns that the text takes on a terminal.
pub(crate) fn text_width(text: &str) -> usize {
    console::measure_text_width(text)
}
