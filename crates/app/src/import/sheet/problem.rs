//! What is wrong with a file, and where; says what was expected, never only that something failed.

use std::mem;

/// The most problems that are listed one by one.
const MOST_LISTED: usize = 100;

/// One thing in a file that keeps it from being imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {}{message}", .column.as_ref().map(|name| format!("column {name:?}: ")).unwrap_or_default())]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line that the record begins on, counted from 1.
    pub line: u64,
    /// The column's name in the header, when it is about one column.
    pub column: Option<String>,
    /// What was expected and what was found.
    pub message: String,
}

/// The problems found so far in one file.
pub(in crate::import) struct Problems {
    file: String,
    listed: Vec<Problem>,
    more: u64,
}

impl Problems {
    /// None yet.
    pub(in crate::import) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), listed: Vec::new(), more: 0 }
    }

    /// Adds one; past the first hundred they are only counted.
    pub(in crate::import) fn add(&mut self, line: u64, column: Option<&str>, message: String) {
        if self.listed.len() < MOST_LISTED {
            let column = column.map(str::to_owned);
            self.listed.push(Problem { file: self.file.clone(), line, column, message });
        } else {
            self.more += 1;
        }
    }

    /// What was read if nothing is wrong, or else the problems by line, the last of them a count of those not listed.
    pub(in crate::import) fn or<T>(mut self, read: T) -> Result<T, Vec<Problem>> {
        if self.listed.is_empty() {
            return Ok(read);
        }
        self.listed.sort_by_key(|problem| problem.line);
        if let Some(last) = self.listed.last().filter(|_| self.more > 0) {
            let message = format!("and {} more problems in the file", mem::take(&mut self.more));
            let rest = Problem { file: last.file.clone(), line: last.line, column: None, message };
            self.listed.push(rest);
        }
        Err(self.listed)
    }
}

/// A text of the file as a message shows it: quoted, and not too long.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown: String = text.chars().take(MOST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_file_line_and_column() {
        let mut problems = Problems::new("products.csv");
        let message = format!("expected a decimal number such as 19.90, found {}", quoted("abc"));
        problems.add(12, Some("Variant Price"), message);
        problems.add(3, None, "expected 2 fields as in the header, found 1".to_owned());
        let shown: Vec<_> = problems.or(()).unwrap_err().iter().map(Problem::to_string).collect();
        assert_eq!(
            shown,
            [
                "products.csv:3: expected 2 fields as in the header, found 1",
                "products.csv:12: column \"Variant Price\": expected a decimal number such as 19.90, found \"abc\"",
            ]
        );
    }

    #[test]
    fn past_a_hundred_they_are_counted() {
        let mut problems = Problems::new("products.csv");
        (1..=103).for_each(|line| problems.add(line, None, "wrong".to_owned()));
        let listed = problems.or(()).unwrap_err();
        assert_eq!(listed.len(), 101);
        assert_eq!(listed[100].message, "and 3 more problems in the file");
    }

    #[test]
    fn long_texts_are_shortened() {
        assert_eq!(quoted(&"红".repeat(41)), format!("\"{}…\"", "红".repeat(40)));
        assert_eq!(quoted("\u{1b}[2J"), r#""\u{1b}[2J""#);
    }
}
