package dev.tallyworks.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A request that is answered with problem details (RFC 9457). */
public final class Problem extends RuntimeException {
    /** Codes of single errors. */
    public static final String MALFORMED_JSON = "malformed_json";

    public static final String UNKNOWN_FIELD = "unknown_field";
    public static final String WRONG_TYPE = "wrong_type";
    public static final String MISSING = "missing";
    public static final String INVALID_VALUE = "invalid_value";
    public static final String UNKNOWN_NAME = "unknown_name";

    /**
     * @param index of the event in a batch
     * @param pointer JSON Pointer into the body, in a batch into the event
     */
    @RegisterForReflection(registerFullHierarchy = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Item(
            @Nullable Integer index,
            @Nullable String uuid,
            @Nullable String pointer,
            String code,
            String detail) {
        public static Item at(String pointer, String code, String detail) {
            return new Item(null, null, pointer, code, detail);
        }

        public static Item of(String code, String detail) {
            return new Item(null, null, null, code, detail);
        }
    }

    private final ProblemKind kind;
    private final List<?> errors;
    private final Map<String, ?> more;

    private Problem(ProblemKind kind, String detail, List<?> errors, Map<String, ?> more) {
        super(detail, null, false, false);
        this.kind = kind;
        this.errors = errors;
        this.more = more;
    }

    public static Problem of(ProblemKind kind, String detail) {
        return new Problem(kind, detail, List.of(), Map.of());
    }

    /** @param errors anything that is written as one error of the contract */
    public static Problem of(ProblemKind kind, String detail, List<?> errors) {
        return new Problem(kind, detail, List.copyOf(errors), Map.of());
    }

    /** @param more members beside those of every problem */
    public static Problem of(ProblemKind kind, String detail, List<?> errors, Map<String, ?> more) {
        return new Problem(kind, detail, List.copyOf(errors), Map.copyOf(more));
    }

    public static Problem notFound(String what) {
        return of(ProblemKind.NOT_FOUND, what);
    }

    public static Problem conflict(String detail) {
        return of(ProblemKind.CONFLICT, detail);
    }

    public static Problem malformed(String detail) {
        return of(ProblemKind.BAD_REQUEST, detail, List.of(Item.of(MALFORMED_JSON, detail)));
    }

    public static Problem badRequest(Item error) {
        return of(ProblemKind.BAD_REQUEST, error.detail(), List.of(error));
    }

    public static Problem invalid(Item error) {
        return of(ProblemKind.INVALID, error.detail(), List.of(error));
    }

    /**
     * The same where parameters stand for members of a body: the details name the parameters, and nothing is pointed at.
     *
     * @param parameter gives the name of the parameter for a JSON Pointer
     */
    public Problem ofParameters(UnaryOperator<String> parameter) {
        List<Object> named = new ArrayList<>();
        for (Object error : errors) {
            named.add(
                    error instanceof Item item && item.pointer() != null
                            ? Item.of(
                                    item.code(),
                                    "The parameter '" + parameter.apply(item.pointer()) + "': " + item.detail())
                            : error);
        }
        String detail = !named.isEmpty() && named.get(0) instanceof Item first ? first.detail() : detail();
        return new Problem(kind, detail, named, more);
    }

    ProblemKind kind() {
        return kind;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    List<?> errors() {
        return errors;
    }

    Map<String, ?> more() {
        return more;
    }
}
