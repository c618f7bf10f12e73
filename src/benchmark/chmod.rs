//! What takes permission bits away from a file and never adds one.

/// The permission bits that a rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeBits(u32);

/// Setuid, setgid and sticky, which few files have.
const SPECIAL: [(u32, &str); 3] = [(0o4000, "u-s"), (0o2000, "g-s"), (0o1000, "a-t")];

impl ModeBits {
    /// Reads three or four octal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bits = u32::from_str_radix(text, 8).ok()?;
        (matches!(text.len(), 3 | 4) && !text.starts_with('+')).then_some(Self(bits))
    }

    /// The symbolic mode for `chmod`: `u-x,go-rwx` for 600. Of setuid, setgid and sticky it takes away those in `present`.
    pub fn clause(self, present: u32) -> String {
        let removed = |shift: u32| {
            let bits = [(0o4, 'r'), (0o2, 'w'), (0o1, 'x')].into_iter();
            bits.filter(|(bit, _)| self.0 & (bit << shift) == 0).map(|(_, letter)| letter).collect::<String>()
        };
        let (user, group, other) = (removed(6), removed(3), removed(0));
        let classes = if group == other {
            vec![("u", user), ("go", group)]
        } else {
            vec![("u", user), ("g", group), ("o", other)]
        };
        let ordinary =
            classes.into_iter().filter(|(_, bits)| !bits.is_empty()).map(|(who, bits)| format!("{who}-{bits}"));
        let special =
            SPECIAL.iter().filter(|(bit, _)| present & !self.0 & bit != 0).map(|(_, text)| (*text).to_owned());
        let clauses: Vec<String> = ordinary.chain(special).collect();
        // A mode that allows everything takes nothing away.
        if clauses.is_empty() { "a-".to_owned() } else { clauses.join(",") }
    }

    /// The bits that a file must not have, in octal digits.
    pub fn excess(self) -> String {
        format!("{:o}", !self.0 & 0o7777)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_away_what_a_mode_does_not_allow() {
        let cases = [
            ("600", 0, "u-x,go-rwx", "7177"),
            ("644", 0, "u-x,go-wx", "7133"),
            ("640", 0, "u-x,g-wx,o-rwx", "7137"),
            ("700", 0, "go-rwx", "7077"),
            ("755", 0, "go-w", "7022"),
            ("600", 0o4755, "u-x,go-rwx,u-s", "7177"),
            ("644", 0o3644, "u-x,go-wx,g-s,a-t", "7133"),
            ("2755", 0o7777, "go-w,u-s,a-t", "5022"),
            ("777", 0, "a-", "7000"),
        ];
        for (mode, present, clause, excess) in cases {
            let bits = ModeBits::parse(mode).expect(mode);
            assert_eq!((bits.clause(present).as_str(), bits.excess().as_str()), (clause, excess), "{mode}");
        }
        for wrong in ["", "6", "60", "888", "70000", "+600", "rw-"] {
            assert_eq!(ModeBits::parse(wrong), None, "{wrong}");
        }
    }
}
