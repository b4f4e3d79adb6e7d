//! The index: what is kept of a listing, and where. It is made from the database and may be lost at any time.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use domain::id::{BrandId, CategoryId, ListingId, ProductId};
use domain::product::Product;
use domain::text::fold;
use domain::time::Timestamp;
use store::shelf::{Shelved, Stamp};
use tantivy::directory::{Directory, MmapDirectory, RamDirectory};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, Result, Searcher, TantivyDocument, TantivyError, Term,
};

use super::latin::spellings;
use super::words::{Cutter, starts, units};
use crate::plain::excerpt;

/// What is kept and how words are cut; another one in an index means to make it anew.
const FORMAT: &str = "cartwright 4";
/// Memory for what is not written yet, in bytes; the engine takes no less. Each time it is full a part of the index is
/// written, and parts are merged later, so what writes much gets more.
const BUFFER: usize = 15_000_000;
const LARGE_BUFFER: usize = 30_000_000;
/// So many products are much.
const MUCH: usize = 1000;
/// Between two looks whether another process still writes.
const A_WHILE: Duration = Duration::from_millis(50);
/// Characters of the long text that are looked through.
const LONGEST_BODY: usize = 10_000;

// Columns, by which hits are chosen and sorted.
pub(super) const ID: &str = "id";
pub(super) const TRAITS: &str = "traits";
pub(super) const STORE: &str = "store";
pub(super) const CATEGORY: &str = "category";
pub(super) const BRAND: &str = "brand";
pub(super) const PRICE: &str = "price";
pub(super) const SALES: &str = "sales";
pub(super) const VIEWS: &str = "views";
pub(super) const UPDATED_AT: &str = "updated_at";
pub(super) const PUBLISHED_AT: &str = "published_at";
pub(super) const LENGTH: &str = "length";
pub(super) const TITLE: &str = "whole_title";
const PRODUCT: &str = "product";

/// What a listing is or is not.
#[expect(clippy::struct_excessive_bools, reason = "searches filter by each of them")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shelving {
    pub(super) shelf: i64,
    pub(super) is_own: bool,
    pub(super) is_recommended: bool,
    pub(super) is_distributed: bool,
    pub(super) is_running_low: bool,
}

impl Shelving {
    fn of(listing: &Shelved) -> Self {
        let Shelved { shelf, is_own, is_recommended, is_distributed, is_running_low, .. } = *listing;
        Self { shelf, is_own, is_recommended, is_distributed, is_running_low }
    }

    /// As a number below 64.
    pub(super) fn traits(self) -> u64 {
        let flags = [self.is_own, self.is_recommended, self.is_distributed, self.is_running_low];
        flags.into_iter().fold(self.shelf.cast_unsigned() & 3, |traits, flag| traits << 1 | u64::from(flag))
    }

    fn from_traits(traits: u64) -> Self {
        let has = |bit: u64| traits >> bit & 1 == 1;
        Self {
            shelf: (traits >> 4 & 3).cast_signed(),
            is_own: has(3),
            is_recommended: has(2),
            is_distributed: has(1),
            is_running_low: has(0),
        }
    }

    /// All there are.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..64).map(Self::from_traits)
    }
}

/// What is kept of a listing: columns, and the parts of its product that are looked through.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    id: Field,
    product: Field,
    /// Shelving, as a number.
    traits: Field,
    store: Field,
    /// 0 is none, of brands too.
    category: Field,
    brand: Field,
    /// Minor units of currency.
    price: Field,
    sales: Field,
    views: Field,
    /// Microseconds; 0 is never.
    updated_at: Field,
    published_at: Field,
    /// Of the title, in units.
    length: Field,
    whole_title: Field,
    pub(super) title: Field,
    /// How the title begins.
    pub(super) starts: Field,
    /// Keywords, short text, codes and options.
    pub(super) about: Field,
    /// The long text.
    pub(super) body: Field,
    /// Codes and barcodes as a whole.
    pub(super) code: Field,
    /// The title in full pinyin.
    pub(super) full: Field,
    /// The initials of its pinyin.
    pub(super) initials: Field,
}

impl Fields {
    fn of(schema: &mut tantivy::schema::SchemaBuilder) -> Self {
        let text = |cutter, kept| {
            let indexing = TextFieldIndexing::default();
            let indexing = indexing.set_tokenizer(cutter).set_index_option(kept).set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing)
        };
        let whole = || text("raw", IndexRecordOption::Basic);
        Self {
            id: schema.add_u64_field(ID, FAST),
            product: schema.add_u64_field(PRODUCT, INDEXED | FAST),
            traits: schema.add_u64_field(TRAITS, FAST),
            store: schema.add_u64_field(STORE, FAST),
            category: schema.add_u64_field(CATEGORY, FAST),
            brand: schema.add_u64_field(BRAND, FAST),
            price: schema.add_u64_field(PRICE, FAST),
            sales: schema.add_u64_field(SALES, FAST),
            views: schema.add_u64_field(VIEWS, FAST),
            updated_at: schema.add_u64_field(UPDATED_AT, FAST),
            published_at: schema.add_u64_field(PUBLISHED_AT, FAST),
            length: schema.add_u64_field(LENGTH, FAST),
            whole_title: schema.add_text_field(TITLE, TextOptions::default().set_fast("raw")),
            title: schema.add_text_field("title", text("text", IndexRecordOption::WithFreqsAndPositions)),
            starts: schema.add_text_field("starts", whole()),
            about: schema.add_text_field("about", text("text", IndexRecordOption::WithFreqsAndPositions)),
            body: schema.add_text_field("body", text("long text", IndexRecordOption::WithFreqsAndPositions)),
            code: schema.add_text_field("code", whole()),
            full: schema.add_text_field("full", whole()),
            initials: schema.add_text_field("initials", whole()),
        }
    }

    fn document(&self, listing: &Shelved, product: &Product, content: &str) -> TantivyDocument {
        let title = units(&fold(&product.title));
        let mut document = TantivyDocument::new();
        for (field, number) in [
            (self.id, listing.id.get()),
            (self.product, listing.product.get()),
            (self.store, listing.store.get()),
            (self.category, listing.category.map_or(0, CategoryId::get)),
            (self.brand, listing.brand.map_or(0, BrandId::get)),
            (self.price, listing.price.minor()),
            (self.sales, listing.sales),
            (self.views, listing.views),
            (self.updated_at, listing.updated_at.micros()),
            (self.published_at, listing.published_at.map_or(0, Timestamp::micros)),
        ] {
            document.add_u64(field, u64::try_from(number).unwrap_or(0));
        }
        document.add_u64(self.traits, Shelving::of(listing).traits());
        document.add_u64(self.length, title.len() as u64);
        document.add_text(self.whole_title, &product.title);
        document.add_text(self.title, &product.title);
        for start in starts(&title) {
            document.add_text(self.starts, start);
        }
        let mut about = vec![product.keywords.as_str(), product.summary.as_str()];
        // Who has no key for the joiner of Persian types a blank.
        let parted = product.title.replace('\u{200c}', " ");
        if parted != product.title {
            about.push(&parted);
        }
        let mut codes = vec![product.id_code.as_str()];
        for sku in &product.skus {
            codes.extend([sku.id_code.as_str(), &sku.barcode]);
            about.extend([sku.color.as_str(), &sku.model]);
        }
        for code in codes.iter().map(|known| code(known)).filter(|code| !code.is_empty()) {
            document.add_text(self.code, code);
        }
        about.extend(codes);
        document.add_text(self.about, about.join("\n"));
        document.add_text(self.body, excerpt(content, LONGEST_BODY));
        let spelled = spellings(&title);
        for (field, spellings) in [(self.full, spelled.full), (self.initials, spelled.initials)] {
            for spelling in spellings {
                document.add_text(field, spelling);
            }
        }
        document
    }
}

/// A code as it is compared: folded letters and digits without what stands between them.
pub(super) fn code(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Where an index is kept.
pub(super) enum Place {
    /// In a folder, which other processes may write to, too.
    Folder(PathBuf),
    /// Nowhere else.
    Memory(RamDirectory),
}

impl Place {
    fn directory(&self) -> Result<Box<dyn Directory>> {
        match self {
            Self::Memory(memory) => Ok(Box::new(memory.clone())),
            Self::Folder(folder) => {
                fs::create_dir_all(folder)?;
                Ok(Box::new(MmapDirectory::open(folder)?))
            }
        }
    }

    /// Empties a folder whose index cannot be used; the engine's locks stay, since another process may hold them.
    fn clear(&self) -> Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|end| end != "lock") {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        // Another process was faster.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// An index as it was when it was opened.
pub(super) struct Opened {
    index: Index,
    reader: IndexReader,
    pub(super) fields: Fields,
}

impl Opened {
    /// Opens what is there; where that is nothing, of another format or broken, an empty one takes its place.
    pub(super) fn open(place: &Place, is_checked: bool) -> Result<Self> {
        match Self::of(place.directory()?, is_checked) {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => tracing::info!("the search index is of another version and is made anew"),
            Err(error) => tracing::warn!(%error, "the search index is broken and is made anew"),
        }
        place.clear()?;
        Self::of(place.directory()?, false)?
            .ok_or_else(|| TantivyError::InternalError("a new index is of another version".to_owned()))
    }

    /// The files are read and compared with their checksums when the index is to be checked.
    fn of(directory: Box<dyn Directory>, is_checked: bool) -> Result<Option<Self>> {
        let mut schema = Schema::builder();
        let fields = Fields::of(&mut schema);
        let schema = schema.build();
        let index = if Index::exists(&*directory)? {
            Index::open(directory)?
        } else {
            Index::create(directory, schema.clone(), tantivy::IndexSettings::default())?
        };
        let meta = index.load_metas()?;
        let is_ours = meta.segments.is_empty() || meta.payload.as_deref() == Some(FORMAT);
        if index.schema() != schema || !is_ours {
            return Ok(None);
        }
        let damaged = if is_checked { index.validate_checksum()? } else { HashSet::new() };
        if let Some(file) = damaged.into_iter().next() {
            return Err(TantivyError::InternalError(format!("{} is damaged", file.display())));
        }
        for (name, cutter) in [("text", Cutter::Text), ("long text", Cutter::LongText)] {
            index.tokenizers().register(name, TextAnalyzer::from(cutter));
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Some(Self { index, reader, fields }))
    }

    /// The index as it is now.
    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Whether there is anything to be found.
    pub(super) fn has_listings(&self) -> bool {
        self.searcher().num_docs() > 0
    }

    /// What tells whether a listing that is in the index has changed.
    pub(super) fn stamps(&self) -> Result<HashMap<ListingId, Stamp>> {
        let mut stamps = HashMap::new();
        for segment in self.searcher().segment_readers() {
            let column = |name| segment.fast_fields().column_first_or_default::<u64>(name);
            let (ids, products, traits, times) =
                (column(ID)?, column(PRODUCT)?, column(TRAITS)?, column(UPDATED_AT)?);
            stamps.extend(segment.doc_ids_alive().map(|doc| {
                let id = ListingId::new(ids.get_val(doc).cast_signed());
                let product = ProductId::new(products.get_val(doc).cast_signed());
                let shelf = Shelving::from_traits(traits.get_val(doc)).shelf;
                (id, (id, product, shelf, Timestamp::from_micros(times.get_val(doc).cast_signed())))
            }));
        }
        Ok(stamps)
    }

    /// Begins to write so many products; refused while another process writes, after so long.
    pub(super) fn write(&self, products: usize, patience: Duration) -> Result<Writing<'_>> {
        let buffer = if products < MUCH { BUFFER } else { LARGE_BUFFER };
        let started = Instant::now();
        loop {
            match self.index.writer_with_num_threads(1, buffer) {
                Err(TantivyError::LockFailure(..)) if started.elapsed() < patience => sleep(A_WHILE),
                writer => return Ok(Writing { opened: self, writer: writer? }),
            }
        }
    }
}

/// A change of the index, which nobody sees before it is finished.
pub(super) struct Writing<'a> {
    opened: &'a Opened,
    writer: IndexWriter,
}

impl Writing<'_> {
    /// Takes everything out.
    pub(super) fn clear(&self) -> Result<()> {
        self.writer.delete_all_documents().map(drop)
    }

    /// Takes a product's listings out, if there are any.
    pub(super) fn remove(&self, id: ProductId) {
        let id = Term::from_field_u64(self.opened.fields.product, id.get().cast_unsigned());
        self.writer.delete_term(id);
    }

    /// Puts a listing in that is not there.
    pub(super) fn add(&self, listing: &Shelved, product: &Product, content: &str) -> Result<()> {
        self.writer.add_document(self.opened.fields.document(listing, product, content)).map(drop)
    }

    /// Writes it down and shows it.
    pub(super) fn finish(mut self) -> Result<()> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(FORMAT);
        commit.commit()?;
        self.writer.wait_merging_threads()?;
        self.opened.reader.reload()
    }
}
