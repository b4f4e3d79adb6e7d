//! One statement for many shoppers in place of the same statement for each of them.

use std::collections::HashMap;
use std::ptr;

use super::connection::{Asked, again};
use crate::db::Question;
use crate::{Error, Result, Rows, Sql, Step, Value, cart, token};

/// The parameters of one statement for many: a list of everybody's first, a list of everybody's second, and so on.
pub(super) fn lists<'a>(each: impl IntoIterator<Item: IntoIterator<Item = &'a Value>>) -> Vec<Value> {
    let mut lists: Vec<Vec<Value>> = Vec::new();
    for params in each {
        for (at, value) in params.into_iter().enumerate() {
            match lists.get_mut(at) {
                Some(list) => list.push(value.clone()),
                None => lists.push(vec![value.clone()]),
            }
        }
    }
    lists.into_iter().map(Value::List).collect()
}

/// An add and nothing else, which one statement can do for many shoppers at once.
pub(super) struct Add {
    /// Whether it is asked first if a guest's token is still good. Where the guest's cart is found that need not be asked: a login
    /// moves the token and removes the cart in one transaction.
    is_guarded: bool,
}

impl Add {
    /// `None` when the steps do anything else.
    pub(super) fn of(steps: &[Step]) -> Option<Self> {
        let is = |step: &Step, sql: &Sql| step.sql.sqlite == sql.sqlite;
        let [lock, guards @ .., check, add] = steps else { return None };
        let is_add = is(lock, cart::LOCK) && is(check, cart::CAN_ADD) && is(add, cart::ADD_PIECES);
        let is_guarded = match guards {
            [] => false,
            [guard] if is(guard, token::GUARD) => true,
            _ => return None,
        };
        is_add.then_some(Self { is_guarded })
    }

    /// The step that asks for a guest's token.
    pub(super) fn guard<'a>(&self, steps: &'a [Step]) -> Option<&'a Step> {
        steps.get(1).filter(|_| self.is_guarded)
    }

    /// What [`cart::CAN_ADD`] takes for many: what it takes for one, which has all of the step behind it, and when.
    pub(super) fn params<'a>(&self, steps: &'a [Step]) -> impl Iterator<Item = &'a Value> {
        let check = &steps[1 + usize::from(self.is_guarded)];
        check.params.iter().chain(&steps[0].params[1..])
    }
}

/// The rows of each shopper or token, by the first column, which the rows lose.
pub(super) type Parts = HashMap<Vec<u8>, Rows>;

/// Whose rows they are.
pub(super) fn parted(rows: Rows) -> Result<Parts> {
    let (mut parts, mut values) = (Parts::new(), rows.values.into_iter());
    while let Some(whose) = values.next() {
        let Value::Bytes(whose) = whose else { return Err(Error::Unreadable("expected bytes")) };
        let part = parts.entry(whose).or_default();
        part.width = rows.width - 1;
        part.values.extend(values.by_ref().take(part.width));
        part.changed += 1;
    }
    Ok(parts)
}

/// Questions that wait, of which those about shoppers or tokens in the same words are one.
#[derive(Default)]
pub(super) struct Waiting {
    single: Vec<Question>,
    same: Vec<Same>,
}

/// The same question about many.
struct Same {
    text: &'static str,
    asking: Vec<Question>,
    lists: Vec<Value>,
}

impl Waiting {
    /// Joins what can be joined, where the server may be asked for many shoppers at once.
    pub(super) fn of(questions: impl Iterator<Item = Question>, joins: bool) -> Self {
        let mut waiting = Self::default();
        for question in questions {
            match question.sql.together {
                Some(text) if joins => waiting.join(text, question),
                _ => waiting.single.push(question),
            }
        }
        for Same { asking, lists: all, .. } in &mut waiting.same {
            *all = lists(asking.iter().map(|question| &question.params));
        }
        waiting
    }

    fn join(&mut self, text: &'static str, question: Question) {
        match self.same.iter_mut().find(|same| ptr::eq(same.text, text)) {
            Some(same) => same.asking.push(question),
            None => self.same.push(Same { text, asking: vec![question], lists: Vec::new() }),
        }
    }

    /// What the server is asked.
    pub(super) fn asked(&self) -> Vec<Asked<'_>> {
        let single = self.single.iter().map(|question| (question.sql.postgres, question.params.as_slice()));
        single.chain(self.same.iter().map(|same| (same.text, same.lists.as_slice()))).collect()
    }

    /// Hands out the answers. Whoever asked may have gone away.
    pub(super) fn answer(self, answers: Vec<Result<Rows>>) {
        let mut answers = answers.into_iter();
        for (question, answer) in self.single.into_iter().zip(answers.by_ref()) {
            let _ = question.reply.send(answer);
        }
        for (Same { asking, .. }, answer) in self.same.into_iter().zip(answers) {
            let parts = answer.and_then(parted);
            for question in asking {
                let part =
                    parts.as_ref().map(|parts| parts.get(about(&question)).cloned().unwrap_or_default());
                let _ = question.reply.send(part.map_err(again));
            }
        }
    }
}

/// Whom it is about: its first parameter, with which its rows begin where many ask.
fn about(question: &Question) -> &[u8] {
    match question.params.first() {
        Some(Value::Owner(owner)) => owner.bytes(),
        Some(Value::Bytes(hash)) => hash,
        _ => &[],
    }
}
