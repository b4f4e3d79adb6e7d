//! `audit`: who changed what, as a table.

use crate::server::Folder;

const HEADER: &str =
    "Handle,Title,Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Qty,Published";

#[test]
fn the_log_is_a_table_with_the_newest_first() {
    let folder = Folder::new();
    let import = |row: &str| {
        folder.write("teas.csv", &format!("{HEADER}\n{row}\n"));
        folder.succeed(&["import", "teas.csv", "--store", "Teas"]);
    };
    import("tea,Tea,T1,8.5,,3,true");
    let log = |words: &[&str]| folder.succeed(&[&["audit", "--store", "Teas"], words].concat());
    assert_eq!(log(&[]), "time (UTC)  who  product  SKU  what  before  after\n", "what is new is no change");
    import("tea,Tea,T1,8.05,10,0,false");
    let printed = log(&[]);
    let rows: Vec<Vec<&str>> = printed.lines().map(|line| line.split("  ").collect()).collect();
    let cells = |at: usize| -> Vec<&str> {
        rows[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect()
    };
    assert_eq!(cells(0), ["time (UTC)", "who", "product", "SKU", "what", "before", "after"]);
    let changes: Vec<_> = (1..rows.len()).map(|at| cells(at)[4..].join(" ")).collect();
    let expected = ["stock 3 0", "sale_price 0.00 8.05", "price 8.50 10.00", "status on_sale warehouse"];
    assert_eq!(changes, expected, "{printed}");
    let (time, who, product) = (cells(1)[0], cells(1)[1], cells(1)[2]);
    assert_eq!((time.len(), &time[4..5], &time[13..14], who), (19, "-", ":", "command line"), "{printed}");
    assert_eq!(log(&["--product", product]), printed);
    assert_eq!(log(&["--limit", "1"]).lines().count(), 2);

    assert!(folder.fail(1, &["audit", "--store", "Tea"]).contains("there are: Teas"));
    assert!(folder.fail(1, &["audit", "--store", "Teas", "--product", "1"]).contains("no such product"));
    assert!(folder.fail(2, &["audit"]).contains("--store"));
    assert!(folder.fail(2, &["audit", "--store", "Teas", "--limit", "0"]).contains("--limit"));
}
