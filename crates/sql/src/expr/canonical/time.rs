//! Dates and times of day as PostgreSQL prints them (`DateStyle = ISO`). What depends on a time zone is left alone.

/// `2024-01-01`, `2024-01-01 10:00` and `2024-01-01T10:00:00` with their seconds.
pub(super) fn stamp(text: &str) -> Option<String> {
    if text == "epoch" {
        return Some("1970-01-01 00:00:00".to_owned());
    }
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let is_date =
        date.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let time = match rest.strip_prefix([' ', 'T']) {
        Some(time) => clock(time)?,
        None if rest.is_empty() => "00:00:00".to_owned(),
        None => return None,
    };
    is_date.then(|| format!("{date} {time}"))
}

/// `10:00` and `10:00:00` with their seconds.
pub(super) fn clock(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let is_two = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [hours, minutes] if is_two(hours) && is_two(minutes) => Some(format!("{hours}:{minutes}:00")),
        [hours, minutes, seconds] if is_two(hours) && is_two(minutes) && is_two(seconds) => {
            Some(format!("{hours}:{minutes}:{seconds}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{clock, stamp};

    #[test]
    fn fills_in_what_was_left_out() {
        assert_eq!(stamp("2024-01-01").as_deref(), Some("2024-01-01 00:00:00"));
        assert_eq!(stamp("2024-01-01T10:00").as_deref(), Some("2024-01-01 10:00:00"));
        assert_eq!(stamp("2024-01-01 10:00:00+00"), None);
        assert_eq!(stamp("yesterday"), None);
        assert_eq!(stamp("Привет, мир"), None);
        assert_eq!(clock("10:00").as_deref(), Some("10:00:00"));
        assert_eq!(clock("1:00"), None);
    }
}
