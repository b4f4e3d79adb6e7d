//! The fixed limits of carts and catalogues.

/// The most pieces one cart line may hold.
pub const MAX_LINE_QUANTITY: i64 = 999_999;
/// The most lines one cart may hold.
pub const MAX_LINES: i64 = 500;
/// What a SKU without inventory tracking shows as its stock.
pub const UNTRACKED_STOCK: i64 = 9_999_999;
/// The highest price in minor units: with it, the largest cart still adds up within an `i64`.
pub const MAX_PRICE: i64 = 9_999_999_999;
/// The highest stock of a SKU.
pub const MAX_STOCK: i64 = 1_000_000_000;
/// The longest note on a line, in characters.
pub const MAX_NOTES: usize = 500;
/// The largest uploaded file, in bytes.
pub const MAX_UPLOAD: usize = 20 * 1024 * 1024;
/// The most files of one upload.
pub const MAX_FILES: usize = 20;
/// The most pixels of a picture.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The largest `order_extra` on a line, in bytes of JSON.
pub const MAX_EXTRA: usize = 16 * 1024;
/// The most SKUs one product may be given.
pub const MAX_SKUS: usize = 200;
/// The heaviest SKU that is published, in grams.
pub const MAX_GRAMS: i64 = 100_000_000;
/// The most pictures one product is published with.
pub const MAX_PICTURES: usize = 50;
/// The most labels one product has.
pub const MAX_LABELS: usize = 50;
/// The most keywords of one product, and the longest, in characters.
pub const MAX_KEYWORDS: usize = 50;
/// The longest title that is published, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest short text that is published (features, custom details, a colour, a code), in characters.
pub const MAX_SHORT_TEXT: usize = 500;
/// The longest long text that is published, in characters.
pub const MAX_CONTENT: usize = 200_000;
/// The longest return policy, in characters.
pub const MAX_RETURN_POLICY: usize = 10_000;
/// The most days of making.
pub const MAX_MADE_CYCLE: i64 = 3650;
