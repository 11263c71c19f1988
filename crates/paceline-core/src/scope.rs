//! What a limit or a hold can be about: all jobs of a user, a task, a queue or a key.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::state::{UnknownWord, words};

words!(
    /// The kinds of scopes, in the order in which they are asked.
    Kind, "scope", {
    Key = "key",
    Queue = "queue",
    Task = "task",
    User = "user",
});

/// Jobs that share a name of one kind: `key:dealer-7`, `user:ana`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    pub kind: Kind,
    pub name: String,
}

impl Scope {
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Scope {
            kind,
            name: name.into(),
        }
    }

    pub fn key(name: impl Into<String>) -> Self {
        Scope::new(Kind::Key, name)
    }

    pub fn queue(name: impl Into<String>) -> Self {
        Scope::new(Kind::Queue, name)
    }

    pub fn task(name: impl Into<String>) -> Self {
        Scope::new(Kind::Task, name)
    }

    pub fn user(name: impl Into<String>) -> Self {
        Scope::new(Kind::User, name)
    }
}

/// The stable form, as the stores and the API write it.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

/// A text that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScope {
    #[error("`{0}` names no scope: write a kind and a name, like `key:dealer-7`")]
    NoKind(String),
    #[error("`{0}` has no name behind the colon")]
    NoName(String),
    #[error(transparent)]
    Kind(#[from] UnknownWord),
}

impl FromStr for Scope {
    type Err = BadScope;

    fn from_str(text: &str) -> Result<Self, BadScope> {
        let (kind, name) = text
            .split_once(':')
            .ok_or_else(|| BadScope::NoKind(text.to_owned()))?;
        let kind: Kind = kind.parse()?;
        if name.is_empty() {
            return Err(BadScope::NoName(text.to_owned()));
        }
        Ok(Scope::new(kind, name))
    }
}

/// The names by which a job belongs to scopes. An empty name is none.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub user: Option<&'a str>,
    pub task: &'a str,
    pub queue: &'a str,
    pub key: Option<&'a str>,
}

impl<'a> Names<'a> {
    pub fn of(&self, kind: Kind) -> Option<&'a str> {
        let name = match kind {
            Kind::Key => self.key,
            Kind::Queue => Some(self.queue),
            Kind::Task => Some(self.task),
            Kind::User => self.user,
        };
        name.filter(|name| !name.is_empty())
    }

    pub fn iter(self) -> impl Iterator<Item = (Kind, &'a str)> {
        Kind::ALL
            .iter()
            .filter_map(move |&kind| Some((kind, self.of(kind)?)))
    }

    pub fn scopes(self) -> impl Iterator<Item = Scope> + 'a {
        self.iter().map(|(kind, name)| Scope::new(kind, name))
    }
}

/// A value for each of some scopes, found without making a [`Scope`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByScope<T> {
    kinds: [BTreeMap<String, T>; Kind::ALL.len()],
}

impl<T> Default for ByScope<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ByScope<T> {
    pub const fn new() -> Self {
        ByScope {
            kinds: [const { BTreeMap::new() }; Kind::ALL.len()],
        }
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.iter().all(BTreeMap::is_empty)
    }

    pub fn get(&self, kind: Kind, name: &str) -> Option<&T> {
        self.kinds[kind as usize].get(name)
    }

    pub fn get_mut(&mut self, kind: Kind, name: &str) -> Option<&mut T> {
        self.kinds[kind as usize].get_mut(name)
    }

    pub fn insert(&mut self, scope: Scope, value: T) -> Option<T> {
        self.kinds[scope.kind as usize].insert(scope.name, value)
    }

    pub fn remove(&mut self, scope: &Scope) -> Option<T> {
        self.kinds[scope.kind as usize].remove(&scope.name)
    }

    pub fn of(&self, kind: Kind) -> impl Iterator<Item = (&str, &T)> {
        let map = &self.kinds[kind as usize];
        map.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub fn iter(&self) -> impl Iterator<Item = (Scope, &T)> {
        Kind::ALL.iter().flat_map(|&kind| {
            self.of(kind)
                .map(move |(name, value)| (Scope::new(kind, name), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for scope in [Scope::key("a:b c"), Scope::user("ana"), Scope::queue("é")] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
    }

    #[test]
    fn what_names_no_scope_says_why() {
        let why = |text: &str| text.parse::<Scope>().expect_err("no scope").to_string();
        assert_eq!(
            why("dealer-7"),
            "`dealer-7` names no scope: write a kind and a name, like `key:dealer-7`"
        );
        assert_eq!(why("key:"), "`key:` has no name behind the colon");
        assert!(why("dealer:7").contains("known: key, queue, task, user"));
    }

    #[test]
    fn nobody_has_no_scope() {
        let names = Names {
            user: Some(""),
            task: "sync",
            queue: "default",
            key: None,
        };
        let scopes: Vec<String> = names.scopes().map(|scope| scope.to_string()).collect();
        assert_eq!(scopes, ["queue:default", "task:sync"]);
    }
}
