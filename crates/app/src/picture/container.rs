//! Pictures as bytes, before anything is decoded: whether they are whole, and what of GIF and WebP may stay. Comments,
//! camera data and what hides behind the end are left out.

use domain::limits::MAX_PIXELS;

/// The most pixels of all frames of an animation together.
const MAX_FRAME_PIXELS: u64 = 10 * MAX_PIXELS;
/// The largest colour profile that is kept, in bytes.
const LARGEST_PROFILE: usize = 1024 * 1024;
/// How a block begins that says how often a GIF is played, and how the part in it does that says so.
const LOOP: &[u8] = b"\x21\xff\x0bNETSCAPE2.0\x03\x01";
/// How a block begins that says how long a frame of a GIF is shown.
const CONTROL: &[u8] = b"\x21\xf9\x04";

/// Whether a colour profile may stay.
pub(super) fn is_profile(profile: &[u8]) -> bool {
    profile.len() <= LARGEST_PROFILE && profile.get(16..20) == Some(b"RGB ")
}

/// Whether a JPEG has its end. The decoder paints grey what is missing.
pub(super) fn is_whole_jpeg(content: &[u8]) -> bool {
    let mut rest = content.get(2..).unwrap_or_default();
    loop {
        let is_mark = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7);
        let Some(at) = rest.windows(2).position(is_mark) else { return false };
        let kind = rest[at + 1];
        rest = &rest[at + 2..];
        match (kind, rest) {
            (0xd9, _) => return true,
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
}

/// A GIF with its frames and how they are played.
pub(super) fn gif(content: &[u8]) -> Option<Vec<u8>> {
    let mut at = 13 + table(*content.get(10)?);
    let side = |at: usize| Some(u64::from(u16::from_le_bytes([*content.get(at)?, *content.get(at + 1)?])));
    let (width, height) = (side(6)?, side(8)?);
    let mut kept = content.get(..at)?.to_vec();
    let mut pixels = 0;
    loop {
        let start = at;
        match *content.get(at)? {
            0x2c => {
                let frame = (side(at + 5)?, side(at + 7)?);
                // The decoder would take room for it, however small the screen is.
                if side(at + 1)? + frame.0 > width || side(at + 3)? + frame.1 > height {
                    return None;
                }
                pixels += frame.0 * frame.1;
                at = after_blocks(content, at + 11 + table(*content.get(at + 9)?))?;
                kept.extend(&content[start..at]);
            }
            0x21 => {
                at = after_blocks(content, at + 2)?;
                // As long as it has to be: whatever else is in the block stays behind.
                for (begin, length) in [(CONTROL, 4), (LOOP, 2)] {
                    let block = content[start..at].get(..begin.len() + length);
                    if let Some(block) = block.filter(|block| block.starts_with(begin)) {
                        kept.extend(block);
                        kept.push(0);
                    }
                }
            }
            0x3b => {
                kept.push(0x3b);
                return Some(kept);
            }
            _ => return None,
        }
        if pixels > MAX_FRAME_PIXELS || width * height > MAX_PIXELS {
            return None;
        }
    }
}

/// Bytes of a table of colours.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) }
}

/// Where the blocks that begin here have ended.
fn after_blocks(content: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*content.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// A WebP with its frames and its colour profile.
pub(super) fn webp(content: &[u8]) -> Option<Vec<u8>> {
    let chunks = content.get(12..8 + number(content.get(4..8)?))?;
    let mut kept = content[..12].to_vec();
    let mut head = None;
    let mut has_profile = false;
    let mut pixels = 0;
    for chunk in Chunks(chunks) {
        let (name, body) = chunk?;
        match name {
            b"VP8X" if body.len() == 10 => {
                head = head.or(Some(kept.len() + 8));
                append(&mut kept, name, body)?;
            }
            b"ANIM" if body.len() == 6 => append(&mut kept, name, body)?,
            b"VP8X" | b"ANIM" => return None,
            b"ANMF" => {
                let side = |at: usize| body.get(at..at + 3).map(|bytes| number(bytes) as u64 + 1);
                pixels += side(6)? * side(9)?;
                append(&mut kept, name, &frame(body)?)?;
            }
            b"ICCP" if is_profile(body) && !has_profile => {
                has_profile = true;
                append(&mut kept, name, body)?;
            }
            _ if is_image(name) => append(&mut kept, name, body)?,
            _ => {}
        }
    }
    if let Some(head) = head {
        // No camera data, no XMP, and a profile only where it stays.
        kept[head] &= if has_profile { !0x0c } else { !0x2c };
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&length.to_le_bytes());
    (pixels <= MAX_FRAME_PIXELS).then_some(kept)
}

/// A frame of an animation: where and how long, and its picture.
fn frame(body: &[u8]) -> Option<Vec<u8>> {
    let (head, chunks) = body.split_at_checked(16)?;
    let mut kept = head.to_vec();
    for chunk in Chunks(chunks) {
        let (name, body) = chunk?;
        if is_image(name) {
            append(&mut kept, name, body)?;
        }
    }
    Some(kept)
}

fn is_image(name: &[u8]) -> bool {
    matches!(name, b"ALPH" | b"VP8 " | b"VP8L")
}

fn append(kept: &mut Vec<u8>, name: &[u8], body: &[u8]) -> Option<()> {
    kept.extend(name);
    kept.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
    kept.extend(body);
    kept.extend(&[0][..body.len() % 2]);
    Some(())
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The chunks of a WebP by name; `None` for one that is cut off, which is the last.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Option<(&'a [u8; 4], &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = std::mem::take(&mut self.0);
        let chunk = || {
            let (name, rest) = rest.split_first_chunk()?;
            let length = number(rest.get(..4)?);
            let (chunk, behind) = rest[4..].split_at_checked(length + length % 2)?;
            Some((name, &chunk[..length], behind))
        };
        if rest.is_empty() {
            return None;
        }
        Some(chunk().map(|(name, body, behind)| {
            self.0 = behind;
            (name, body)
        }))
    }
}
