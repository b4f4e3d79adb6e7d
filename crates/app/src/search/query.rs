//! What was typed as a question to the index: each way of matching has its grade, and a listing gets its best.

use domain::text::fold;
use store::listing::{Filter, Order};
use tantivy::query::{BooleanQuery, PhraseQuery, Query, RegexQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Result, Searcher, Term};

use super::hits::{Found, Hits};
use super::index::{Fields, code};
use super::latin::{LONGEST_SYLLABLE, typed};
use super::words::{Unit, phrase, start, start_of_more, units, whole};

/// Long texts are looked through when fewer listings than that have what was typed elsewhere.
const ENOUGH: usize = 1000;

/// The first listings of those that a text finds and a filter wants, so many at most.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    text: &str,
    (filter, order): (&Filter, Order),
    most: usize,
) -> Result<Found> {
    let Some(asked) = Asked::read(text, fields) else { return Ok(Found::default()) };
    let mut hits = Hits::of(searcher);
    for (grade, query) in &asked.near {
        hits.add(&**query, *grade)?;
    }
    if hits.count() < ENOUGH {
        hits.add(&*asked.anywhere, 1)?;
    }
    for spelled in asked.spelled {
        if hits.count() == 0 {
            hits.add(&*spelled, 1)?;
        }
    }
    hits.first(filter, order, most)
}

/// What was typed, as one question after the other.
struct Asked {
    /// In titles, keywords, short texts and codes: the best way of matching first.
    near: Vec<(u8, Box<dyn Query>)>,
    /// In long texts, too.
    anywhere: Box<dyn Query>,
    /// When nothing has it: Chinese titles that are spelled so, in full and by their initials.
    spelled: Vec<Box<dyn Query>>,
}

impl Asked {
    /// Nothing to ask where there are neither letters nor digits.
    fn read(text: &str, fields: &Fields) -> Option<Self> {
        let folded = fold(text);
        let parts: Vec<_> = folded.split(' ').map(units).filter(|part| !part.is_empty()).collect();
        let all = units(&folded);
        let may_go_on = matches!(all.last()?, Unit::Word(_));
        let in_title = |may_go_on| together(fields.title, &all, may_go_on);
        let each_in = |places: &[Field], may_go_on| each_in(places, &parts, may_go_on, fields);

        let typed = typed(&all);
        let spelled: Vec<_> = typed
            .iter()
            .flat_map(|letters| [(fields.full, letters), (fields.initials, letters)])
            .filter_map(|(field, letters)| spelled(field, letters))
            .collect();

        let mut near = vec![
            (12, one(fields.code, &code(&folded))),
            (11, one(fields.starts, &whole(&all))),
            (10, one(fields.starts, &start(&all))),
        ];
        if let Some(begun) = start_of_more(&all) {
            near.push((9, one(fields.starts, &begun)));
        }
        near.push((8, in_title(false)));
        if may_go_on {
            near.push((7, in_title(true)));
        }
        let is_one = parts.len() == 1;
        if !is_one {
            near.push((6, each_in(&[fields.title], false)));
            if may_go_on {
                near.push((5, each_in(&[fields.title], true)));
            }
        }
        // Two syllables at least; few words of other languages look like that.
        if typed.is_some_and(|letters| letters.len() > LONGEST_SYLLABLE) {
            near.extend(spelled.first().map(|full| (3, full.box_clone())));
        }
        // One part that a title has, or a short text, has been found by now.
        let places = [fields.title, fields.about, fields.body];
        near.push((2, each_in(if is_one { &places[1..2] } else { &places[..2] }, true)));
        let anywhere = each_in(if is_one { &places[2..] } else { &places }, true);
        Some(Self { near, anywhere, spelled })
    }
}

/// Every part somewhere in these places; the last one may be the beginning of a word.
fn each_in(places: &[Field], parts: &[Vec<Unit>], may_go_on: bool, fields: &Fields) -> Box<dyn Query> {
    let last = parts.len() - 1;
    let part = |(at, part): (usize, &Vec<Unit>)| {
        let part_in = |place: &Field| {
            // Long texts have words as a whole only.
            let may_go_on = may_go_on && at == last && *place != fields.body;
            together(*place, part, may_go_on)
        };
        any(places.iter().map(part_in).collect())
    };
    all_of(parts.iter().enumerate().map(part).collect())
}

/// The units one after another; the last one may be the beginning of a word.
fn together(field: Field, units: &[Unit], may_go_on: bool) -> Box<dyn Query> {
    match phrase(units, may_go_on).as_slice() {
        [(_, term)] => one(field, term),
        terms => {
            let terms = terms.iter().map(|(at, term)| (*at, Term::from_field_text(field, term)));
            Box::new(PhraseQuery::new_with_offset(terms.collect()))
        }
    }
}

fn one(field: Field, term: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::Basic))
}

fn all_of(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(queries))
}

fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 { queries.remove(0) } else { Box::new(BooleanQuery::union(queries)) }
}

/// Spellings that begin so; letters a to z are no pattern.
fn spelled(field: Field, letters: &str) -> Option<Box<dyn Query>> {
    let query = RegexQuery::from_pattern(&format!("{letters}.*"), field).ok()?;
    Some(Box::new(query))
}
