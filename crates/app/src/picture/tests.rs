//! What becomes of uploaded pictures, and which are refused.

use image::codecs::gif::{GifDecoder, GifEncoder};
use image::{AnimationDecoder, Frame, Rgba, RgbaImage};

use super::*;

/// What a camera writes: the picture lies on its right side, and where it was taken.
const CAMERA: &[u8] =
    b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0 at home, 35.7 N 51.4 E";

/// Left half red, right half blue.
fn flag(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) };
    RgbImage::from_fn(width, height, |x, _| colour(x)).into()
}

fn file(image: &DynamicImage, format: Format) -> Vec<u8> {
    encoded(image, format, None).unwrap()
}

fn from_camera(format: Format) -> Vec<u8> {
    let (image, mut bytes) = (flag(40, 20), Vec::new());
    match format {
        Format::Jpeg => written_by_camera(&image, JpegEncoder::new_with_quality(&mut bytes, 100)),
        Format::Webp => written_by_camera(&image, WebPEncoder::new_lossless(&mut bytes)),
        _ => written_by_camera(&image, PngEncoder::new(&mut bytes)),
    }
    bytes
}

fn written_by_camera(image: &DynamicImage, mut encoder: impl ImageEncoder) {
    encoder.set_exif_metadata(CAMERA.to_vec()).unwrap();
    image.write_with_encoder(encoder).unwrap();
}

fn kept(content: &[u8]) -> Option<Prepared> {
    prepared(&Bytes::copy_from_slice(content))
}

fn has(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|part| part == text)
}

fn size(content: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(content).unwrap();
    (image.width(), image.height())
}

#[test]
fn a_picture_is_turned_the_right_way_up_and_forgets_its_camera() {
    for format in [Format::Jpeg, Format::Png, Format::Webp] {
        let content = from_camera(format);
        assert!(has(&content, b"at home"));
        let kept = kept(&content).unwrap();
        assert_eq!((kept.width, kept.height, kept.name.format()), (20, 40, format));
        assert!(!has(&kept.content, b"at home") && !has(&kept.content, b"II*\0"), "{format:?}");
        let image = image::load_from_memory(&kept.content).unwrap().to_rgb8();
        let [red, _, blue] = image.get_pixel(10, 5).0;
        assert!(red > 200 && blue < 50, "the left half is on top: {format:?}");
        let [red, _, blue] = image.get_pixel(10, 35).0;
        assert!(red < 50 && blue > 200, "{format:?}");
        for (_, copy) in &kept.thumbnails {
            assert_eq!((size(copy), has(copy, b"at home")), ((20, 40), false));
        }
    }
}

#[test]
fn colours_keep_their_profile() {
    let mut profile = vec![7; 200];
    profile[16..20].copy_from_slice(b"RGB ");
    for format in [Format::Jpeg, Format::Webp] {
        let content = encoded(&flag(40, 20), format, Some(&profile)).unwrap();
        let kept = kept(&content).unwrap();
        assert!(has(&kept.content, &profile), "{format:?}");
        assert!(kept.thumbnails.iter().all(|(_, copy)| has(copy, &profile)));
    }
}

#[test]
fn thumbnails_fit_into_their_squares_and_are_not_enlarged() {
    for (width, height, expected) in [
        (2000, 1000, [(960, 480), (480, 240), (240, 120)]),
        (100, 300, [(100, 300), (100, 300), (80, 240)]),
        (1, 1, [(1, 1), (1, 1), (1, 1)]),
        (5000, 1, [(960, 1), (480, 1), (240, 1)]),
    ] {
        let kept = kept(&file(&flag(width, height), Format::Png)).unwrap();
        let sizes: Vec<_> = kept.thumbnails.iter().map(|(_, copy)| size(copy)).collect();
        assert_eq!(sizes, expected);
        assert!(kept.thumbnails.iter().all(|(_, copy)| Format::of(copy) == Format::Jpeg));
        let names: Vec<_> =
            kept.thumbnails.iter().map(|(name, _)| name.rsplit('-').next().unwrap()).collect();
        assert_eq!(names, ["large", "medium", "small"]);
    }
}

#[test]
fn what_is_transparent_is_white_in_thumbnails() {
    let clear = RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0])).into();
    let kept = kept(&file(&clear, Format::Png)).unwrap();
    let copy = image::load_from_memory(&kept.thumbnails[0].1).unwrap().to_rgb8();
    assert!(copy.pixels().all(|pixel| pixel.0.iter().all(|colour| *colour > 250)));
}

#[test]
fn the_same_picture_has_the_same_name() {
    let content = file(&flag(40, 20), Format::Jpeg);
    let (first, second) = (kept(&content).unwrap(), kept(&content).unwrap());
    assert_eq!(first.name, second.name);
    assert_ne!(first.name, kept(&file(&flag(20, 40), Format::Jpeg)).unwrap().name);
    assert!(FileName::parse(first.name.as_str()).is_some());
}

/// A file that says that it is larger than it is.
fn boast(format: Format, width: u32, height: u32) -> Vec<u8> {
    let mut content = file(&flag(8, 8), format);
    let big = |side: u32| side.to_be_bytes();
    match format {
        Format::Png => {
            content[16..20].copy_from_slice(&big(width));
            content[20..24].copy_from_slice(&big(height));
            let sum = checksum(&content[12..29]);
            content[29..33].copy_from_slice(&big(sum));
        }
        Format::Jpeg => {
            let at = content.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
            content[at + 5..at + 7].copy_from_slice(&big(height)[2..]);
            content[at + 7..at + 9].copy_from_slice(&big(width)[2..]);
        }
        _ => unreachable!(),
    }
    content
}

/// As PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

#[test]
fn a_bomb_is_refused_by_its_head() {
    for (format, width, height) in [
        (Format::Png, 50_000, 50_000),
        (Format::Png, 8500, 6000),
        (Format::Png, i32::MAX as u32, 1),
        (Format::Jpeg, 65_000, 65_000),
        (Format::Jpeg, 8500, 6000),
    ] {
        let content = boast(format, width, height);
        // Not found broken: it was never decoded.
        let refused = decoded(&content, codec(format).unwrap());
        assert!(matches!(refused, Ok(None) | Err(ImageError::Limits(_))), "{format:?} {width} {height}");
        assert!(kept(&content).is_none());
    }
    // As large as may be, it is decoded, and found to be broken.
    let broken = decoded(&boast(Format::Png, 10_000, 5000), ImageFormat::Png);
    assert!(matches!(broken, Err(ImageError::Decoding(_))));
}

#[test]
fn a_picture_that_is_cut_off_is_refused() {
    // What PNG has behind the pixels nobody misses.
    for (format, end) in [(Format::Jpeg, 1), (Format::Png, 20), (Format::Webp, 1)] {
        let content = file(&flag(64, 64), format);
        assert!(kept(&content).is_some());
        for length in [content.len() / 2, content.len() * 9 / 10, content.len() - end] {
            assert!(kept(&content[..length]).is_none(), "{format:?} of {length}");
        }
    }
    let animation = animation(2);
    assert!(kept(&animation[..animation.len() - 1]).is_none());
}

#[test]
fn broken_bytes_are_refused_or_kept_and_never_a_panic() {
    let files = [Format::Jpeg, Format::Png, Format::Webp].map(|format| file(&flag(9, 7), format));
    for content in files.iter().chain([&animation(2)]) {
        for at in 0..content.len() {
            for wrong in [0, 0x7f, 0xff] {
                let mut broken = content.clone();
                broken[at] = wrong;
                kept(&broken);
            }
        }
    }
}

fn animation(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let frame = |number: usize| {
        Frame::new(RgbaImage::from_pixel(16, 16, Rgba([u8::try_from(number * 40).unwrap(), 0, 0, 255])))
    };
    GifEncoder::new(&mut bytes).encode_frames((0..frames).map(frame)).unwrap();
    bytes
}

fn frames(gif: &[u8]) -> usize {
    GifDecoder::new(Cursor::new(gif)).unwrap().into_frames().collect_frames().unwrap().len()
}

#[test]
fn an_animation_keeps_its_frames_and_loses_its_comments() {
    let plain = animation(3);
    let mut content = plain[..plain.len() - 1].to_vec();
    content.extend(b"\x21\xfe\x07at home\0\x21\xff\x0bXMP DataXMP\x07at home\0;<script>at home</script>");
    let kept = kept(&content).unwrap();
    assert!(!has(&kept.content, b"at home") && !has(&kept.content, b"script"));
    assert_eq!((frames(&kept.content), kept.width, kept.height), (3, 16, 16));
    assert_eq!(kept.content, self::kept(&plain).unwrap().content);
}

#[test]
fn frames_have_a_limit_together() {
    let content = animation(2);
    let at = content.windows(1).rposition(|mark| mark == [0x2c]).unwrap();
    let mut large = content.clone();
    large[at + 5..at + 9].fill(0xff);
    assert!(container::gif(&content).is_some());
    assert!(container::gif(&large).is_none(), "65535 by 65535 pixels");
}

#[test]
fn a_webp_keeps_its_picture_and_loses_the_rest() {
    let plain = file(&flag(40, 20), Format::Webp);
    let mut content = plain.clone();
    content.extend(b"HTML\x10\0\0\0<script></script");
    let length = u32::try_from(content.len() - 8).unwrap();
    content[4..8].copy_from_slice(&length.to_le_bytes());
    content.extend(b"<script>behind the end</script>");
    let kept = kept(&content).unwrap();
    assert_eq!(kept.content, plain);
}

#[test]
fn what_is_no_picture_stays_as_it_is() {
    for content in [&b"<html><script>alert(1)</script>"[..], "红牛".as_bytes(), b"\0\x01\x02", b"%PDF-1.7"]
    {
        let kept = kept(content).unwrap();
        assert_eq!((kept.content.as_ref(), kept.width, kept.thumbnails.len()), (content, 0, 0));
    }
}
