//! Why a YAML text is refused, in our words. The texts of the parser and of serde-saphyr name their own options and types,
//! and quote the document, which may hold secrets.

use super::diagnostic::Position;
use serde_saphyr::Error;
use serde_saphyr::ExternalMessageSource;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;

/// Why serde-saphyr refused a document, with the position. Quotes at most one character of it.
pub(crate) fn document_reason(error: &Error) -> String {
    let Position { line, column } = position_of(error);
    format!("{} at line {line}, column {column}", reason(error))
}

/// Why serde-saphyr refused a document.
pub(super) fn reason(error: &Error) -> String {
    // The error enum of the library is not exhaustive. What is missing here says that the document is not valid.
    match error.without_snippet() {
        Error::ExternalMessage { source, .. } => match &**source {
            ExternalMessageSource::Parser(error) => format!("syntax error: {}", syntax_reason(error.kind())),
            _ => "syntax error".to_owned(),
        },
        Error::Eof { .. } => "the document is empty or ends too early".to_owned(),
        Error::MultipleDocuments { .. } => "expected one YAML document, found a second one after `---`".to_owned(),
        Error::DuplicateMappingKey { .. } => "duplicate key in a mapping".to_owned(),
        Error::UnknownAnchor { .. } => format!("syntax error: {}", syntax_reason(&ErrorKind::UnknownAnchor)),
        Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => "its aliases expand to too many values".to_owned(),
        Error::RecursiveReferencesRequireWeakTypes { .. } => "an alias refers to a value that contains it".to_owned(),
        Error::MergeValueNotMapOrSeqOfMaps { .. } | Error::MergeKeyNotAllowed { .. } => {
            "the merge key `<<` needs a mapping or a list of mappings".to_owned()
        }
        Error::InvalidBinaryBase64 { .. } | Error::BinaryNotUtf8 { .. } => "invalid `!!binary` value".to_owned(),
        Error::UnsupportedTag { .. } | Error::TaggedEnumMismatch { .. } => "unsupported tag; remove the `!`".to_owned(),
        Error::InvalidUtf8Input => "not UTF-8 text".to_owned(),
        Error::NonFiniteFloat { .. } => "a number is infinite or not a number".to_owned(),
        Error::FoldedBlockScalarMustIndentContent { .. } | Error::IndentationError { .. } => {
            format!("syntax error: {}", syntax_reason(&ErrorKind::InvalidIndentation))
        }
        Error::Budget { breach, .. } => budget_reason(breach).to_owned(),
        Error::AliasError { error, .. } => reason(error),
        _ => "a value has the wrong type".to_owned(),
    }
}

/// Where serde-saphyr stopped.
pub(super) fn position_of(error: &Error) -> Position {
    error.location().map_or(Position::START, |at| Position {
        line: usize::try_from(at.line()).unwrap_or(usize::MAX).max(1),
        column: usize::try_from(at.column()).unwrap_or(usize::MAX).max(1),
    })
}

fn budget_reason(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "nested too deeply",
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::MergeKeys { .. }
        | BudgetBreach::AliasAnchorRatio { .. }
        | BudgetBreach::RecordedAnchorEvents { .. } => "too many anchors, aliases or merge keys",
        BudgetBreach::Documents { .. } => "too many YAML documents",
        BudgetBreach::ScalarBytes { .. } | BudgetBreach::InputBytes { .. } => "too large",
        // The enum is not exhaustive; the other limits count values.
        _ => "too many values",
    }
}

/// What the parser found wrong, and what to do.
pub(super) fn syntax_reason(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnclosedFlowCollection { open } => format!("unclosed `{open}`"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => format!("`{open}` is closed by `{close}`"),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("unexpected character `{}`; quote the value", character.escape_default())
        }
        other => fixed_reason(other).to_owned(),
    }
}

fn fixed_reason(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnexpectedEofFlowSequence => "unclosed `[`",
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => "unclosed `{`",
        ErrorKind::UnexpectedEof | ErrorKind::UnexpectedEofBlockSequence | ErrorKind::UnexpectedEofBlockMapping => {
            "the file ends inside a value"
        }
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        ErrorKind::MisplacedFlowCollectionEnd => "closing bracket without an opening one",
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "a tab is not allowed here; indent with spaces",
        ErrorKind::InvalidIndentation | ErrorKind::InvalidQuotedScalarIndent | ErrorKind::InvalidFlowScalarIndent => {
            "wrong indentation"
        }
        ErrorKind::InvalidBlockScalarIndent => "wrong indentation in the text after `|` or `>`",
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => {
            "unexpected characters after `|` or `>`; start the text on the next line"
        }
        ErrorKind::ExpectedBlockMappingKey => "expected a key here; check the indentation and the quotes",
        ErrorKind::ExpectedBlockSequenceEntry => "expected `- ` here; check the indentation",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "expected `: ` after the key",
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::FlowMappingValueAdjacentCollection => {
            "unexpected `:`; check the indentation, or quote the value if the colon belongs to it"
        }
        ErrorKind::InvalidMappingValueWhitespace => "a space must follow `:`",
        ErrorKind::MappingKeyNotAllowed => "a key is not allowed here; check the indentation",
        ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidBlockEntryWhitespace => "`-` starts a list item, which is not allowed here",
        ErrorKind::PlainScalarStartsWithDashFlowIndicator | ErrorKind::UnexpectedEndOfPlainScalar => {
            "unexpected character; quote the value"
        }
        ErrorKind::ExpectedNodeContent => "expected a value",
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => "unclosed quote",
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "unexpected characters after the closing quote; quote the whole value"
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => "invalid escape; write \\\\ for a backslash, or use single quotes",
        ErrorKind::UnknownAnchor => "the alias names an anchor that is not defined before it",
        ErrorKind::MissingAnchorOrAliasName => "`&` and `*` start an anchor or alias; quote the value",
        ErrorKind::AnchorCountOverflow => "too many anchors",
        ErrorKind::CommentInterceptedScalar => "a comment interrupts the text",
        ErrorKind::CommentNotSeparated => "a space must precede `#`, or quote the value",
        ErrorKind::ExpectedWhitespace => "expected a space",
        ErrorKind::RecursionLimitExceeded => "nested too deeply",
        ErrorKind::BomInsideDocument => "byte-order mark inside the file; remove it",
        ErrorKind::ExpectedDocumentStart
        | ErrorKind::InvalidDocumentEnd
        | ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::MultipleDocumentsUnsupported => "unexpected content after the end of the document",
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::DirectiveDisallowed
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::DirectiveByteLimitExceeded { .. }
        | ErrorKind::TooManyReservedDirectiveParams { .. }
        | ErrorKind::YamlVersionTooLong
        | ErrorKind::MissingYamlVersion
        | ErrorKind::ExpectedTagDirectiveBang
        | ErrorKind::InvalidTagDirectiveTerminator => "invalid directive; remove the line that starts with `%`",
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => "invalid tag; quote the value if it starts with `!`",
        // Input adapters, includes and stream starts, which are not used here; and kinds of later versions.
        _ => "unexpected characters",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    #[test]
    fn documents_are_refused_in_our_words() {
        let many = "x, ".repeat(300_000);
        let cases = [
            ("a: [1\n", "syntax error: unclosed `[`"),
            ("a: {b: 1\n", "syntax error: unclosed `{`"),
            ("a: [1}\n", "syntax error: `[` is closed by `}`"),
            (
                "a: 1\n b: 2\n",
                "syntax error: unexpected `:`; check the indentation, or quote the value if the colon belongs to it",
            ),
            ("a:\n\t- b\n", "syntax error: a tab is not allowed here; indent with spaces"),
            ("a: 'b\n", "syntax error: unclosed quote"),
            ("a: \"\\q\"\n", "syntax error: invalid escape; write \\\\ for a backslash, or use single quotes"),
            ("a: *b\n", "syntax error: the alias names an anchor that is not defined before it"),
            ("a: %b\n", "syntax error: unexpected character `%`; quote the value"),
            ("a: 1\n---\nb: 2\n", "expected one YAML document, found a second one after `---`"),
            ("a: 1\na: 2\n", "duplicate key in a mapping"),
            (&format!("a: [{many}]\n"), "too many values"),
            (&("[".repeat(100) + &"]".repeat(100)), "nested too deeply"),
        ];
        for (text, expected) in cases {
            let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_depth: 64 } };
            let error = serde_saphyr::from_str_with_options::<Json>(text, options).expect_err(text);
            assert_eq!(reason(&error), expected, "{}", &text[..text.len().min(40)]);
        }
    }
}
