//! The relevance suite: what must come first for what is typed, and that nothing is missed, over catalogues of 250
//! products in Chinese, English and Persian.

use std::collections::BTreeSet;
use std::path::Path;

use domain::text::fold;

use super::words::is_sign;

use crate::catalogue::{Filter, Order, PageQuery};
use crate::import::{Import, Mode, import};
use crate::testing::{product, shop};
use crate::{App, Ctx, Settings};

/// Catalogues by path from the workspace's root; what does not lie beside the project may be missing.
const FILES: [&str; 5] = [
    "fixtures/demo/bazaar-parts.csv",
    "fixtures/demo/field-and-home.csv",
    "fixtures/demo/tea-and-mountain.csv",
    "../shared/data/home-and-garden.csv",
    "../shared/data/litemall.csv",
];

/// A shop with these catalogues and some products more; whether all files were there.
async fn stocked() -> (App, tempfile::TempDir, bool) {
    let (app, folder) = shop(Settings::default());
    let mut is_whole = true;
    for file in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
        let Ok(text) = std::fs::read(&path) else {
            eprintln!("{file} is missing: what it holds is not searched for");
            is_whole = false;
            continue;
        };
        let what = Import { file_name: file, store: Some(file), mode: Mode::Apply };
        import(&Ctx::new(&app, None), what, &*text, &mut |_| {}).await.unwrap();
    }
    for (id, title) in (10_001..).zip(MORE) {
        app.put_product(&domain::product::Product { category: None, ..product(id, 1, title) }).await;
    }
    (app, folder, is_whole)
}

const MORE: [&str; 6] = [
    "红牛肉干 200g",
    "红牛维生素功能饮料 250ml",
    "红牛",
    "SHENGFEIHUO 圣飞火强光手电筒 A100",
    "درب سمت راست پراید",
    "دستگیره درب پراید",
];

async fn titles(app: &App, text: &str) -> Vec<String> {
    let filter = Filter { is_own: Some(true), ..Filter::default() };
    let query = PageQuery { text: Some(fold(text)), filter, order: Order::Relevance, limit: 1000, offset: 0 };
    let page = app.catalogue().page(&query).await.unwrap();
    assert_eq!(page.total, page.offers.len() as i64);
    page.offers.iter().map(|offered| offered.product.title.clone()).collect()
}

/// What is typed, how many products it finds, and which come first.
const EXPECTED: [(&str, usize, &[&str]); 86] = [
    // Chinese: one character, two, more; on sale only.
    ("包", 8, &["礼品包装服务"]),
    ("茶", 14, &["冷榨山茶油"]),
    ("灯", 4, &["露营灯 氛围灯"]),
    ("枕", 24, &["多功能午睡枕", "高山苦荞麦枕"]),
    ("套装", 4, &["炭焙乌龙茶 礼盒套装", "旅行茶具套装 一壶三杯"]),
    ("红牛", 3, &["红牛", "红牛肉干 200g", "红牛维生素功能饮料 250ml"]),
    ("红茶", 1, &["云溪红茶 250克罐装"]),
    ("绿茶", 2, &["绿茶蛋黄酥 200克/4枚入", "明前绿茶 高山手采"]),
    ("茶壶", 1, &["耐热玻璃茶壶 带滤网"]),
    ("沙发", 2, &["云端沙发组合", "日式和风懒人沙发"]),
    ("小米", 1, &["石碾小米 当年新米"]),
    ("新米", 2, &["秋收新米 预售", "石碾小米 当年新米"]),
    ("床笠", 4, &["全棉针织素色床笠"]),
    ("手电筒", 2, &["强光手电筒 充电款", "SHENGFEIHUO 圣飞火强光手电筒 A100"]),
    ("四件套", 15, &["纯棉四件套 素色"]),
    ("露营灯", 1, &["露营灯 氛围灯"]),
    ("登机箱", 3, &["20寸 PC膜拉链登机箱"]),
    ("猫抓板", 2, &["圆钵碗状高密材质猫抓板", "日式天然桐木材质猫抓板"]),
    ("羊毛盖毯", 4, &["羊毛盖毯 格纹", "澳洲纯羊毛盖毯 舒适款"]),
    ("懒人沙发", 1, &["日式和风懒人沙发"]),
    ("牛肉干", 2, &["红牛肉干 200g", "手撕牛肉干"]),
    ("100年传世珐琅锅", 3, &["100年传世珐琅锅", "100年传世珐琅锅 全家系列"]),
    // Whole phrases, with blanks and without, in any order.
    ("纯棉四件套", 1, &["纯棉四件套 素色"]),
    ("纯棉 四件套", 5, &["纯棉四件套 素色", "纯棉色织缎纹四件套"]),
    ("四件套 纯棉", 5, &["纯棉四件套 素色", "纯棉色织缎纹四件套"]),
    ("红牛 饮料", 1, &["红牛维生素功能饮料 250ml"]),
    ("护颈 记忆枕", 5, &["3D纯棉护颈双人记忆枕"]),
    ("礼盒套装", 1, &["炭焙乌龙茶 礼盒套装"]),
    ("礼盒 套装", 1, &["炭焙乌龙茶 礼盒套装"]),
    ("双宫茧桑蚕丝被空调被", 1, &["双宫茧桑蚕丝被 空调被"]),
    ("澳洲纯羊毛盖毯 加厚款", 1, &["澳洲纯羊毛盖毯 加厚款"]),
    ("珐琅锅 100年", 3, &["100年传世珐琅锅"]),
    ("月光曲 马蹄莲", 1, &["月光曲·马蹄莲"]),
    // Letters beside characters; full width.
    ("Carat钻石", 4, &["Carat钻石奶锅18cm"]),
    ("钻石炒锅30cm", 1, &["Carat钻石炒锅30cm"]),
    ("carat", 4, &["Carat钻石奶锅18cm"]),
    ("ＬＣＤ电子钟", 1, &["LCD电子钟 升级版"]),
    ("２０寸", 3, &["20寸 PC膜拉链登机箱"]),
    ("80S", 1, &["皇室御用超柔毛巾80s"]),
    ("let it go", 2, &["Let it go女式纯棉免洗内裤", "Let it go男式纯棉免洗内裤"]),
    ("SHENGFEIHUO", 1, &["SHENGFEIHUO 圣飞火强光手电筒 A100"]),
    ("shengfeihuo a1", 1, &["SHENGFEIHUO 圣飞火强光手电筒 A100"]),
    // English: whole words before beginnings, title before the rest.
    ("sofa", 3, &["Yellow Sofa", "Grey Sofa", "Cream Sofa"]),
    ("Sófa", 3, &["Yellow Sofa"]),
    ("sof", 3, &["Yellow Sofa"]),
    ("sofa yellow", 1, &["Yellow Sofa"]),
    (
        "pot",
        4,
        &[
            "White Ceramic Pot",
            "Clay Plant Pot",
            "Terracotta Pot with Saucer",
            "Biodegradable cardboard pots",
        ],
    ),
    ("pots", 1, &["Biodegradable cardboard pots"]),
    ("hand trowel", 2, &["Hand Trowel with Ash Handle", "Gardening hand trowel"]),
    ("watering can", 2, &["Yellow watering can", "Long-Spout Watering Can"]),
    ("long spout", 1, &["Long-Spout Watering Can"]),
    ("wooden table", 2, &["Wooden Outdoor Table", "Bedside Table"]),
    ("table", 3, &["Bedside Table", "Wooden Outdoor Table", "Oak Side Table"]),
    ("candle", 2, &["Vanilla candle", "Beeswax Pillar Candle"]),
    ("flashlight", 1, &["Rechargeable Head Torch"]),
    ("enamel mug", 1, &["Enamel Mug"]),
    ("forged steel", 1, &["Hand Trowel with Ash Handle"]),
    ("depth mark", 0, &[]),
    ("kettle 1.2", 1, &["Camp Kettle 1.2 l"]),
    // Persian: both keyboards' letters and digits; the joiner typed, left out, and as a blank.
    ("درب پراید", 2, &["دستگیره درب پراید", "درب سمت راست پراید"]),
    ("پرايد", 2, &["دستگیره درب پراید"]),
    ("درب", 6, &["درب باک سواری", "درب سمت راست پراید"]),
    ("لولاي درب", 1, &["لولای درب جلو چپ"]),
    ("كفپوش لاستيكي", 1, &["کفپوش لاستیکی خودرو"]),
    ("آب\u{200c}بندی", 2, &["نوار آب‌بندی دور درب"]),
    ("آببندی", 2, &["نوار آب‌بندی دور درب"]),
    ("آب بندی", 1, &["نوار آب‌بندی دور درب"]),
    ("باتری ۶۰", 1, &["باتری خودرو ۶۰ آمپر"]),
    ("باتري ٦٠", 1, &["باتری خودرو ۶۰ آمپر"]),
    ("باتری 60 آمپ", 1, &["باتری خودرو ۶۰ آمپر"]),
    ("چراغ", 2, &["لامپ چراغ جلو", "جعبه ابزار سفری"]),
    // Codes and barcodes.
    ("TM-26-1", 1, &["强光手电筒 充电款"]),
    ("tm26 1", 1, &["强光手电筒 充电款"]),
    ("TM-26", 1, &["强光手电筒 充电款"]),
    ("2010000000434", 1, &["强光手电筒 充电款"]),
    ("۲۰۱۰۰۰۰۰۰۰۴۳۴", 1, &["强光手电筒 充电款"]),
    ("1006002-7", 1, &["轻奢纯棉刺绣水洗四件套"]),
    // Pinyin, in full and by initials.
    ("hongniu", 3, &["红牛", "红牛肉干 200g", "红牛维生素功能饮料 250ml"]),
    ("hong niu", 3, &["红牛"]),
    ("shoudiantong", 2, &["强光手电筒 充电款"]),
    ("sijiantao", 15, &["纯棉四件套 素色"]),
    ("lvcha", 2, &["明前绿茶 高山手采", "绿茶蛋黄酥 200克/4枚入"]),
    ("sdt", 2, &["强光手电筒 充电款"]),
    ("hnrg", 1, &["红牛肉干 200g"]),
    // Nothing is found rather than something else.
    ("红妞", 0, &[]),
    ("手电桶 sofq", 0, &[]),
];

/// Typing errors, and what nobody sells.
const NOTHING: [&str; 12] = [
    "sofq",
    "wodden",
    "trowle",
    "candel",
    "手电桶",
    "四件桃",
    "红妞",
    "مخزن",
    "پرایذ",
    "xyzzy",
    "！？",
    "2010000000435",
];

#[tokio::test]
async fn the_best_comes_first_and_nothing_silly_at_all() {
    let (app, _folder, is_whole) = stocked().await;
    for text in NOTHING {
        assert_eq!(titles(&app, text).await, Vec::<String>::new(), "{text}");
    }
    let mut wrong = Vec::new();
    for (text, count, first) in EXPECTED.iter().filter(|_| is_whole) {
        let found = titles(&app, text).await;
        if found.len() != *count || !found.iter().zip(*first).all(|(found, title)| found == title) {
            wrong.push(format!("{text}: {} instead of {count}: {:?}", found.len(), found.iter().take(4)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_title_that_holds_what_was_typed_is_found() {
    let (app, _folder, _) = stocked().await;
    let all = PageQuery {
        text: None,
        filter: Filter { is_own: Some(true), ..Filter::default() },
        order: Order::Newest,
        limit: 1000,
        offset: 0,
    };
    let all: Vec<_> = app.catalogue().page(&all).await.unwrap().offers;
    let known: Vec<_> =
        all.iter().map(|offered| (fold(&offered.product.title), offered.listing.id)).collect();
    let mut typed: BTreeSet<String> = EXPECTED.iter().map(|(text, ..)| fold(text)).collect();
    for (title, _) in &known {
        typed.insert(title.clone());
        typed.extend(title.split(' ').map(ToOwned::to_owned));
        let signs: Vec<_> = title.chars().collect();
        for length in 1..=3 {
            let pieces = signs.windows(length).filter(|piece| piece.iter().all(|sign| is_sign(*sign)));
            typed.extend(pieces.map(|piece| piece.iter().collect::<String>()));
        }
    }
    for text in typed.iter().filter(|text| text.chars().any(char::is_alphanumeric)) {
        let found = app.0.search.find(text, (&Filter::default(), Order::Relevance), 20_000).await.unwrap();
        let found: BTreeSet<_> = found.listings.into_iter().collect();
        for (title, id) in known.iter().filter(|(title, _)| holds(title, text)) {
            assert!(found.contains(id), "{text} does not find {title}");
        }
    }
    assert!(typed.len() > 500, "{}", typed.len());
}

/// Whether a text stands in a title, and does not begin inside of a word.
fn holds(title: &str, text: &str) -> bool {
    let is_inner = |letter: char| letter.is_alphanumeric() && !is_sign(letter);
    title.match_indices(text).any(|(at, _)| {
        let before = title[..at].chars().next_back();
        !(before.is_some_and(is_inner) && text.chars().next().is_some_and(is_inner))
    })
}
