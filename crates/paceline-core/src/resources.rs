//! What tasks need of a node and what a node has: processors, memory and whatever it names.
//!
//! Owns the sums and the gates. What a node has, uses and measures is told by the node.

use std::collections::BTreeMap;

/// Thousandths of a processor.
const MILLIS: f64 = 1000.0;

/// An amount of each resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a processor, so that sums are exact.
    pub milli_cpus: u64,
    /// Bytes.
    pub memory: u64,
    /// Those with names of their own: `gpu`, `licence`.
    pub named: BTreeMap<String, u64>,
}

impl Resources {
    /// As much of processors and memory as there may be, and nothing with a name of its own.
    pub const fn unbounded() -> Self {
        Resources {
            milli_cpus: u64::MAX,
            memory: u64::MAX,
            named: BTreeMap::new(),
        }
    }

    pub fn is_none(&self) -> bool {
        self.milli_cpus == 0 && self.memory == 0 && self.named.values().all(|count| *count == 0)
    }

    pub fn add(&mut self, other: &Resources) {
        self.milli_cpus = self.milli_cpus.saturating_add(other.milli_cpus);
        self.memory = self.memory.saturating_add(other.memory);
        for (name, count) in &other.named {
            let sum = self.named.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    pub fn subtract(&mut self, other: &Resources) {
        self.milli_cpus = self.milli_cpus.saturating_sub(other.milli_cpus);
        self.memory = self.memory.saturating_sub(other.memory);
        for (name, count) in &other.named {
            if let Some(rest) = self.named.get_mut(name) {
                *rest = rest.saturating_sub(*count);
            }
        }
    }

    /// How often `need` goes into this; `None` is any number of times.
    pub fn times(&self, need: &Resources) -> Option<u32> {
        let named = need.named.iter().map(|(name, count)| {
            let has = self.named.get(name).copied().unwrap_or(0);
            (has, *count)
        });
        let all = [
            (self.milli_cpus, need.milli_cpus),
            (self.memory, need.memory),
        ];
        let each = all.into_iter().chain(named);
        let times = each.filter_map(|(has, need)| has.checked_div(need)).min();
        times.map(|times| u32::try_from(times).unwrap_or(u32::MAX))
    }

    /// The first resource of which there is not enough.
    pub fn lacks(&self, need: &Resources) -> Option<Lack> {
        let lack = |name: &str, has, need| Lack {
            resource: name.to_owned(),
            has,
            need,
        };
        if need.milli_cpus > self.milli_cpus {
            return Some(lack("cpus", self.milli_cpus, need.milli_cpus));
        }
        if need.memory > self.memory {
            return Some(lack("memory", self.memory, need.memory));
        }
        need.named.iter().find_map(|(name, need)| {
            let has = self.named.get(name).copied().unwrap_or(0);
            (*need > has).then(|| lack(name, has, *need))
        })
    }
}

/// What a node has free for its workers, and what its tasks need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub free: Resources,
    /// Of tasks that need something.
    pub needs: BTreeMap<String, Resources>,
}

impl Room {
    /// Whether one more worker may run the task.
    pub fn fits(&self, task: &str) -> bool {
        let need = self.needs.get(task);
        need.is_none_or(|need| self.free.lacks(need).is_none())
    }

    /// Takes what a worker needs that is given work of the task.
    pub fn take(&mut self, task: &str) {
        if let Some(need) = self.needs.get(task) {
            self.free.subtract(need);
        }
    }
}

/// Too little of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    pub resource: String,
    pub has: u64,
    pub need: u64,
}

impl Lack {
    /// In plain words, where `has` is what is left now.
    pub fn now(&self) -> String {
        let (need, has) = self.words();
        format!("resource: needs {need}, {has} are free on this node")
    }

    /// In plain words, where `has` is all that there is.
    pub fn ever(&self) -> String {
        let (need, has) = self.words();
        format!("resource: needs {need}, this node has {has}")
    }

    /// What is needed and what is there.
    fn words(&self) -> (String, String) {
        let Lack {
            resource,
            has,
            need,
        } = self;
        let of_cpus = |millis: u64| f64::from(u32::try_from(millis).unwrap_or(u32::MAX)) / MILLIS;
        match resource.as_str() {
            "cpus" => (
                format!("{} cpus", of_cpus(*need)),
                of_cpus(*has).to_string(),
            ),
            "memory" => (
                format!("{} MiB of memory", need >> 20),
                (has >> 20).to_string(),
            ),
            name => (format!("{need} of {name}"), has.to_string()),
        }
    }
}

/// When a node takes no more work, whatever it has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gates {
    /// Most load of one minute for each processor.
    pub max_load: Option<f64>,
    /// Least free memory, in bytes.
    pub min_free_memory: Option<u64>,
}

/// What a node measures of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    pub load: f64,
    pub cpus: u32,
    /// Available without swapping, in bytes.
    pub free_memory: u64,
}

impl Gates {
    /// The gate that is shut, in plain words.
    pub fn shut(&self, measured: &Measured) -> Option<String> {
        let Measured {
            load,
            cpus,
            free_memory,
        } = *measured;
        if let Some(most) = self.max_load
            && load > most * f64::from(cpus.max(1))
        {
            let most = most * f64::from(cpus.max(1));
            return Some(format!("gate: the load is {load:.1}, at most {most:.1}"));
        }
        let least = self.min_free_memory?;
        (free_memory < least).then(|| {
            let (free, least) = (free_memory >> 20, least >> 20);
            format!("gate: {free} MiB of memory are free, at least {least}")
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resources(milli_cpus: u64, memory: u64, gpu: u64) -> Resources {
        Resources {
            milli_cpus,
            memory,
            named: BTreeMap::from([("gpu".to_owned(), gpu)]),
        }
    }

    #[test]
    fn the_scarcest_decides_how_often_a_need_goes_in() {
        let has = resources(4_000, 8 << 30, 1);
        assert_eq!(has.times(&resources(1_000, 1 << 30, 0)), Some(4));
        assert_eq!(has.times(&resources(1_000, 4 << 30, 0)), Some(2));
        assert_eq!(has.times(&resources(0, 0, 1)), Some(1));
        assert_eq!(has.times(&Resources::default()), None);
    }

    #[test]
    fn what_lacks_is_named() {
        let told = |need: &Resources| {
            resources(500, 1 << 30, 0)
                .lacks(need)
                .map(|lack| lack.now())
        };
        assert_eq!(told(&resources(500, 1 << 30, 0)), None);
        let of_cpus = told(&resources(1_500, 0, 0)).expect("too few");
        assert_eq!(
            of_cpus,
            "resource: needs 1.5 cpus, 0.5 are free on this node"
        );
        let graphics = resources(0, 0, 1).lacks(&resources(0, 0, 2));
        let graphics = graphics.expect("too few");
        assert_eq!(
            graphics.now(),
            "resource: needs 2 of gpu, 1 are free on this node"
        );
        assert_eq!(graphics.ever(), "resource: needs 2 of gpu, this node has 1");
    }

    #[test]
    fn room_is_there_until_it_is_taken() {
        let needs = BTreeMap::from([("train".to_owned(), resources(0, 0, 1))]);
        let mut room = Room {
            free: resources(0, 0, 2),
            needs,
        };
        room.take("train");
        assert!(room.fits("train"));
        room.take("train");
        room.take("report");
        assert!(!room.fits("train") && room.fits("report"));
    }

    #[test]
    fn gates_say_what_they_measured() {
        let gates = Gates {
            max_load: Some(1.5),
            min_free_memory: Some(512 << 20),
        };
        let measured = |load, free_memory| Measured {
            load,
            cpus: 2,
            free_memory,
        };
        assert_eq!(gates.shut(&measured(3.0, 1 << 30)), None);
        let load = gates.shut(&measured(3.1, 1 << 30)).expect("shut");
        assert_eq!(load, "gate: the load is 3.1, at most 3.0");
        let memory = gates.shut(&measured(0.0, 100 << 20)).expect("shut");
        assert_eq!(memory, "gate: 100 MiB of memory are free, at least 512");
    }

    proptest! {
        #[test]
        fn as_often_as_it_goes_in_and_no_more(
            has in (0u64..9_000, 0u64..9_000, 0u64..9), need in (0u64..3_000, 0u64..3_000, 0u64..3),
        ) {
            let mut free = resources(has.0, has.1, has.2);
            let need = resources(need.0, need.1, need.2);
            if let Some(times) = free.times(&need) {
                for _ in 0..times {
                    prop_assert_eq!(free.lacks(&need), None);
                    free.subtract(&need);
                }
                prop_assert!(free.lacks(&need).is_some());
            } else {
                prop_assert!(need.is_none());
            }
        }
    }
}
