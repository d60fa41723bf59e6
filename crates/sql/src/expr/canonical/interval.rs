//! Intervals as PostgreSQL prints them (`IntervalStyle = postgres`).

/// The text that `interval` gives back for `text`; `None` for what is not written as plain numbers and units.
pub(super) fn normalised(text: &str, fields: &[String]) -> Option<String> {
    let mut total = Total::default();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if word.contains(':') {
            total.add_clock(word)?;
            at += 1;
            continue;
        }
        let (number, glued) = split_number(word);
        let count: i64 = number.parse().ok()?;
        let unit = match (glued, words.get(at + 1)) {
            ("", Some(unit)) => {
                at += 1;
                *unit
            }
            // A bare number counts what the type's fields say, or else seconds.
            ("", None) => match fields {
                [] => "second",
                [field] if ["year", "month", "day", "hour", "minute", "second"].contains(&field.as_str()) => field,
                _ => return None,
            },
            (unit, _) => unit,
        };
        total.add(count, unit)?;
        at += 1;
    }
    let has_fields = fields.iter().any(|field| field.parse::<u8>().is_err());
    let is_bare = words.len() == 1 && words[0].parse::<i64>().is_ok();
    // Fields cut off what is finer than they are; that is left to the server.
    (!words.is_empty() && (!has_fields || is_bare)).then(|| total.print())
}

fn split_number(word: &str) -> (&str, &str) {
    let end = word.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+'))).unwrap_or(word.len());
    word.split_at(end)
}

#[derive(Default)]
struct Total {
    months: i64,
    days: i64,
    seconds: i64,
}

impl Total {
    fn add(&mut self, count: i64, unit: &str) -> Option<()> {
        let unit = unit.to_ascii_lowercase();
        let (total, each) = match unit.as_str() {
            "year" | "years" | "y" | "yr" | "yrs" => (&mut self.months, 12),
            "month" | "months" | "mon" | "mons" => (&mut self.months, 1),
            "week" | "weeks" | "w" => (&mut self.days, 7),
            "day" | "days" | "d" => (&mut self.days, 1),
            "hour" | "hours" | "h" | "hr" | "hrs" => (&mut self.seconds, 3600),
            "minute" | "minutes" | "min" | "mins" | "m" => (&mut self.seconds, 60),
            "second" | "seconds" | "sec" | "secs" | "s" => (&mut self.seconds, 1),
            _ => return None,
        };
        *total = total.checked_add(count.checked_mul(each)?)?;
        Some(())
    }

    fn add_clock(&mut self, word: &str) -> Option<()> {
        let parts: Vec<u32> = word.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
        let seconds = match parts.as_slice() {
            [hours, minutes] => i64::from(*hours) * 3600 + i64::from(*minutes) * 60,
            [hours, minutes, seconds] => i64::from(*hours) * 3600 + i64::from(*minutes) * 60 + i64::from(*seconds),
            _ => return None,
        };
        self.seconds = self.seconds.checked_add(seconds)?;
        Some(())
    }

    fn print(&self) -> String {
        let mut parts = Vec::new();
        let mut is_before_negative = false;
        for (value, unit) in [(self.months / 12, "year"), (self.months % 12, "mon"), (self.days, "day")] {
            if value != 0 {
                let plus = if is_before_negative && value > 0 { "+" } else { "" };
                let plural = if value == 1 { "" } else { "s" };
                parts.push(format!("{plus}{value} {unit}{plural}"));
                is_before_negative = value < 0;
            }
        }
        if self.seconds != 0 || parts.is_empty() {
            let sign = match self.seconds {
                seconds if seconds < 0 => "-",
                _ if is_before_negative => "+",
                _ => "",
            };
            let seconds = self.seconds.unsigned_abs();
            parts.push(format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
        }
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn prints_as_interval_out_does() {
        let pairs = [
            ("1 day", "1 day"),
            ("7 days", "7 days"),
            ("1 week", "7 days"),
            ("24 hours", "24:00:00"),
            ("90 minutes", "01:30:00"),
            ("1 year 14 months", "2 years 2 mons"),
            ("-1 day", "-1 days"),
            ("-1 day 02:03", "-1 days +02:03:00"),
            ("1 mon -1 hour", "1 mon -01:00:00"),
            ("30s", "00:00:30"),
            ("0", "00:00:00"),
        ];
        for (written, printed) in pairs {
            assert_eq!(normalised(written, &[]).as_deref(), Some(printed), "{written}");
        }
        for no in ["", "P1D", "1.5 days", "1 day ago", "1 fortnight", "99999999999999999999 days"] {
            assert_eq!(normalised(no, &[]), None, "{no}");
        }
        assert_eq!(normalised("1", &["day".to_owned()]).as_deref(), Some("1 day"));
        assert_eq!(normalised("1 day 2 hours", &["day".to_owned()]), None);
    }
}
