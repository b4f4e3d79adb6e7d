//! Pictures as bytes, before anything is decoded: whether they are whole, and what of GIF and WebP may stay. Comments,
//! camera data and what hides behind the end are left out.

use domain::limits::MAX_PIXELS;

/// The most pixels of all frames of an animation together.
const MAX_FRAME_PIXELS: u64 = 10 * MAX_PIXELS;

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
    let mut kept = content.get(..at)?.to_vec();
    let mut pixels = 0;
    loop {
        let start = at;
        match *content.get(at)? {
            0x2c => {
                let frame = content.get(at + 1..at + 10)?;
                let side = |at: usize| u64::from(u16::from_le_bytes([frame[at], frame[at + 1]]));
                pixels += side(4) * side(6);
                at = after_blocks(content, at + 11 + table(frame[8]))?;
                kept.extend(&content[start..at]);
            }
            0x21 => {
                let label = *content.get(at + 1)?;
                at = after_blocks(content, at + 2)?;
                let is_loop = label == 0xff && content[start..at].get(3..14) == Some(b"NETSCAPE2.0");
                if matches!(label, 0x01 | 0xf9) || is_loop {
                    kept.extend(&content[start..at]);
                }
            }
            0x3b => {
                kept.push(0x3b);
                return Some(kept);
            }
            _ => return None,
        }
        if pixels > MAX_FRAME_PIXELS {
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
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let mut rest = content.get(12..8 + number(content.get(4..8)?))?;
    let mut kept = content[..12].to_vec();
    let mut pixels = 0;
    while !rest.is_empty() {
        let length = number(rest.get(4..8)?);
        let (chunk, behind) = rest.split_at_checked(8 + length + length % 2)?;
        let start = kept.len();
        match &chunk[..4] {
            b"VP8X" => {
                kept.extend(chunk);
                // No camera data and no XMP.
                *kept.get_mut(start + 8)? &= !0x0c;
            }
            b"ANMF" => {
                let side = |at: usize| chunk.get(at..at + 3).map(|bytes| number(bytes) as u64 + 1);
                pixels += side(14)? * side(17)?;
                kept.extend(chunk);
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => kept.extend(chunk),
            _ => {}
        }
        rest = behind;
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&length.to_le_bytes());
    (pixels <= MAX_FRAME_PIXELS).then_some(kept)
}
