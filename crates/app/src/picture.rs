//! Uploaded content made fit to be kept: what it is, and of pictures how large, the right way up, without what cameras
//! wrote into them, and with smaller copies. Never where it is kept.

mod container;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Error as IoError, Write};

use bytes::Bytes;
use domain::asset::{FileName, Format, Preset};
use domain::limits::{MAX_PIXELS, MAX_UPLOAD};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, ImageResult, Rgb,
    RgbImage,
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::entropy::hex;
use crate::{Error, Result};

/// Pictures decoded at once: each may take more than half a gigabyte, and carts want the other cores.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Quality of pictures that are written anew, and of smaller copies; percent.
const QUALITY: u8 = 90;
const SMALLER_QUALITY: u8 = 80;

/// Content that may be kept.
pub(crate) struct Prepared {
    pub(crate) name: FileName,
    pub(crate) content: Bytes,
    /// Pixels; 0 where it is no picture.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Smaller copies of a picture, by name.
    pub(crate) thumbnails: Vec<(String, Bytes)>,
}

/// Prepares content beside the threads that serve. A picture that is broken or too large is refused.
pub(crate) async fn prepare(content: Bytes) -> Result<Prepared> {
    let turn = AT_ONCE.acquire().await.expect("it is never closed");
    let prepared = tokio::task::spawn_blocking(move || {
        // Held until it has ended, even when nobody waits for it any more.
        let _turn = turn;
        prepared(&content)
    });
    match prepared.await {
        Ok(prepared) => prepared.ok_or(Error::BadField("file")),
        Err(error) => {
            tracing::warn!(%error, "a picture was too much for its decoder");
            Err(Error::BadField("file"))
        }
    }
}

fn prepared(content: &Bytes) -> Option<Prepared> {
    let format = Format::of(content);
    let Some(codec) = codec(format) else {
        let name = FileName::new(&hex(&Sha256::digest(content)), format);
        let content = content.clone();
        return Some(Prepared { name, content, width: 0, height: 0, thumbnails: Vec::new() });
    };
    let kept = match format {
        Format::Jpeg if !container::is_whole_jpeg(content) => return None,
        Format::Gif => Some(container::gif(content)?),
        Format::Webp => Some(container::webp(content)?),
        _ => None,
    };
    let Decoded { image, is_turned, profile } = decoded(content, codec).ok()??;
    let kept = match kept {
        Some(kept) if !is_turned => kept,
        _ => encoded(&image, format, profile.as_ref()).ok()?,
    };
    if kept.len() > MAX_UPLOAD {
        return None;
    }
    let name = FileName::new(&hex(&Sha256::digest(&kept)), format);
    let (width, height) = (image.width(), image.height());
    let thumbnails = thumbnails(image, name.as_str(), profile.as_ref()).ok()?;
    Some(Prepared { name, content: kept.into(), width, height, thumbnails })
}

fn codec(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Png => Some(ImageFormat::Png),
        Format::Gif => Some(ImageFormat::Gif),
        Format::Webp => Some(ImageFormat::WebP),
        _ => None,
    }
}

struct Decoded {
    image: DynamicImage,
    is_turned: bool,
    profile: Option<Vec<u8>>,
}

/// `None` where there are too many pixels, which the head tells before room for them is taken.
fn decoded(content: &[u8], codec: ImageFormat) -> ImageResult<Option<Decoded>> {
    let mut decoder = ImageReader::with_format(Cursor::new(content), codec).into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Ok(None);
    }
    // Some write the mark of JPEG's block into WebP as well, which the decoder does not know.
    let orientation = decoder
        .exif_metadata()?
        .and_then(|exif| Orientation::from_exif_chunk(exif.strip_prefix(b"Exif\0\0").unwrap_or(&exif)));
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    // Of colours that are decoded to others, the profile no longer speaks.
    let profile = decoder.icc_profile()?.filter(|profile| container::is_profile(profile));
    let mut image = eight_bits(DynamicImage::from_decoder(decoder)?);
    image.apply_orientation(orientation);
    Ok(Some(Decoded { image, is_turned: orientation != Orientation::NoTransforms, profile }))
}

/// No screen shows more, and turning and writing them takes twice the memory.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => image.to_luma8().into(),
        DynamicImage::ImageLumaA16(_) => image.to_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => image.to_rgb8().into(),
        DynamicImage::ImageRgba16(_) => image.to_rgba8().into(),
        image => image,
    }
}

/// Bytes up to the size of the largest file.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_UPLOAD {
            return Err(IoError::other("larger than a file may be"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn encoded(image: &DynamicImage, format: Format, profile: Option<&Vec<u8>>) -> ImageResult<Vec<u8>> {
    let mut bytes = Bounded::default();
    match format {
        Format::Jpeg => written(image, JpegEncoder::new_with_quality(&mut bytes, QUALITY), profile)?,
        Format::Webp => written(image, WebPEncoder::new_lossless(&mut bytes), profile)?,
        _ => {
            let (much, filter) = (CompressionType::Default, FilterType::Adaptive);
            written(image, PngEncoder::new_with_quality(&mut bytes, much, filter), profile)?;
        }
    }
    Ok(bytes.0)
}

fn written(
    image: &DynamicImage,
    mut encoder: impl ImageEncoder,
    profile: Option<&Vec<u8>>,
) -> ImageResult<()> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.clone()).map_err(ImageError::Unsupported)?;
    }
    image.write_with_encoder(encoder)
}

/// Smaller copies, each made of the one before.
fn thumbnails(
    mut image: DynamicImage,
    name: &str,
    profile: Option<&Vec<u8>>,
) -> ImageResult<Vec<(String, Bytes)>> {
    let mut thumbnails = Vec::new();
    for preset in Preset::ALL {
        let side = preset.longest_side();
        if image.width().max(image.height()) > side {
            image = image.thumbnail(side, side);
        }
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, SMALLER_QUALITY);
        written(&on_white(&image).into(), encoder, profile)?;
        thumbnails.push((preset.file(name), bytes.into()));
    }
    Ok(thumbnails)
}

/// What is transparent shows white, as JPEG knows no transparency.
fn on_white(image: &DynamicImage) -> RgbImage {
    let image = image.to_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, opaque] = image.get_pixel(x, y).0;
        let over = |colour: u8| {
            let mixed = u32::from(colour) * u32::from(opaque) + 255 * (255 - u32::from(opaque));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}
