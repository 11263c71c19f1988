//! The shape of an error message: what stays when the particulars are taken out.

/// Replaces numbers and quoted text by `…`, so that `row 17: 'x' missing` and `row 9: 'y' missing`
/// are one group. Only the first line counts.
pub fn shape(message: &str) -> String {
    let line = message.lines().next().unwrap_or("");
    let mut shape = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            while chars
                .peek()
                .is_some_and(|next| next.is_ascii_alphanumeric() || *next == '.')
            {
                chars.next();
            }
            shape.push('…');
        } else if (c == '\'' || c == '"' || c == '`') && chars.clone().any(|next| next == c) {
            for inner in chars.by_ref() {
                if inner == c {
                    break;
                }
            }
            shape.extend([c, '…', c]);
        } else {
            shape.push(c);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn particulars_are_taken_out() {
        assert_eq!(shape("row 17: 'x' missing\nmore"), "row …: '…' missing");
        assert_eq!(
            shape("row 9: 'long name' missing"),
            shape("row 17: 'x' missing")
        );
        assert_eq!(shape("can't open 0x7ffe"), "can't open …");
        assert_eq!(shape(""), "");
    }
}
