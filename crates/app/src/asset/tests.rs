//! Files and rows belong together, whatever happens between them.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::Settings;
use crate::files::Files;
use crate::testing::{self, NOW};

struct Shop {
    app: App,
    files: TempDir,
    _folder: TempDir,
}

impl Shop {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let settings = Settings { files: Files::in_folder(files.path()).unwrap(), ..Settings::default() };
        let (app, folder) = testing::shop(settings);
        Self { app, files, _folder: folder }
    }

    /// Somebody who keeps what all stores may use.
    async fn operator(&self) -> Ctx {
        let token = self.app.account("op@example.com", Role::Operator).await;
        let session = self.app.sessions().by_token(&token, self.app.now()).await.unwrap();
        Ctx::new(&self.app, session)
    }

    /// Files on the disk, by name.
    fn on_disk(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in fs::read_dir(self.files.path()).unwrap() {
            // The name of the shop is beside the folders.
            for file in fs::read_dir(folder.unwrap().path()).into_iter().flatten() {
                names.push(file.unwrap().path());
            }
        }
        let name = |path: std::path::PathBuf| {
            path.strip_prefix(self.files.path()).unwrap().to_str().unwrap().to_owned()
        };
        let mut names: Vec<_> = names.into_iter().map(name).collect();
        names.sort();
        names
    }

    /// Makes a file as old as this by the shop's clock.
    fn age(&self, name: &str, seconds: i64) {
        let at = Duration::from_secs(u64::try_from(NOW.seconds() - seconds).unwrap());
        let file = File::options().write(true).open(self.files.path().join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + at).unwrap();
    }

    async fn rows(&self) -> i64 {
        self.app.store().asset_count(None).await.unwrap()
    }
}

fn text(content: &str) -> Upload {
    Upload { filename: "note.txt".to_owned(), content: Bytes::copy_from_slice(content.as_bytes()) }
}

fn picture() -> Upload {
    let mut content = Vec::new();
    let image = image::DynamicImage::new_rgb8(300, 300);
    image.write_to(&mut std::io::Cursor::new(&mut content), image::ImageFormat::Png).unwrap();
    Upload { filename: "p.png".to_owned(), content: content.into() }
}

#[tokio::test]
async fn a_picture_is_on_the_disk_with_its_copies() {
    let shop = Shop::new();
    let assets = add(&shop.operator().await, vec![picture()]).await.unwrap();
    let file = &assets[0].file;
    let copies = ["", "-large", "-medium", "-small"].map(|suffix| format!("{file}{suffix}"));
    assert_eq!(shop.on_disk(), copies);
    let bytes = fs::metadata(shop.files.path().join(file)).unwrap().len();
    assert_eq!(u64::try_from(assets[0].bytes).unwrap(), bytes);
}

#[tokio::test]
async fn a_file_that_cannot_be_put_leaves_no_row() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let file = add(&op, vec![text("one")]).await.unwrap().remove(0).file;
    let folder = file.split('/').next().unwrap();
    fs::remove_dir_all(shop.files.path().join(folder)).unwrap();
    fs::write(shop.files.path().join(folder), "in the way").unwrap();
    let again = add(&op, vec![text("one")]).await;
    assert!(matches!(again, Err(Error::Unavailable(_))), "{again:?}");
    assert_eq!(shop.rows().await, 1);
}

#[tokio::test]
async fn one_bad_file_keeps_all_out() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let bad = Upload { content: Bytes::from_static(b"\xff\xd8\xff\xe0"), ..text("") };
    assert!(matches!(add(&op, vec![text("one"), bad]).await, Err(Error::BadField("file"))));
    let large = Upload { content: vec![b' '; MAX_UPLOAD + 1].into(), ..text("") };
    assert!(matches!(add(&op, vec![text("one"), large]).await, Err(Error::TooLarge)));
    assert!(matches!(add(&op, vec![text("one"); MAX_FILES + 1]).await, Err(Error::BadField("file"))));
    // What was put before it was seen is swept away later.
    assert_eq!((shop.rows().await, shop.on_disk().len()), (0, 1));
}

#[tokio::test]
async fn the_same_content_twice_at_once_is_one_file_and_two_rows() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let (one, other) = tokio::join!(add(&op, vec![picture()]), add(&op, vec![picture()]));
    let (one, other) = (one.unwrap().remove(0), other.unwrap().remove(0));
    assert_eq!(one.file, other.file);
    assert_ne!(one.id, other.id);
    assert_eq!((shop.rows().await, shop.on_disk().len()), (2, 4));
}

#[tokio::test]
async fn files_without_a_row_are_swept_away_after_a_day() {
    let shop = Shop::new();
    take_over(&shop.app).await.unwrap();
    let kept = add(&shop.operator().await, vec![picture()]).await.unwrap().remove(0);
    let files = &shop.app.settings().files;
    // Their uploads ended before the row: one just now, the others a day ago.
    let orphans = [text("old"), text("new"), picture()].map(|upload| upload.content);
    let names = [("00", "txt"), ("11", "txt"), ("22", "png")]
        .map(|(folder, ending)| format!("{folder}/{}.{ending}", "0".repeat(62)));
    for (name, content) in names.iter().zip(orphans) {
        files.put(name, content).await.unwrap();
    }
    files.put(&format!("{}-small", names[2]), Bytes::from_static(b"copy")).await.unwrap();
    fs::write(shop.files.path().join("00/of-somebody-else"), "").unwrap();
    let half = format!("{}#1", names[1]);
    fs::write(shop.files.path().join(&half), "ha").unwrap();
    fs::write(shop.files.path().join(format!("{half}2")), "ha").unwrap();
    for name in shop.on_disk() {
        shop.age(&name, 86_401);
    }
    shop.age(&names[1], 86_300);
    shop.age(&half, 86_300);

    let found = compare(&shop.app, files).await.unwrap();
    assert_eq!((found.missing.len(), found.orphans), (0, 3));
    assert_eq!(sweep(&shop.app).await.unwrap(), 4);
    let mut left = vec!["00/of-somebody-else".to_owned(), names[1].clone(), half];
    left.extend(["", "-large", "-medium", "-small"].map(|suffix| format!("{}{suffix}", kept.file)));
    left.sort();
    assert_eq!(shop.on_disk(), left);
    assert_eq!(sweep(&shop.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_is_not_swept_away_while_its_upload_runs() {
    let shop = Shop::new();
    take_over(&shop.app).await.unwrap();
    let files = &shop.app.settings().files;
    let name = format!("00/{}.txt", "0".repeat(62));
    files.put(&name, Bytes::from_static(b"text")).await.unwrap();
    shop.age(&name, 100_000);
    let upload = files.uploading().await;
    let app = shop.app.clone();
    let sweeping = tokio::spawn(async move { sweep(&app).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!sweeping.is_finished() && shop.on_disk() == [name.clone()]);
    // Put again, it is as old as this moment.
    files.put(&name, Bytes::from_static(b"text")).await.unwrap();
    drop(upload);
    assert_eq!(sweeping.await.unwrap().unwrap(), 0);
    assert_eq!(shop.on_disk(), [name]);
}

#[tokio::test]
async fn a_row_without_its_file_is_found() {
    let shop = Shop::new();
    let asset = add(&shop.operator().await, vec![text("one")]).await.unwrap().remove(0);
    fs::remove_file(shop.files.path().join(&asset.file)).unwrap();
    let found = compare(&shop.app, &shop.app.settings().files).await.unwrap();
    assert_eq!((found.missing, found.orphans), (vec![asset.file], 0));
}

#[tokio::test]
async fn a_picture_without_its_copies_is_found() {
    let shop = Shop::new();
    let asset = add(&shop.operator().await, vec![picture()]).await.unwrap().remove(0);
    let copy = format!("{}-medium", asset.file);
    fs::remove_file(shop.files.path().join(&copy)).unwrap();
    let found = compare(&shop.app, &shop.app.settings().files).await.unwrap();
    assert_eq!((found.missing, found.files), (vec![copy], 3));
}

#[tokio::test]
async fn files_of_another_shop_are_left_alone() {
    let ours = Shop::new();
    let files = &ours.app.settings().files;
    assert_eq!(take_over(&ours.app).await.unwrap(), Owner::Us);
    add(&ours.operator().await, vec![text("one")]).await.unwrap();
    for name in ours.on_disk() {
        ours.age(&name, 100_000);
    }
    // The same place, another database.
    let (other, _folder) = testing::shop(Settings { files: files.clone(), ..Settings::default() });
    other.store().apply(store::shop::name_shop("another").into()).await.unwrap();
    assert_eq!(take_over(&other).await.unwrap(), Owner::Another);
    assert_eq!((sweep(&other).await.unwrap(), ours.on_disk().len()), (0, 1));
    // Nothing says whose they are.
    fs::remove_file(ours.files.path().join("shop")).unwrap();
    for app in [&ours.app, &other] {
        assert_eq!(take_over(app).await.unwrap(), Owner::Unknown);
        assert_eq!((sweep(app).await.unwrap(), ours.on_disk().len()), (0, 1));
    }
    assert_eq!(take_over(&Shop::new().app).await.unwrap(), Owner::Us);
}

#[tokio::test]
async fn too_many_files_without_a_row_are_a_mistake() {
    let shop = Shop::new();
    take_over(&shop.app).await.unwrap();
    let files = &shop.app.settings().files;
    let put = async |numbers: std::ops::Range<u32>| {
        for number in numbers {
            let name = format!("00/{number:062}.txt");
            files.put(&name, Bytes::from_static(b"text")).await.unwrap();
            shop.age(&name, 100_000);
        }
    };
    put(0..21).await;
    assert!(compare(&shop.app, files).await.unwrap().are_too_many());
    assert_eq!((sweep(&shop.app).await.unwrap(), shop.on_disk().len()), (0, 21));
    fs::remove_file(shop.files.path().join(&shop.on_disk()[0])).unwrap();
    assert_eq!((sweep(&shop.app).await.unwrap(), shop.on_disk().len()), (20, 0));
}

#[tokio::test]
async fn what_else_is_beside_the_files_is_not_looked_at() {
    let shop = Shop::new();
    take_over(&shop.app).await.unwrap();
    // Would be an error to whoever lists it: it leads to itself.
    let odd = shop.files.path().join("lost+found");
    std::os::unix::fs::symlink(&odd, &odd).unwrap();
    assert_eq!(compare(&shop.app, &shop.app.settings().files).await.unwrap().files, 0);
    assert_eq!(sweep(&shop.app).await.unwrap(), 0);
}

#[tokio::test]
async fn an_upload_that_was_committed_before_is_told_by_its_key() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let owner = op.owner().unwrap();
    let key = idempotency::Key { owner, key: "k".to_owned(), request: [7; 32] };
    let first = add(&Ctx { key: Some(key), ..op.clone() }, vec![text("one"), text("two")]).await.unwrap();
    // The same files once more, under no key.
    add(&op, vec![text("two"), text("one")]).await.unwrap();
    let key = idempotency::Key { owner, key: "k".to_owned(), request: [7; 32] };
    let again = add(&Ctx { key: Some(key), ..op }, vec![text("one"), text("two")]).await.unwrap();
    assert_eq!(again, first);
}

#[tokio::test]
async fn a_token_for_uploads_ends_with_its_session() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let token = upload_token(&op).await.unwrap();
    assert!(uploader(&shop.app, &token).await.unwrap().is_some());
    crate::shopper::logout(&op).await.unwrap();
    assert!(uploader(&shop.app, &token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_token_for_uploads_ends_and_cannot_be_made_up() {
    let shop = Shop::new();
    let op = shop.operator().await;
    let token = upload_token(&op).await.unwrap();
    let account = op.session().unwrap().customer().unwrap().id;
    let named = uploader(&shop.app, &token).await.unwrap().unwrap();
    assert_eq!(named.customer().unwrap().id, account);
    let (names, seal) = token.rsplit_once('-').unwrap();
    let later = format!("{account}-{}-{seal}", i64::MAX);
    let other = format!("{}{}", account.get() + 1, &token[account.to_string().len()..]);
    for wrong in ["", "-", "--", names, &later, &other, &token[1..], &format!("{token}0")] {
        assert!(uploader(&shop.app, wrong).await.unwrap().is_none(), "{wrong}");
    }
    // It is no token for anything else.
    assert!(shop.app.sessions().by_token(&token, shop.app.now()).await.unwrap().is_none());
    shop.app.pass_seconds(3600);
    assert!(uploader(&shop.app, &token).await.unwrap().is_none());
}

#[test]
fn names_of_files_lose_their_folders() {
    for (sent, kept) in [
        ("m.jpg", "m.jpg"),
        ("../../etc/passwd", "passwd"),
        (r"C:\pictures\红牛.png", "红牛.png"),
        ("a\nb\0c\u{7f}.png", "abc.png"),
        ("", "file"),
        ("folder/", "file"),
    ] {
        assert_eq!(filename(sent), kept);
    }
    assert_eq!(filename(&"红".repeat(300)).chars().count(), 255);
}
