//! Rust names from the models' names.

const KEYWORDS: [&str; 53] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "raw",
    "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// `createService` and `CreateService` to `create_service`; `VPCIds` to `vpc_ids`.
pub(crate) fn snake(name: &str) -> String {
    let name = words(name).join("_").to_lowercase();
    if KEYWORDS.contains(&name.as_str()) && name != "union" && name != "raw" {
        format!("r#{name}")
    } else {
        name
    }
}

pub(crate) fn constant(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `FARGATE_SPOT` to `FargateSpot`, `forward-to` to `ForwardTo`, `2.0` to `V20`, and `SELF`,
/// which is no name in Rust, to `SelfOnly`.
pub(crate) fn pascal(name: &str) -> String {
    let name: String = words(name).iter().map(|word| capitalized(word)).collect();
    match name.as_str() {
        "Self" => "SelfOnly".to_owned(),
        _ if name.starts_with(|first: char| first.is_ascii_digit()) => format!("V{name}"),
        _ => name,
    }
}

/// A type's name: the shape's own, first letter in upper case.
pub(crate) fn type_name(name: &str) -> String {
    upper_first(name)
}

pub(crate) fn upper_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + characters.as_str()
    })
}

fn capitalized(word: &str) -> String {
    upper_first(&word.to_lowercase())
}

/// Splits at separators, before a capital after a small letter, and before the last capital
/// of a run (`ECSCluster` is `ECS`, `Cluster`), but keeps a plural with its run (`VPCs`).
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        if index > 0 && starts_word(&characters, index) {
            words.push(String::new());
        }
        words.last_mut().expect("never empty").push(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

fn starts_word(characters: &[char], index: usize) -> bool {
    let (before, here) = (characters[index - 1], characters[index]);
    let after = characters.get(index + 1).copied().unwrap_or('A');
    let after_that = characters.get(index + 2).copied().unwrap_or('A');
    let is_plural = after == 's' && !after_that.is_ascii_lowercase();
    here.is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || before.is_ascii_digit() && after.is_ascii_lowercase()
            || before.is_ascii_uppercase() && after.is_ascii_lowercase() && !is_plural)
}
