//! Every statement that touches what shoppers own says whose it means, once for each table that it names: so a database of
//! many machines asks one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::spread_by;
use super::{Sql, doctor, statements, sweep};

/// Statements that look at all shoppers.
const ABOUT_ALL: [&Sql; 8] = [
    sweep::ENDED_TOKENS,
    sweep::EXPIRED_CODES,
    sweep::OUTDATED_KEYS,
    sweep::CARTS,
    doctor::EMPTY_LINES,
    doctor::SIZES,
    doctor::STRAYS,
    doctor::NEWEST,
];

/// What a statement of its own begins with, also within another one.
const BEGINNINGS: [&str; 5] = ["select", "with", "insert", "update", "delete"];

/// A table that a statement names, by the name that its columns have.
struct Named<'a> {
    table: &'a str,
    name: &'a str,
    /// The column by which it is spread.
    by: &'static str,
    /// Where it is named.
    at: usize,
}

/// The tables of which a statement does not say whose rows it means.
pub(crate) fn unowned(text: &str) -> Vec<&str> {
    let (words, spread) = (words(text), spread_by());
    let lists = lists(&words);
    parts(&words).iter().flat_map(|part| unowned_in(part, &spread, &lists)).collect()
}

/// Names, parameters and signs.
fn words(text: &str) -> Vec<&str> {
    let is_within = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '$';
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(sign) = rest.chars().next() {
            let end =
                if is_within(sign) { rest.find(|sign| !is_within(sign)) } else { Some(sign.len_utf8()) };
            let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
            words.push(word);
            rest = behind;
        }
    }
    words
}

/// What a statement calls the lists of its parameters, and what it has read by them.
fn lists<'a>(words: &[&'a str]) -> BTreeSet<&'a str> {
    let is_list = |at: &usize| match words[at + 1..] {
        ["as", "(", ..] | ["as", "materialized", "(", ..] => true,
        ["(", ..] => *at > 1 && words[at - 1] == "as" && words[at - 2] == ")",
        _ => false,
    };
    (0..words.len()).filter(is_list).map(|at| words[at]).collect()
}

/// The statement without those within it, and each of these.
fn parts<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let (mut done, mut open, mut within) = (Vec::new(), vec![Vec::new()], Vec::new());
    for (at, word) in words.iter().enumerate() {
        match *word {
            "(" => {
                let is_statement = words.get(at + 1).is_some_and(|next| BEGINNINGS.contains(next));
                within.push(is_statement);
                if is_statement {
                    open.push(Vec::new());
                    continue;
                }
            }
            ")" if within.pop() == Some(true) => {
                done.extend(open.pop());
                continue;
            }
            "union" => done.extend(open.last_mut().map(std::mem::take)),
            _ => {}
        }
        open.last_mut().expect("as many ends as beginnings").push(*word);
    }
    done.extend(open);
    done
}

fn unowned_in<'a>(
    part: &[&'a str],
    spread: &BTreeMap<&'static str, &'static str>,
    lists: &BTreeSet<&str>,
) -> Vec<&'a str> {
    let mut named: Vec<_> = (1..part.len())
        .filter(|at| ["from", "join", "using", "into", "update", ","].contains(&part[at - 1]))
        .filter(|at| part.get(at + 1) != Some(&"."))
        .filter_map(|at| {
            let (table, by) = (part[at], spread.get(part[at])?);
            let name = if part.get(at + 1) == Some(&"as") { part[at + 2] } else { table };
            Some(Named { table, name, by, at })
        })
        .collect();
    let mut owned: BTreeSet<&str> = lists.clone();
    // Whoever is owned may say whose another one is.
    while let Some(at) = named.iter().position(|named| is_owned(named, part, &owned)) {
        owned.insert(named.swap_remove(at).name);
    }
    named.into_iter().map(|named| named.table).collect()
}

/// Whether the part says whose rows of the table it means.
fn is_owned(Named { name, by, at, .. }: &Named<'_>, part: &[&str], owned: &BTreeSet<&str>) -> bool {
    // Whose a row is does not change.
    if part.windows(3).any(|set| ["set", ","].contains(&set[0]) && set[1..] == [*by, "="]) {
        return false;
    }
    let is_given = |words: &[&str]| match words {
        ["any", "(", "cast", "(", parameter, ..] | [parameter, ..] if parameter.starts_with('$') => true,
        [other, ".", column, ..] => column == by && owned.contains(other),
        _ => false,
    };
    if part[at - 1] == "into" {
        let rows = part
            .iter()
            .position(|word| ["values", "select"].contains(word))
            .map_or(&[][..], |at| &part[at + 1..]);
        let from = rows.iter().position(|word| *word == "from").and_then(|at| rows.get(at + 1));
        let is_of_list = rows.first() == Some(by) && from.is_some_and(|list| owned.contains(list));
        let is_first = part[at + 1..].starts_with(&["(", by]);
        return is_first && (is_of_list || is_given(rows.strip_prefix(&["("]).unwrap_or(rows)));
    }
    (1..part.len()).any(|at| match &part[at..] {
        [column, "=", given @ ..] if column == by => {
            let of = (part[at - 1] == ".").then(|| part[at - 2]);
            let is_reversed = given.starts_with(&[name, ".", by]) && of.is_some_and(|of| owned.contains(of));
            of.is_none_or(|of| of == *name) && is_given(given) || is_reversed
        }
        _ => false,
    })
}

/// Every text of every statement but those about all shoppers.
fn texts() -> impl Iterator<Item = &'static str> {
    let is_about_all = |sql: &&Sql| ABOUT_ALL.iter().any(|about_all| about_all.postgres == sql.postgres);
    let ours = statements().into_iter().filter(move |sql| !is_about_all(sql));
    ours.flat_map(|sql| [Some(sql.postgres), sql.together]).flatten()
}

#[test]
fn a_statement_says_whose_rows_it_means() {
    let told = |text| unowned(text).into_iter().map(move |table| format!("{table}: {text}"));
    let wrong: Vec<_> = texts().flat_map(told).collect();
    assert!(wrong.is_empty(), "these statements do not say whose rows they mean:\n{}", wrong.join("\n"));
}

#[test]
fn each_statement_of_ours_is_found_when_it_no_longer_says_whose_rows_it_means() {
    let spread = spread_by();
    let is_asking =
        |pair: &[&str]| ["from", "join", "update"].contains(&pair[0]) && spread.contains_key(pair[1]);
    let mut tried = 0;
    for text in texts().filter(|text| words(text).windows(2).any(is_asking)) {
        let broken = spread.values().fold(text.to_owned(), |text, by| {
            text.replace(&format!(" {by} = "), " id = ").replace(&format!(".{by} = "), ".id = ")
        });
        assert!(!unowned(&broken).is_empty(), "{broken}");
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn a_statement_that_does_not_say_whose_rows_it_means_is_found() {
    for (text, expected) in [
        ("select 1 from cart where owner_id = $1", &[][..]),
        ("select 1 from cart where version = $1", &["cart"]),
        ("select 1 from cart as c where c.owner_id = $1", &[]),
        ("select 1 from cart where owner_id = owner_id", &["cart"]),
        ("delete from cart_line where listing_id = $1", &["cart_line"]),
        ("update cart set owner_id = $2 where owner_id = $1", &["cart"]),
        ("update cart set version = 1, owner_id = $2 where owner_id = $1", &["cart"]),
        ("insert into cart (owner_id, version) values ($1, 1)", &[]),
        ("insert into cart (version, owner_id) values ($1, $2)", &["cart"]),
        ("insert into cart (owner_id, version) select account.owner_id, 1 from account", &["cart"]),
        // One owner does not speak for another table,
        (
            "select 1 from cart join cart_line as line on line.id = $2 where cart.owner_id = $1",
            &["cart_line"],
        ),
        (
            "select 1 from cart join cart_line as line on line.owner_id = cart.owner_id where cart.owner_id = $1",
            &[],
        ),
        (
            "select 1 from cart join cart_line as line on line.owner_id = cart.owner_id",
            &["cart", "cart_line"],
        ),
        ("select 1 from cart, cart_line where cart.owner_id = $1", &["cart_line"]),
        // nor within or beside another statement.
        (
            "delete from cart where owner_id = $1 and id in (select id from cart_line where id = $2)",
            &["cart_line"],
        ),
        ("select 1 from cart where id in (select id from cart_line where owner_id = $1)", &["cart"]),
        ("select 1 from cart where owner_id = $1 union all select 1 from wishlist", &["wishlist"]),
        // For many.
        ("select 1 from cart where owner_id = any(cast($1 as bytea[]))", &[]),
        (
            "with asked as materialized (select * from unnest(cast($1 as bytea[])) as asked (owner_id))
            delete from cart using asked where cart.version = asked.version",
            &["cart"],
        ),
        (
            "with asked as materialized (select * from unnest(cast($1 as bytea[])) as asked (owner_id))
            select 1 from asked join cart on cart.owner_id = asked.owner_id",
            &[],
        ),
    ] {
        let mut found = unowned(text);
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}
