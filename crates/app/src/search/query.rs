//! What was typed as a question to the index: each way of matching has its grade, and a product gets its best.

use domain::text::fold;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, PhraseQuery, Query, RegexQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Result, Searcher, Term};

use super::hits::{Best, Found};
use super::index::{Fields, code};
use super::latin::{LONGEST_SYLLABLE, typed};
use super::words::{Bounds, Unit, phrase, units};

/// Products found at most; of more, the best.
const MOST_HITS: usize = 20_000;

/// The products that a text finds, best first.
pub(super) fn find(searcher: &Searcher, fields: &Fields, text: &str) -> Result<Found> {
    for query in ask(text, fields) {
        let found = searcher.search(&*query, &Best(MOST_HITS))?;
        if !found.products.is_empty() {
            return Ok(found);
        }
    }
    Ok(Found::default())
}

/// What was typed, and after it what else to ask when nothing has it: Chinese that is spelled so, in full, and by its
/// initials. Nothing to ask where there are neither letters nor digits.
fn ask(text: &str, fields: &Fields) -> Vec<Box<dyn Query>> {
    let folded = fold(text);
    let parts: Vec<_> = folded.split(' ').map(units).filter(|part| !part.is_empty()).collect();
    let all = units(&folded);
    if all.is_empty() {
        return Vec::new();
    }
    let whole = |starts, ends, may_go_on| together(fields.title, &all, Bounds { starts, ends, may_go_on });
    let parts_in = |fields: &[Field], may_go_on| {
        let last = parts.len() - 1;
        let part = |(at, part): (usize, &Vec<Unit>)| {
            let bounds = Bounds { may_go_on: may_go_on && at == last, ..Bounds::default() };
            any(fields.iter().map(|field| together(*field, part, bounds)).collect())
        };
        all_of(parts.iter().enumerate().map(part).collect())
    };
    let mut graded: Vec<Box<dyn Query>> = vec![
        parts_in(&[fields.title, fields.about, fields.body], true),
        parts_in(&[fields.title, fields.about], true),
    ];
    let typed = typed(&all);
    let spelled: Vec<_> = typed
        .iter()
        .flat_map(|letters| [(fields.full, letters), (fields.initials, letters)])
        .filter_map(|(field, letters)| spelled(field, letters))
        .collect();
    // Two syllables at least; few words of other languages look like that.
    if typed.is_some_and(|letters| letters.len() > LONGEST_SYLLABLE) {
        graded.extend(spelled.first().map(|full| full.box_clone()));
    }
    graded.extend([
        parts_in(&[fields.title], true),
        parts_in(&[fields.title], false),
        whole(false, false, true),
        whole(false, false, false),
        whole(true, false, true),
        whole(true, false, false),
        whole(true, true, false),
        one(fields.code, &code(&folded)),
    ]);
    let graded = graded.into_iter().zip(1u8..).map(|(query, grade)| grade_of(query, grade)).collect();
    let mut asked: Vec<Box<dyn Query>> = vec![Box::new(DisjunctionMaxQuery::new(graded))];
    asked.extend(spelled);
    asked
}

fn grade_of(query: Box<dyn Query>, grade: u8) -> Box<dyn Query> {
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
