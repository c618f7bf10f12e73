//! `[[ … ]]`, as bash and busybox evaluate it: words are not split, and the right side of `==` is a pattern.

use super::command;
use super::error::{ScriptError, unsupported};
use super::expand;
use super::pattern;
use super::scope::Scope;
use brush_parser::ast::{BinaryPredicate, ExtendedTestExpr, UnaryPredicate, Word};

/// Whether the expression is true.
pub(super) fn evaluate(scope: &mut Scope<'_, '_>, expression: &ExtendedTestExpr) -> Result<bool, ScriptError> {
    scope.context.budget.add_step()?;
    match expression {
        ExtendedTestExpr::And(left, right) => Ok(evaluate(scope, left)? && evaluate(scope, right)?),
        ExtendedTestExpr::Or(left, right) => Ok(evaluate(scope, left)? || evaluate(scope, right)?),
        ExtendedTestExpr::Not(inner) => evaluate(scope, inner).map(|result| !result),
        ExtendedTestExpr::Parenthesized(inner) => evaluate(scope, inner),
        ExtendedTestExpr::UnaryTest(predicate, word) => {
            let operator = unary_operator(predicate)?;
            let value = expand::text(scope, &word.value)?;
            command::unary_test(scope.context, operator, &value)
        }
        ExtendedTestExpr::BinaryTest(predicate, left, right) => binary(scope, predicate, left, right),
    }
}

fn unary_operator(predicate: &UnaryPredicate) -> Result<&'static str, ScriptError> {
    match predicate {
        UnaryPredicate::StringHasZeroLength => Ok("-z"),
        UnaryPredicate::StringHasNonZeroLength => Ok("-n"),
        UnaryPredicate::FileExists => Ok("-e"),
        UnaryPredicate::FileExistsAndIsRegularFile => Ok("-f"),
        UnaryPredicate::FileExistsAndIsDir => Ok("-d"),
        UnaryPredicate::FileExistsAndIsNotZeroLength => Ok("-s"),
        UnaryPredicate::FileExistsAndIsSymlink => Ok("-h"),
        // The library knows a dozen more, most of them of bash.
        _ => Err(unsupported("a file test of `[[ … ]]` other than `-e`, `-f`, `-d`, `-s` and `-h`")),
    }
}

fn binary(
    scope: &mut Scope<'_, '_>,
    predicate: &BinaryPredicate,
    left: &Word,
    right: &Word,
) -> Result<bool, ScriptError> {
    let value = expand::text(scope, &left.value)?;
    let operator = match predicate {
        BinaryPredicate::StringExactlyMatchesPattern | BinaryPredicate::StringExactlyMatchesString => "=",
        BinaryPredicate::StringDoesNotExactlyMatchPattern | BinaryPredicate::StringDoesNotExactlyMatchString => "!=",
        BinaryPredicate::ArithmeticEqualTo => "-eq",
        BinaryPredicate::ArithmeticNotEqualTo => "-ne",
        BinaryPredicate::ArithmeticLessThan => "-lt",
        BinaryPredicate::ArithmeticLessThanOrEqualTo => "-le",
        BinaryPredicate::ArithmeticGreaterThan => "-gt",
        BinaryPredicate::ArithmeticGreaterThanOrEqualTo => "-ge",
        // The library knows a few more, most of them of bash.
        _ => return Err(unsupported("`[[ … ]]` with `=~`, `<`, `>`, `-nt`, `-ot` or `-ef`")),
    };
    if matches!(operator, "=" | "!=") {
        let glob = pattern::compile(&expand::pattern(scope, &right.value)?)?;
        return Ok(glob.is_match(&value) == (operator == "="));
    }
    // In `[[ … ]]`, unlike in `test`, bash evaluates these as arithmetic: a name is a variable.
    let expected = expand::text(scope, &right.value)?;
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
    };
    let result =
        command::binary_test(&value, operator, &expected).filter(|_| is_number(&value) && is_number(&expected));
    result.ok_or_else(|| unsupported("arithmetic in `[[ … ]]`"))
}
