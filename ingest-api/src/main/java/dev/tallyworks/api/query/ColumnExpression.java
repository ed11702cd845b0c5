package dev.tallyworks.api.query;

import com.ezylang.evalex.EvaluationException;
import com.ezylang.evalex.Expression;
import com.ezylang.evalex.config.ExpressionConfiguration;
import com.ezylang.evalex.config.MapBasedFunctionDictionary;
import com.ezylang.evalex.config.MapBasedOperatorDictionary;
import com.ezylang.evalex.data.EvaluationValue;
import com.ezylang.evalex.functions.FunctionIfc;
import com.ezylang.evalex.functions.FunctionParameter;
import com.ezylang.evalex.functions.basic.AbsFunction;
import com.ezylang.evalex.functions.basic.CeilingFunction;
import com.ezylang.evalex.functions.basic.CoalesceFunction;
import com.ezylang.evalex.functions.basic.FloorFunction;
import com.ezylang.evalex.functions.basic.IfFunction;
import com.ezylang.evalex.functions.basic.MaxFunction;
import com.ezylang.evalex.functions.basic.MinFunction;
import com.ezylang.evalex.functions.basic.NotFunction;
import com.ezylang.evalex.functions.basic.RoundFunction;
import com.ezylang.evalex.operators.OperatorIfc;
import com.ezylang.evalex.operators.arithmetic.InfixDivisionOperator;
import com.ezylang.evalex.operators.arithmetic.InfixMinusOperator;
import com.ezylang.evalex.operators.arithmetic.InfixModuloOperator;
import com.ezylang.evalex.operators.arithmetic.InfixMultiplicationOperator;
import com.ezylang.evalex.operators.arithmetic.InfixPlusOperator;
import com.ezylang.evalex.operators.arithmetic.PrefixMinusOperator;
import com.ezylang.evalex.operators.arithmetic.PrefixPlusOperator;
import com.ezylang.evalex.operators.booleans.InfixAndOperator;
import com.ezylang.evalex.operators.booleans.InfixEqualsOperator;
import com.ezylang.evalex.operators.booleans.InfixGreaterEqualsOperator;
import com.ezylang.evalex.operators.booleans.InfixGreaterOperator;
import com.ezylang.evalex.operators.booleans.InfixLessEqualsOperator;
import com.ezylang.evalex.operators.booleans.InfixLessOperator;
import com.ezylang.evalex.operators.booleans.InfixNotEqualsOperator;
import com.ezylang.evalex.operators.booleans.InfixOrOperator;
import com.ezylang.evalex.operators.booleans.PrefixNotOperator;
import com.ezylang.evalex.parser.ParseException;
import com.ezylang.evalex.parser.Token;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * An expression over the columns of a row, as clients write them:
 *
 * <pre>
 * amount_sum / sale_count          `odd name`_sum... in backticks, where a name is no word
 * + - * / %   = == != &lt;&gt; &lt; &lt;= &gt; &gt;=   and or not && || !   ( )   numbers, "texts", true, false, null
 * ABS CEILING COALESCE FLOOR IF MAX MIN NOT ROUND
 * </pre>
 *
 * Words are letters, digits, {@code _}, {@code $} and dots. What is computed from a missing column is missing, and comparing it is
 * false. Numbers have 34 digits. Not thread-safe.
 */
final class ColumnExpression {
    private static final int LENGTH_MAX = 1_000;
    private static final int DEPTH_MAX = 50;
    /** Beyond such exponents nothing is computed: whoever rounds such a number would write out its zeros. */
    private static final int EXPONENT_MAX = 10_000;
    /** Digits after the dot, or zeros before it, that may be rounded to: they are written out. */
    private static final int ROUNDED_DIGITS_MAX = 100;

    private static final Map<String, FunctionIfc> FUNCTIONS = new TreeMap<>(Map.of(
            "ABS", new AbsFunction(),
            "CEILING", new CeilingFunction(),
            "COALESCE", new CoalesceFunction(),
            "FLOOR", new FloorFunction(),
            "IF", new IfFunction(),
            "MAX", new MaxFunction(),
            "MIN", new MinFunction(),
            "NOT", new NotFunction(),
            "ROUND", new BoundedRound()));

    private static final ExpressionConfiguration CONFIGURATION = ExpressionConfiguration.builder()
            .mathContext(MathContext.DECIMAL128)
            .functionDictionary(functions())
            .operatorDictionary(operators())
            .defaultConstants(Map.of(
                    "TRUE", EvaluationValue.TRUE, "FALSE", EvaluationValue.FALSE, "NULL", EvaluationValue.NULL_VALUE))
            .arraysAllowed(false)
            .structuresAllowed(false)
            .implicitMultiplicationAllowed(false)
            .singleQuoteStringLiteralsAllowed(true)
            .build();

    private final Expression expression;
    /** Column by the variable that stands for it. */
    private final Map<String, String> columns;

    /** What is wrong with an expression, and where. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String what) {
            super(what);
        }
    }

    private ColumnExpression(Expression expression, Map<String, String> columns) {
        this.expression = expression;
        this.columns = columns;
    }

    static ColumnExpression parse(String text) throws Malformed {
        if (text.isBlank()) {
            throw new Malformed("it is empty");
        }
        if (text.length() > LENGTH_MAX) {
            throw new Malformed("it is longer than " + LENGTH_MAX + " characters");
        }
        Rewriting rewriting = new Rewriting(text);
        String rewritten = rewriting.rewrite();
        Expression expression = new Expression(rewritten, CONFIGURATION);
        try {
            expression.validate();
        } catch (ParseException malformed) {
            throw new Malformed(rewriting.original(malformed.getMessage()) + ", near character "
                    + rewriting.originalPosition(malformed.getStartPosition()));
        }
        return new ColumnExpression(expression, rewriting.columns());
    }

    /** A number, or null where there is none. */
    @Nullable
    BigDecimal number(Map<String, Object> row) {
        EvaluationValue value = evaluate(row);
        if (value == null || !value.isNumberValue()) {
            return null;
        }
        return isBounded(value) ? value.getNumberValue() : null;
    }

    private static boolean isBounded(EvaluationValue value) {
        if (!value.isNumberValue()) {
            return true;
        }
        BigDecimal number = value.getNumberValue();
        return Math.abs((long) number.precision() - number.scale()) <= EXPONENT_MAX;
    }

    /** Rounds to few enough digits that they can be written out. */
    @FunctionParameter(name = "value")
    @FunctionParameter(name = "scale")
    private static final class BoundedRound extends RoundFunction {
        @Override
        public EvaluationValue evaluate(Expression of, Token token, EvaluationValue... parameters) {
            BigDecimal digits = parameters[1].getNumberValue();
            if (parameters[1].isNumberValue() && digits.abs().compareTo(BigDecimal.valueOf(ROUNDED_DIGITS_MAX)) > 0) {
                return EvaluationValue.NULL_VALUE;
            }
            return super.evaluate(of, token, parameters);
        }
    }

    /** Whether it is true. */
    boolean matches(Map<String, Object> row) {
        EvaluationValue value = evaluate(row);
        return value != null && value.isBooleanValue() && value.getBooleanValue();
    }

    private @Nullable EvaluationValue evaluate(Map<String, Object> row) {
        try {
            Map<String, @Nullable Object> values = new HashMap<>();
            columns.forEach((variable, column) -> {
                Object value = row.get(column);
                values.put(variable, value instanceof BigDecimal || value instanceof String ? value : null);
            });
            return expression.withValues(values).evaluate();
        } catch (EvaluationException | ParseException | RuntimeException cannot) {
            return null; // divided by zero, or a text multiplied
        }
    }

    private static MapBasedFunctionDictionary functions() {
        MapBasedFunctionDictionary dictionary = new MapBasedFunctionDictionary();
        FUNCTIONS.forEach(dictionary::addFunction);
        return dictionary;
    }

    private static MapBasedOperatorDictionary operators() {
        MapBasedOperatorDictionary dictionary = new MapBasedOperatorDictionary();
        dictionary.addOperator("+", new PrefixPlusOperator());
        dictionary.addOperator("-", new PrefixMinusOperator());
        // "not a > b" is "not (a > b)".
        dictionary.addOperator(
                "!", new Adapted(new PrefixNotOperator(), OperatorIfc.OPERATOR_PRECEDENCE_AND + 1, null));
        dictionary.addOperator("+", nullSafe(new InfixPlusOperator(), EvaluationValue.NULL_VALUE));
        dictionary.addOperator("-", nullSafe(new InfixMinusOperator(), EvaluationValue.NULL_VALUE));
        dictionary.addOperator("*", nullSafe(new InfixMultiplicationOperator(), EvaluationValue.NULL_VALUE));
        dictionary.addOperator("/", nullSafe(new InfixDivisionOperator(), EvaluationValue.NULL_VALUE));
        dictionary.addOperator("%", nullSafe(new InfixModuloOperator(), EvaluationValue.NULL_VALUE));
        dictionary.addOperator("<", nullSafe(new InfixLessOperator(), EvaluationValue.FALSE));
        dictionary.addOperator("<=", nullSafe(new InfixLessEqualsOperator(), EvaluationValue.FALSE));
        dictionary.addOperator(">", nullSafe(new InfixGreaterOperator(), EvaluationValue.FALSE));
        dictionary.addOperator(">=", nullSafe(new InfixGreaterEqualsOperator(), EvaluationValue.FALSE));
        dictionary.addOperator("=", new InfixEqualsOperator());
        dictionary.addOperator("==", new InfixEqualsOperator());
        dictionary.addOperator("!=", new InfixNotEqualsOperator());
        dictionary.addOperator("<>", new InfixNotEqualsOperator());
        dictionary.addOperator("&&", new InfixAndOperator());
        dictionary.addOperator("||", new InfixOrOperator());
        return dictionary;
    }

    private static OperatorIfc nullSafe(OperatorIfc operator, EvaluationValue ofMissing) {
        return new Adapted(operator, operator.getPrecedence(), ofMissing);
    }

    /**
     * An operator with a precedence of its own, whose numbers have bounded exponents: beyond them it has no value.
     *
     * @param ofMissing its value where an operand is missing, or null where the operator knows
     */
    private record Adapted(
            OperatorIfc operator, int precedence, @Nullable EvaluationValue ofMissing) implements OperatorIfc {
        @Override
        public int getPrecedence() {
            return precedence;
        }

        @Override
        public boolean isLeftAssociative() {
            return operator.isLeftAssociative();
        }

        @Override
        public boolean isPrefix() {
            return operator.isPrefix();
        }

        @Override
        public boolean isPostfix() {
            return operator.isPostfix();
        }

        @Override
        public boolean isInfix() {
            return operator.isInfix();
        }

        @Override
        public int getPrecedence(ExpressionConfiguration configuration) {
            return precedence;
        }

        @Override
        public boolean isOperandLazy() {
            return operator.isOperandLazy();
        }

        @Override
        public EvaluationValue evaluate(Expression of, Token token, EvaluationValue... operands)
                throws EvaluationException {
            for (EvaluationValue operand : operands) {
                if (ofMissing != null && operand.isNullValue()) {
                    return ofMissing;
                }
            }
            EvaluationValue value = operator.evaluate(of, token, operands);
            if (!isBounded(value)) {
                throw new EvaluationException(token, "the number is too large or too small");
            }
            return value;
        }
    }

    /** Puts a variable in the place of each column's name, since the library's names are narrower. */
    private static final class Rewriting {
        private final String text;
        private final StringBuilder rewritten = new StringBuilder();
        private final Map<String, String> columns = new LinkedHashMap<>();
        private final TreeMap<Integer, Integer> positions = new TreeMap<>();
        private int at;
        private int depth;

        Rewriting(String text) {
            this.text = text;
        }

        Map<String, String> columns() {
            return columns;
        }

        String rewrite() throws Malformed {
            while (at < text.length()) {
                positions.put(rewritten.length(), at);
                char c = text.charAt(at);
                if (Character.isWhitespace(c)) {
                    rewritten.append(' ');
                    at++;
                } else if (c == '`') {
                    quoted('`');
                } else if (c == '"' || c == '\'') {
                    quoted(c);
                } else if (c >= '0' && c <= '9' || c == '.') {
                    number();
                } else if (isWord(c)) {
                    word();
                } else {
                    symbol(c);
                }
            }
            return rewritten.toString();
        }

        private void quoted(char quote) throws Malformed {
            int end = text.indexOf(quote, at + 1);
            if (end < 0) {
                throw new Malformed("what is quoted by " + quote + " has no end, at character " + (at + 1));
            }
            String inside = text.substring(at + 1, end);
            if (quote == '`') {
                rewritten.append(variable(inside));
            } else if (inside.indexOf('\\') >= 0) {
                throw new Malformed("texts have no escapes, at character " + (at + 1));
            } else {
                rewritten.append(quote).append(inside).append(quote);
            }
            at = end + 1;
        }

        private void number() throws Malformed {
            int start = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            if (at < text.length() && isWord(text.charAt(at))) {
                throw new Malformed(
                        "a number is written in digits with a dot, without an exponent; a name that begins with"
                                + " a digit stands in backticks; at character " + (start + 1));
            }
            rewritten.append(text, start, at);
        }

        private void word() throws Malformed {
            int start = at;
            while (at < text.length() && isWord(text.charAt(at))) {
                at++;
            }
            String word = text.substring(start, at);
            int next = at;
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
            boolean call = next < text.length() && text.charAt(next) == '(';
            String upper = word.toUpperCase(Locale.ROOT);
            switch (upper) {
                case "AND" -> rewritten.append("&&");
                case "OR" -> rewritten.append("||");
                case "NOT" -> rewritten.append(call ? "NOT" : "!");
                case "TRUE", "FALSE", "NULL" -> rewritten.append(upper);
                default -> {
                    if (call && !FUNCTIONS.containsKey(upper)) {
                        throw new Malformed("there is no function '" + word + "', at character " + (start + 1)
                                + "; there are " + String.join(", ", FUNCTIONS.keySet()));
                    }
                    rewritten.append(call ? upper : variable(word));
                }
            }
        }

        private void symbol(char c) throws Malformed {
            if ("+-*/%(),<>=!&|".indexOf(c) < 0) {
                throw new Malformed("'" + c + "' has no meaning, at character " + (at + 1)
                        + "; names with other characters than letters, digits, _, $ and dots stand in backticks");
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth > DEPTH_MAX) {
                throw new Malformed("it is nested deeper than " + DEPTH_MAX);
            }
            rewritten.append(c);
            at++;
        }

        private String variable(String column) {
            for (Map.Entry<String, String> known : columns.entrySet()) {
                if (known.getValue().equals(column)) {
                    return known.getKey();
                }
            }
            String variable = "v" + columns.size();
            columns.put(variable, column);
            return variable;
        }

        int originalPosition(int position) {
            Map.Entry<Integer, Integer> before = positions.floorEntry(Math.max(0, position - 1));
            return before == null ? 1 : before.getValue() + 1;
        }

        /** A message with the columns' names in the place of the variables. */
        String original(String message) {
            String original = message;
            for (Map.Entry<String, String> column : columns.entrySet()) {
                original = original.replaceAll(
                        "\\b" + column.getKey() + "\\b", Matcher.quoteReplacement(column.getValue()));
            }
            return original;
        }

        private static boolean isWord(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '.' || Character.isSurrogate(c);
        }
    }
}
