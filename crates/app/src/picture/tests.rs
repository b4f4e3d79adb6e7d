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

#[test]
fn all_eight_ways_to_hold_a_camera_are_turned() {
    // Where red, green, blue and white corners of what is shown were when it was taken.
    let corners = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]];
    let shown = RgbImage::from_fn(2, 2, |x, y| Rgb(corners[(y * 2 + x) as usize]));
    for (orientation, taken) in [
        (1, [0, 1, 2, 3]),
        (2, [1, 0, 3, 2]),
        (3, [3, 2, 1, 0]),
        (4, [2, 3, 0, 1]),
        (5, [0, 2, 1, 3]),
        (6, [1, 3, 0, 2]),
        (7, [3, 1, 2, 0]),
        (8, [2, 0, 3, 1]),
    ] {
        let image: DynamicImage =
            RgbImage::from_fn(2, 2, |x, y| Rgb(corners[taken[(y * 2 + x) as usize]])).into();
        for mark in [&b""[..], b"Exif\0\0"] {
            let mut exif = [mark, CAMERA].concat();
            exif[mark.len() + 18] = orientation;
            let mut content = Vec::new();
            let mut encoder = WebPEncoder::new_lossless(&mut content);
            encoder.set_exif_metadata(exif).unwrap();
            image.write_with_encoder(encoder).unwrap();
            let kept = kept(&content).unwrap();
            let turned = image::load_from_memory(&kept.content).unwrap().to_rgb8();
            assert_eq!(turned, shown, "{orientation} {mark:?}");
        }
    }
}

#[test]
fn sixteen_bits_become_eight() {
    let noise = |x: u32, y: u32| u16::try_from((x * 7919 + y * 104_729) % 65_536).unwrap();
    let deep: DynamicImage =
        image::ImageBuffer::from_fn(64, 64, |x, y| Rgba([noise(x, y), noise(y, x), 9, 65_535])).into();
    let content = file(&deep, Format::Png);
    let kept = kept(&content).unwrap();
    assert_eq!(image::load_from_memory(&kept.content).unwrap(), deep.to_rgba8().into());
    assert!(kept.content.len() < content.len());
}

#[test]
fn what_would_be_larger_than_a_file_may_be_is_refused() {
    let mut seed = 1_u32;
    let noise = RgbImage::from_fn(3000, 2500, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = seed.to_le_bytes();
        Rgb([red, green, blue])
    });
    assert!(encoded(&noise.clone().into(), Format::Png, None).is_err());
    assert!(encoded(&noise.into(), Format::Webp, None).is_err());
}

#[test]
fn a_frame_beyond_its_screen_is_refused_before_it_is_decoded() {
    let content = animation(2);
    let at = content.windows(1).rposition(|mark| mark == [0x2c]).unwrap();
    for (field, value) in [(1, 1), (3, 1), (5, 17), (7, 17)] {
        let mut beyond = content.clone();
        beyond[at + field] = value;
        assert!(container::gif(&beyond).is_none(), "{field}");
    }
    let mut screen = content;
    screen[6..10].fill(0xff);
    assert!(container::gif(&screen).is_none());
}

#[test]
fn blocks_of_an_animation_are_as_long_as_they_have_to_be() {
    let plain = animation(2);
    let control = plain.windows(3).position(|block| block == b"\x21\xf9\x04").unwrap();
    let mut content = plain[..control + 7].to_vec();
    content.extend(b"\x07at home");
    content.extend(&plain[control + 7..plain.len() - 1]);
    content.extend(b"\x21\x01\x07at home\0\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\0\x07at home\0;");
    let kept = container::gif(&content).unwrap();
    let mut expected = plain[..plain.len() - 1].to_vec();
    expected.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x05\0\0;");
    assert_eq!(kept, expected);
}

/// A WebP of these chunks.
fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"WEBP".to_vec();
    for (name, body) in chunks {
        bytes.extend(*name);
        bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend(*body);
        bytes.extend(&[0][..body.len() % 2]);
    }
    let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [b"RIFF", &length[..], &bytes].concat()
}

#[test]
fn frames_of_a_webp_lose_what_is_no_picture() {
    let picture = &file(&flag(4, 4), Format::Webp)[20..];
    let frame = |chunks: &[(&[u8; 4], &[u8])]| {
        [&[0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 9, 0, 0, 0], &riff(chunks)[12..]].concat()
    };
    let animation = |flags: u8, frame: &[u8], profile: Option<&[u8]>| {
        let head = [flags, 0, 0, 0, 3, 0, 0, 3, 0, 0];
        let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"VP8X", &head)];
        chunks.extend(profile.map(|profile| (b"ICCP", profile)));
        chunks.extend([(b"ANIM", &[0; 6][..]), (b"ANMF", frame)]);
        riff(&chunks)
    };
    let camera = frame(&[(b"EXIF", b"at home"), (b"VP8L", picture), (b"XMP ", b"at home")]);
    let plain = frame(&[(b"VP8L", picture)]);
    let profile = b"0123456789abcdefGRAY at home";
    let kept = container::webp(&animation(0x2e, &camera, Some(profile))).unwrap();
    assert_eq!(kept, animation(0x02, &plain, None));
    let profile = b"0123456789abcdefRGB ";
    let kept = container::webp(&animation(0x22, &plain, Some(profile))).unwrap();
    assert_eq!(kept, animation(0x22, &plain, Some(profile)));
    assert!(prepared(&kept.into()).is_some());
    let long = riff(&[(b"VP8X", &[0; 40]), (b"VP8L", picture)]);
    assert!(container::webp(&long).is_none());
}
