use super::invalid::Invalid;

/// Decodes `%XX`. As in libpq, `+` stays a plus sign.
pub(super) fn decode(text: &str, part: &'static str) -> Result<String, Invalid> {
    let invalid = || Invalid::Percent { part };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = rest.next().and_then(hex_digit).ok_or_else(invalid)?;
            let low = rest.next().and_then(hex_digit).ok_or_else(invalid)?;
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Encodes what cannot stand in a part of a URL as it is.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', upper_digit(byte >> 4), upper_digit(byte & 15)]);
        }
    }
    out
}

fn upper_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_encodes() {
        for text in ["", "plain", "a b", "/var/run", "50%", "p@ss:w/ord?#", "Zoë"] {
            assert_eq!(decode(&encode(text), "user").unwrap(), text);
        }
    }

    #[test]
    fn rejects_what_is_not_an_encoding() {
        for text in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(text, "user"), Err(Invalid::Percent { part: "user" }), "{text}");
        }
    }
}
