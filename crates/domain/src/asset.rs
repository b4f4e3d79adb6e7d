//! Uploaded files: what is known of each, how it is named, and where this server has it. Never its bytes.

use crate::id::{AssetId, StoreId};
use crate::time::Timestamp;

/// Where this server has uploaded files.
pub const UPLOADS: &str = "/_uploads/photos/";
/// The kind of pictures.
pub const PICTURE: i64 = 1;
/// Hexadecimal digits of SHA-256.
const HASH_DIGITS: usize = 64;

/// What is known of an uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Small counted number.
    pub id: AssetId,
    /// Whose it is; `None` is an operator's, which every store may use.
    pub store: Option<StoreId>,
    /// Its path below `/_uploads/photos/`, made of its content.
    pub file: String,
    /// What the client called it.
    pub filename: String,
    /// 1 is a picture, 2 a film, 3 a text, 4 a sound, 5 anything else.
    pub kind: i64,
    /// Bytes.
    pub bytes: i64,
    /// Pixels, of a picture.
    pub width: i64,
    /// Pixels, of a picture.
    pub height: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

impl Asset {
    /// Where this server has it.
    pub fn path(&self) -> String {
        format!("{UPLOADS}{}", self.file)
    }

    /// Whether it is a picture.
    pub fn is_picture(&self) -> bool {
        self.kind == PICTURE
    }

    /// Where this server has a smaller copy; of anything but a picture there is none.
    pub fn thumbnail(&self, preset: Preset) -> Option<String> {
        self.is_picture().then(|| format!("{UPLOADS}{}", preset.file(&self.file)))
    }
}

/// A size of the smaller copies that every picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// For rows of lists.
    Small,
    /// For grids.
    Medium,
    /// For a whole screen.
    Large,
}

impl Preset {
    /// All of them, the largest first.
    pub const ALL: [Self; 3] = [Self::Large, Self::Medium, Self::Small];

    /// The longest side in pixels; a smaller picture is not enlarged.
    pub fn longest_side(self) -> u32 {
        match self {
            Self::Small => 240,
            Self::Medium => 480,
            Self::Large => 960,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Small => "-small",
            Self::Medium => "-medium",
            Self::Large => "-large",
        }
    }

    /// What this copy of a file is called.
    pub fn file(self, of: &str) -> String {
        format!("{of}{}", self.suffix())
    }
}

/// What the content of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// MPEG-4.
    Mp4,
    /// `WebM` or Matroska.
    Webm,
    /// MPEG audio.
    Mp3,
    /// Wave.
    Wav,
    /// Ogg.
    Ogg,
    /// FLAC.
    Flac,
    /// Plain text.
    Text,
    /// Anything else, what a browser would run among it.
    Other,
}

impl Format {
    const ENDINGS: [(Self, &str, &str, i64); 12] = [
        (Self::Jpeg, "jpg", "image/jpeg", PICTURE),
        (Self::Png, "png", "image/png", PICTURE),
        (Self::Gif, "gif", "image/gif", PICTURE),
        (Self::Webp, "webp", "image/webp", PICTURE),
        (Self::Mp4, "mp4", "video/mp4", 2),
        (Self::Webm, "webm", "video/webm", 2),
        (Self::Text, "txt", "text/plain; charset=utf-8", 3),
        (Self::Mp3, "mp3", "audio/mpeg", 4),
        (Self::Wav, "wav", "audio/wav", 4),
        (Self::Ogg, "ogg", "audio/ogg", 4),
        (Self::Flac, "flac", "audio/flac", 4),
        (Self::Other, "bin", "application/octet-stream", 5),
    ];

    /// By its first bytes; what the client says of it counts for nothing.
    pub fn of(content: &[u8]) -> Self {
        match content {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Self::Wav,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
                let films = [b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "];
                if films.iter().any(|film| brand.starts_with(*film)) { Self::Mp4 } else { Self::Other }
            }
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::Webm,
            [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => Self::Mp3,
            [b'O', b'g', b'g', b'S', ..] => Self::Ogg,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            _ if is_plain_text(content) => Self::Text,
            _ => Self::Other,
        }
    }

    fn row(self) -> (&'static str, &'static str, i64) {
        let row = Self::ENDINGS.iter().find(|(format, ..)| *format == self);
        row.map_or(("bin", "application/octet-stream", 5), |(_, ending, media_type, kind)| {
            (*ending, *media_type, *kind)
        })
    }

    /// What names of such files end with.
    pub fn ending(self) -> &'static str {
        self.row().0
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        self.row().1
    }

    /// 1 is a picture, 2 a film, 3 a text, 4 a sound, 5 anything else.
    pub fn kind(self) -> i64 {
        self.row().2
    }
}

/// Markup is none: a browser may run it.
fn is_plain_text(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok_and(|text| {
        let is_odd = |sign: char| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r');
        !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && !text.contains(is_odd)
    })
}

/// The name of a file by its content, or of a copy of it: the one shape that anything is read and written under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    text: String,
    /// Where the suffix of a copy begins.
    end: usize,
    format: Format,
}

impl FileName {
    /// Of a file whose content has this SHA-256 in lower-case hexadecimal digits.
    pub fn new(hash: &str, format: Format) -> Self {
        let (folder, rest) = hash.split_at(2);
        let text = format!("{folder}/{rest}.{}", format.ending());
        Self { end: text.len(), text, format }
    }

    /// Reads what [`FileName::new`] or [`Preset::file`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, preset) =
            text.split_once('-').map_or((text, None), |(name, _)| (name, Some(&text[name.len()..])));
        let is_preset = |suffix: &str| Preset::ALL.iter().any(|preset| preset.suffix() == suffix);
        let (hash, ending) = name.split_once('.')?;
        let (folder, rest) = hash.split_once('/')?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_hash = folder.len() == 2
            && rest.len() == HASH_DIGITS - 2
            && folder.bytes().chain(rest.bytes()).all(is_digit);
        let (format, ..) = Format::ENDINGS.iter().find(|(_, known, ..)| *known == ending)?;
        (is_hash && preset.is_none_or(is_preset)).then(|| Self {
            text: text.to_owned(),
            end: name.len(),
            format: *format,
        })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The file that it is a copy of, or itself.
    pub fn original(&self) -> &str {
        &self.text[..self.end]
    }

    /// What is in it: copies are JPEG, whatever the picture is.
    pub fn format(&self) -> Format {
        if self.end < self.text.len() { Format::Jpeg } else { self.format }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_what_a_file_is() {
        for (content, format) in [
            (&b"\xff\xd8\xff\xe0"[..], Format::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Format::Png),
            (b"GIF89a", Format::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", Format::Webp),
            (b"RIFF\0\0\0\0WAVEfmt ", Format::Wav),
            (b"RIFF", Format::Text),
            (b"\0\0\0\x18ftypmp42", Format::Mp4),
            (b"\0\0\0\x18ftypheic", Format::Other),
            ("红牛\n".as_bytes(), Format::Text),
            (b"  \n<html><script>", Format::Other),
            (b"\xef\xbb\xbf<svg xmlns=''>", Format::Other),
            (b"<?xml version='1.0'?><svg/>", Format::Other),
            (b"a\0b", Format::Other),
            (b"\xff\xfe<\0", Format::Other),
        ] {
            assert_eq!(Format::of(content), format, "{content:?}");
        }
    }

    #[test]
    fn only_our_own_names_are_names() {
        let hash = "0123456789abcdef".repeat(4);
        let name = FileName::new(&hash, Format::Png);
        assert_eq!(FileName::parse(name.as_str()), Some(name.clone()));
        let small = FileName::parse(&Preset::Small.file(name.as_str())).unwrap();
        assert_eq!((small.original(), small.format()), (name.as_str(), Format::Jpeg));
        let rest = &hash[2..];
        for other in [
            String::new(),
            "..".to_owned(),
            "01/../../shop.db".to_owned(),
            format!("/01/{rest}.png"),
            format!("01/{rest}.png/"),
            format!("01/{rest}.PNG"),
            format!("01/{rest}.exe"),
            format!("01/{rest}.png-huge"),
            format!("01/{rest}.png-small-small"),
            format!("01/{rest}.png-"),
            format!("01/{}.png", rest.to_uppercase()),
            format!("01/{}.png", &rest[1..]),
            format!("01/0{rest}.png"),
            format!("0/1{rest}.png"),
            format!("01\\{rest}.png"),
        ] {
            assert_eq!(FileName::parse(&other), None, "{other}");
        }
    }
}
