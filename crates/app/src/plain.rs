//! The visible text of HTML, for short texts; never a sanitiser, its result is not HTML.

use html_escape::decode_html_entities;

/// Elements whose content nobody sees.
const HIDDEN: [&str; 6] = ["script", "style", "template", "title", "head", "noscript"];
/// Elements that stand inside a word or sentence without parting it.
const INLINE: [&str; 21] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "code", "del", "em", "font", "i", "ins", "mark", "s", "small",
    "span", "strike", "strong", "sub", "sup", "u",
];

/// The first characters of what a reader sees: without tags, entities resolved, every gap one blank. Reads no further
/// than it needs.
pub(crate) fn excerpt(html: &str, most: usize) -> String {
    let mut excerpt = Excerpt { text: String::new(), room: most, is_after_gap: false };
    let mut rest = html;
    while !rest.is_empty() && excerpt.room > 0 {
        let (text, markup) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        excerpt.push(&decode_html_entities(text));
        rest = excerpt.skip(markup);
    }
    excerpt.text.truncate(excerpt.text.trim_end().len());
    excerpt.text
}

/// A text that grows to a fixed length.
struct Excerpt {
    text: String,
    room: usize,
    is_after_gap: bool,
}

impl Excerpt {
    fn push(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_whitespace() || letter.is_control() {
                self.is_after_gap = true;
                continue;
            }
            if self.is_after_gap && !self.text.is_empty() {
                self.push_letter(' ');
            }
            self.is_after_gap = false;
            self.push_letter(letter);
            if self.room == 0 {
                return;
            }
        }
    }

    fn push_letter(&mut self, letter: char) {
        if let Some(room) = self.room.checked_sub(1) {
            self.room = room;
            self.text.push(letter);
        }
    }

    /// What follows the tag or comment that the markup begins with.
    fn skip<'a>(&mut self, markup: &'a str) -> &'a str {
        let Some(tag) = markup.strip_prefix('<') else { return markup };
        if let Some(comment) = tag.strip_prefix("!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            self.push("<");
            return tag;
        }
        let (tag, rest) = split_tag(tag);
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..name_end].to_ascii_lowercase();
        if HIDDEN.contains(&name.as_str()) {
            return after_content(&name, rest);
        }
        let ended = tag.strip_prefix('/').unwrap_or(&name).to_ascii_lowercase();
        if !INLINE.contains(&ended.trim_end()) {
            self.is_after_gap = true;
        }
        rest
    }
}

/// A tag without its brackets, and what follows it. A quotation mark counts only where a value begins.
fn split_tag(tag: &str) -> (&str, &str) {
    let mut open = None;
    let mut before = ' ';
    for (at, letter) in tag.char_indices() {
        match open {
            Some(mark) if letter == mark => open = None,
            None if letter == '>' => return (&tag[..at], &tag[at + 1..]),
            None if before == '=' && (letter == '"' || letter == '\'') => open = Some(letter),
            Some(_) | None => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    (tag, "")
}

/// What follows the content of an element, from its end tag on; nothing when it has none.
fn after_content<'a>(name: &str, content: &'a str) -> &'a str {
    let is_its_end = |(at, _): &(usize, &str)| {
        content.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    content.match_indices("</").find(is_its_end).map_or("", |(at, _)| &content[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_reader_sees_is_left() {
        for (html, expected) in [
            ("", ""),
            ("plain  text\n here", "plain text here"),
            ("<p>one</p><p>two<br/>three</p>", "one two three"),
            ("<ul>\n<li>one<li>two</ul>", "one two"),
            ("<span>红</span><B class='x'>茶</B>", "红茶"),
            ("a&nbsp;&amp; b&#39;s &lt;c&gt; &hellip; &#x7EA2; &bogus; &", "a & b's <c> … 红 &bogus; &"),
            ("<script>if (a < b) { '<p>no</p>' }</script>yes<STYLE>p {}</STYLE>", "yes"),
            ("<!-- <p>no</p> -->yes<!-- open", "yes"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("<img alt=\"a > b\" src='x>y'>after", "after"),
            ("<p title=it's>seen</p>", "seen"),
            ("<p title = \"it's\">seen</p>", "seen"),
            ("seen<p unfinished", "seen"),
            ("seen<script>", "seen"),
            ("<p>\u{3000}چای می\u{200c}خواهم</p>", "چای می\u{200c}خواهم"),
        ] {
            assert_eq!(excerpt(html, 200), expected, "{html:?}");
        }
    }

    #[test]
    fn it_ends_after_so_many_characters() {
        assert_eq!(excerpt("<p>红茶</p><p>绿茶</p>", 4), "红茶 绿");
        assert_eq!(excerpt("<p>红茶</p><p>绿茶</p>", 3), "红茶");
        assert_eq!(excerpt(&"茶".repeat(300), 200), "茶".repeat(200));
        assert_eq!(excerpt("茶", 0), "");
    }

    #[test]
    fn hostile_text_takes_no_longer_than_its_length() {
        for piece in
            ["<", "<a href=\"", "<!--", "<script>", "</", "&", "&#", "<p>", "<script></scrip", "\" =<b"]
        {
            let html = piece.repeat(200_000 / piece.len());
            let started = std::time::Instant::now();
            excerpt(&html, usize::MAX);
            assert!(started.elapsed().as_secs() < 2, "{piece:?}");
        }
    }
}
