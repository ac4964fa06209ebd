//! Drift: what has changed between two inventories.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Inventory, MachineIdentity};
use sprawl_detect::score::Environment;

/// Change of one machine identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Change {
    /// What has happened.
    pub kind: ChangeKind,
    /// Id of the secret.
    pub secret_id: String,
    /// What it is.
    pub title: String,
    /// The same with details: the owners, the id of the former secret, the places.
    pub detail: String,
}

/// What can happen to a machine identity, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Is used in production, and was not.
    MovedToProduction,
    /// Was removed, and is back.
    Reintroduced,
    /// Is new.
    New,
    /// Its exception has ended.
    ExceptionEnded,
    /// Its rotation is overdue, or it is open for longer than the policy allows.
    Overdue,
    /// Has another owner.
    ChangedHands,
    /// Another value stands in its place.
    Rotated,
    /// Is nowhere any more.
    Gone,
}

impl ChangeKind {
    /// The name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MovedToProduction => "moved to production",
            Self::Reintroduced => "reintroduced",
            Self::New => "new",
            Self::ExceptionEnded => "exception ended",
            Self::Overdue => "overdue",
            Self::ChangedHands => "changed hands",
            Self::Rotated => "rotated",
            Self::Gone => "gone",
        }
    }
}

impl Inventory {
    /// Takes note of what has changed since an earlier inventory.
    pub fn compare(&mut self, before: &Inventory) {
        let old: BTreeMap<&str, &MachineIdentity> = by_id(before);
        let new: BTreeMap<&str, &MachineIdentity> = by_id(self);
        let mut changes = BTreeSet::new();
        let was_of = |identity: &MachineIdentity| ids(identity).find_map(|id| old.get(id)).copied();
        // A value that went from its place when another came there.
        let has_gone = |was: &MachineIdentity| {
            was.is_present && ids(was).all(|id| new.get(id).is_none_or(|now| !now.is_present))
        };
        let mut replaces: BTreeMap<&str, &str> = BTreeMap::new();
        for identity in self.identities.iter().filter(|one| was_of(one).is_none()) {
            let mut former = before.identities.iter().filter(|was| has_gone(was));
            let former = former.find(|was| !was.slots.is_disjoint(&identity.slots));
            replaces
                .extend(former.map(|was| (identity.secret_id.as_str(), was.secret_id.as_str())));
        }
        let is_replaced = |was: &MachineIdentity| replaces.values().any(|id| *id == was.secret_id);
        for identity in &self.identities {
            let mut note = |kind, detail: String| {
                changes.insert(Change {
                    kind,
                    secret_id: identity.secret_id.clone(),
                    title: identity.title.clone(),
                    detail,
                });
            };
            let Some(was) = was_of(identity) else {
                match replaces.get(identity.secret_id.as_str()) {
                    Some(former) => note(ChangeKind::Rotated, format!("replaces {former}")),
                    None => note(ChangeKind::New, identity.where_it_stands()),
                }
                continue;
            };
            let in_production = |one: &MachineIdentity| {
                one.environments.iter().any(|name| name == Environment::Production.name())
            };
            if in_production(identity) && !in_production(was) {
                note(ChangeKind::MovedToProduction, identity.where_it_stands());
            }
            let is_back = identity.is_present && !was.is_present;
            if is_back || (identity.is_reintroduced && !was.is_reintroduced) {
                note(ChangeKind::Reintroduced, identity.where_it_stands());
            }
            if identity.is_present {
                let had_exception = was.exception.is_some() && identity.exception.is_none();
                if (identity.has_lapsed && !was.has_lapsed) || had_exception {
                    let until = was.exception.as_ref().and_then(|note| note.until.clone());
                    note(
                        ChangeKind::ExceptionEnded,
                        until.map_or(String::new(), |until| format!("was until {until}")),
                    );
                }
                if identity.is_overdue && !was.is_overdue {
                    note(ChangeKind::Overdue, identity.breaks.join("; "));
                }
            }
            if identity.owner != was.owner {
                let name =
                    |owner: &Option<String>| owner.clone().unwrap_or_else(|| "nobody".to_owned());
                note(
                    ChangeKind::ChangedHands,
                    format!("from {} to {}", name(&was.owner), name(&identity.owner)),
                );
            }
            if was.is_present && !identity.is_present && !is_replaced(was) {
                note(ChangeKind::Gone, "is in history only".to_owned());
            }
        }
        for was in &before.identities {
            if !ids(was).any(|id| new.contains_key(id)) && !is_replaced(was) {
                changes.insert(Change {
                    kind: ChangeKind::Gone,
                    secret_id: was.secret_id.clone(),
                    title: was.title.clone(),
                    detail: format!("was in {}", was.where_it_stands()),
                });
            }
        }
        self.drift = Some(changes.into_iter().collect());
    }
}

fn ids(identity: &MachineIdentity) -> impl Iterator<Item = &str> {
    std::iter::once(identity.secret_id.as_str()).chain(identity.parts.iter().map(String::as_str))
}

fn by_id(inventory: &Inventory) -> BTreeMap<&str, &MachineIdentity> {
    let all = inventory.identities.iter();
    all.flat_map(|identity| ids(identity).map(move |id| (id, identity))).collect()
}
