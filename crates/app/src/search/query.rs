//! What was typed as a question to the index: each way of matching has its grade, and a product gets its best.

use domain::text::fold;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, PhraseQuery, Query, RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Result, Searcher, Term};

use super::hits::{Best, Found, Wanted};
use super::index::{Fields, code};
use super::latin::{LONGEST_SYLLABLE, typed};
use super::words::{Bounds, Unit, phrase, units};

/// Long texts are looked through when fewer products than that have what was typed elsewhere.
const ENOUGH: usize = 1000;

/// The best products that a text finds, so many at most.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    text: &str,
    wanted: &Wanted,
    most: usize,
) -> Result<Found> {
    let Some(asked) = Asked::read(text, fields) else { return Ok(Found::default()) };
    let ask = |query: &dyn Query| searcher.search(query, &Best(wanted, most));
    let mut found = ask(&asked.near)?;
    if found.all < ENOUGH {
        found = ask(&asked.anywhere)?;
    }
    for spelled in asked.spelled {
        if found.all == 0 {
            found = ask(&*spelled)?;
        }
    }
    Ok(found)
}

/// What was typed, as one question after the other.
struct Asked {
    /// In titles, keywords, short texts and codes.
    near: DisjunctionMaxQuery,
    /// In long texts, too.
    anywhere: DisjunctionMaxQuery,
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
        let whole =
            |starts, ends, may_go_on| together(fields.title, &all, Bounds { starts, ends, may_go_on });
        let each_in = |places: &[Field], may_go_on| each_in(places, &parts, may_go_on, fields);

        let typed = typed(&all);
        let spelled: Vec<_> = typed
            .iter()
            .flat_map(|letters| [(fields.full, letters), (fields.initials, letters)])
            .filter_map(|(field, letters)| spelled(field, letters))
            .collect();

        let mut near = vec![
            graded(12, one(fields.code, &code(&folded))),
            graded(11, whole(true, true, false)),
            graded(10, whole(true, false, false)),
            graded(8, whole(false, false, false)),
            graded(2, each_in(&[fields.title, fields.about], true)),
        ];
        if may_go_on {
            near.extend([graded(9, whole(true, false, true)), graded(7, whole(false, false, true))]);
        }
        if parts.len() > 1 {
            near.extend([
                graded(6, each_in(&[fields.title], false)),
                graded(5, each_in(&[fields.title], true)),
            ]);
        }
        // Two syllables at least; few words of other languages look like that.
        if typed.is_some_and(|letters| letters.len() > LONGEST_SYLLABLE) {
            near.extend(spelled.first().map(|full| graded(3, full.box_clone())));
        }
        let mut anywhere: Vec<_> = near.iter().map(|query| query.box_clone()).collect();
        anywhere.push(graded(1, each_in(&[fields.title, fields.about, fields.body], true)));
        Some(Self {
            near: DisjunctionMaxQuery::new(near),
            anywhere: DisjunctionMaxQuery::new(anywhere),
            spelled,
        })
    }
}

/// Every part somewhere in these places; the last one may be the beginning of a word.
fn each_in(places: &[Field], parts: &[Vec<Unit>], may_go_on: bool, fields: &Fields) -> Box<dyn Query> {
    let last = parts.len() - 1;
    let part = |(at, part): (usize, &Vec<Unit>)| {
        let part_in = |place: &Field| {
            // Long texts have words as a whole only.
            let may_go_on = may_go_on && at == last && *place != fields.body;
            together(*place, part, Bounds { may_go_on, ..Bounds::default() })
        };
        any(places.iter().map(part_in).collect())
    };
    all_of(parts.iter().enumerate().map(part).collect())
}

fn graded(grade: u8, query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, grade.into()))
}

/// The units one after another.
fn together(field: Field, units: &[Unit], bounds: Bounds) -> Box<dyn Query> {
    match phrase(units, bounds).as_slice() {
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
