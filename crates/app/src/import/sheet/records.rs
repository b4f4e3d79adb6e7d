//! The file as records with the lines they begin on; knows CSV, never what a column means.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder, StringRecord};

/// Follows the file as a record of its own. If it turns up inside another record, a quoted field was left open. It is
/// not UTF-8, so no record of a sound file is equal to it.
const END: &[u8] = b"\xFFend";
/// The end on a line of its own.
const LAST_LINE: &[u8] = b"\n\xFFend";

/// Why a record could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line that the record begins on.
    pub(super) line: u64,
    /// The position of the field at fault, when it is one.
    pub(super) field: Option<usize>,
    /// What was expected and what was found.
    pub(super) message: String,
}

/// The records of a file with the lines they begin on. Blank lines are skipped.
pub(super) struct Records<R> {
    reader: csv::Reader<Lines<R>>,
    is_over: bool,
}

impl<R: Read> Records<R> {
    /// Reads on demand.
    pub(super) fn new(input: R) -> Self {
        let lines = Lines { input, is_after_return: false, rest: LAST_LINE };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(lines);
        Self { reader, is_over: false }
    }

    /// The line that a record just read begins on. The reader's own position would count the blank lines before it.
    fn first_line(&self, record: &ByteRecord) -> u64 {
        let breaks_within = record.as_slice().split(|byte| *byte == b'\n').skip(1).count();
        let break_after = u64::from(!is_open(record));
        (self.reader.position().line() - break_after).saturating_sub(breaks_within as u64)
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<(u64, StringRecord), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let mut record = ByteRecord::new();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) if record == [END][..] => {}
                Ok(true) => return Some(check(self.first_line(&record), record)),
                Ok(false) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    let message = format!("cannot be read: {error}");
                    return Some(Err(Fault { line: self.reader.position().line(), field: None, message }));
                }
            }
        }
        None
    }
}

/// Whether the end of the file was taken for a part of this record.
fn is_open(record: &ByteRecord) -> bool {
    record.iter().next_back().is_some_and(|field| field.ends_with(LAST_LINE))
}

fn check(line: u64, record: ByteRecord) -> Result<(u64, StringRecord), Fault> {
    if is_open(&record) {
        let message =
            "expected a quotation mark at the end of a quoted field, found the end of the file".to_owned();
        return Err(Fault { line, field: record.len().checked_sub(1), message });
    }
    let fields = StringRecord::from_byte_record(record).map_err(|error| Fault {
        line,
        field: Some(error.utf8_error().field()),
        message: "expected text in UTF-8 (a spreadsheet calls it \"CSV UTF-8\")".to_owned(),
    })?;
    match fields.iter().position(|field| field.contains('\0')) {
        Some(at) => {
            Err(Fault { line, field: Some(at), message: "expected text, found a NUL byte".to_owned() })
        }
        None => Ok((line, fields)),
    }
}

/// An input whose lines all end with a line feed, followed by the end mark.
struct Lines<R> {
    input: R,
    is_after_return: bool,
    rest: &'static [u8],
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self.input.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                return self.rest.read(buffer);
            }
            let kept = self.unify(&mut buffer[..read]);
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R> Lines<R> {
    /// Turns `\r\n` and `\r` into `\n` in place, and says how many bytes are left.
    fn unify(&mut self, bytes: &mut [u8]) -> usize {
        if !self.is_after_return && !bytes.contains(&b'\r') {
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            let is_counted = self.is_after_return && byte == b'\n';
            self.is_after_return = byte == b'\r';
            if !is_counted {
                bytes[kept] = if self.is_after_return { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An input that hands out one byte at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn lines(input: impl Read) -> Vec<(u64, String)> {
        let joined = |fields: StringRecord| fields.iter().collect::<Vec<_>>().join("|");
        Records::new(input)
            .map(|record| record.map(|(line, fields)| (line, joined(fields))).unwrap())
            .collect()
    }

    fn fault(input: &[u8]) -> Fault {
        Records::new(input).find_map(Result::err).unwrap()
    }

    #[test]
    fn every_record_knows_its_line() {
        for text in [
            "a,b\n\n\n\"x\ny\n\",2\n3,4",
            "a,b\r\n\r\n\r\n\"x\r\ny\r\n\",2\r\n3,4\r\n",
            "a,b\r\r\r\"x\ry\r\",2\r3,4\r\r",
            "\u{feff}a,b\n\n\n\"x\ny\n\",2\n3,4\n\n\n",
        ] {
            let expected = [(1, "a|b".to_owned()), (4, "x\ny\n|2".to_owned()), (7, "3|4".to_owned())];
            assert_eq!(lines(text.as_bytes()), expected, "{text:?}");
            if !text.starts_with('\u{feff}') {
                assert_eq!(lines(Trickle(text.as_bytes())), expected, "{text:?} byte by byte");
            }
        }
    }

    #[test]
    fn an_empty_file_has_no_records() {
        assert!(lines(&b""[..]).is_empty());
        assert!(lines(&b"\r\n\n"[..]).is_empty());
    }

    #[test]
    fn a_quoted_field_must_end() {
        for text in ["a,b\n\n1,\"2\n3", "a,b\n\n1,\"2\n3\n", "a,b\n\n1,\"2\r\n3\r\n"] {
            let fault = fault(text.as_bytes());
            assert_eq!((fault.line, fault.field), (3, Some(1)), "{text:?}");
        }
    }

    #[test]
    fn text_is_utf_8_without_nul() {
        let (wrong, nul) = (fault(b"a,b\n1,\xc8\xc8\n"), fault(b"a,b\n\0,2\n"));
        assert_eq!((wrong.line, wrong.field), (2, Some(1)));
        assert_eq!((nul.line, nul.field), (2, Some(0)));
    }

    #[test]
    fn what_cannot_be_read_is_told_once() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk on fire"))
            }
        }
        let faults: Vec<_> = Records::new(Broken).collect();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].as_ref().unwrap_err().message.contains("disk on fire"));
    }
}
