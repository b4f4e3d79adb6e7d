//! One statement for many shoppers in place of the same statement for each of them.

use std::collections::HashMap;
use std::ptr;

use domain::id::OwnerId;

use super::connection::{Asked, again};
use crate::db::Question;
use crate::sql::Together;
use crate::{Result, Rows, Step, Value, token};

/// The parameters of one statement for many: a list of everybody's first, a list of everybody's second, and so on.
pub(super) fn lists<'a>(each: &[&'a [Value]]) -> Vec<Value> {
    let width = each.first().map_or(0, |params| params.len());
    let list = |at: usize| Value::List(each.iter().map(|params: &&'a [Value]| params[at].clone()).collect());
    (0..width).map(list).collect()
}

/// A statement that does steps for many shoppers at once.
pub(super) struct Joint {
    pub(super) text: &'static str,
    /// How many of the steps.
    pub(super) done: usize,
    /// Whether it asks if a guest's token is still good. Where the guest's cart is found it need not be asked: a login moves the
    /// token and removes the cart in one transaction.
    pub(super) is_guard: bool,
}

/// The statements that do all steps; `None` where there is a step that none does.
pub(super) fn joints(steps: &[Step]) -> Option<Vec<Joint>> {
    let (mut joints, mut left) = (Vec::new(), steps);
    while let [step, behind @ ..] = left {
        let done = match step.sql.together? {
            Together::Alone(_) => 1,
            Together::With(next, _) if behind.first()?.sql.sqlite == next.sqlite => 2,
            Together::With(..) => return None,
        };
        let is_guard = step.sql.sqlite == token::GUARD.sqlite;
        joints.push(Joint { text: step.sql.together?.text(), done, is_guard });
        left = &left[done..];
    }
    Some(joints)
}

/// Whose rows they are, by the first column, which the rows lose.
pub(super) fn parted(rows: &Rows) -> Result<HashMap<OwnerId, Rows>> {
    let mut parts: HashMap<OwnerId, Rows> = HashMap::new();
    let width = rows.width.saturating_sub(1);
    for row in rows.iter() {
        let part = parts.entry(OwnerId::new(row.bytes(0)?)).or_default();
        part.width = width;
        part.values.extend_from_slice(&row.values()[1..]);
        part.changed += 1;
    }
    Ok(parts)
}

/// Questions that wait, of which those that shoppers ask about themselves in the same words are one.
pub(super) struct Waiting {
    single: Vec<Question>,
    same: Vec<(OwnerId, Question)>,
    lists: Vec<Value>,
}

impl Waiting {
    /// Joins what can be joined, where the server may be asked for many shoppers at once.
    pub(super) fn of(questions: impl Iterator<Item = Question>, joins: bool) -> Self {
        let (mut single, mut same) = (Vec::new(), Vec::<(OwnerId, Question)>::new());
        for question in questions {
            let is_same = same.first().is_none_or(|(_, first)| ptr::eq(first.sql, question.sql));
            match question.params.as_slice() {
                [Value::Owner(owner)] if joins && question.sql.together.is_some() && is_same => {
                    same.push((*owner, question));
                }
                _ => single.push(question),
            }
        }
        let params: Vec<_> = same.iter().map(|(_, question)| question.params.as_slice()).collect();
        let lists = lists(&params);
        Self { single, same, lists }
    }

    /// What the server is asked.
    pub(super) fn asked(&self) -> Vec<Asked<'_>> {
        let single = self.single.iter().map(|question| (question.sql.postgres, question.params.as_slice()));
        single.chain(self.together().map(|sql| (sql, self.lists.as_slice()))).collect()
    }

    /// Hands out the answers. Whoever asked may have gone away.
    pub(super) fn answer(self, answers: Vec<Result<Rows>>) {
        let mut answers = answers.into_iter();
        for (question, answer) in self.single.into_iter().zip(answers.by_ref()) {
            let _ = question.reply.send(answer);
        }
        let Some(answer) = answers.next() else { return };
        let parts = answer.and_then(|rows| parted(&rows));
        for (owner, question) in self.same {
            let part = parts.as_ref().map(|parts| parts.get(&owner).cloned().unwrap_or_default());
            let _ = question.reply.send(part.map_err(again));
        }
    }

    fn together(&self) -> Option<&'static str> {
        self.same.first().and_then(|(_, question)| question.sql.together).map(Together::text)
    }
}
