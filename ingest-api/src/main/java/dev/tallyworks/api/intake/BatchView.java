package dev.tallyworks.api.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a batch.
 *
 * @param errors one for each rejected event, in their order
 */
@RegisterForReflection(registerFullHierarchy = true)
public record BatchView(int accepted, int duplicates, int rejected, List<ItemError> errors) implements PostAnswer {
    /**
     * @param index of the event in the batch
     * @param uuid where it has one
     * @param pointer JSON Pointer into the event
     */
    @JsonInclude(Include.NON_NULL)
    public record ItemError(
            int index, @Nullable String uuid, @Nullable String pointer, String code, String detail) {}

    static BatchView of(List<Outcome> outcomes) {
        int accepted = 0;
        int duplicates = 0;
        List<ItemError> errors = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            if (outcome instanceof Outcome.Accepted) {
                accepted++;
            } else if (outcome instanceof Outcome.Duplicate) {
                duplicates++;
            } else {
                Outcome.Rejected rejected = (Outcome.Rejected) outcome;
                Rejection why = rejected.rejection();
                errors.add(new ItemError(i, rejected.uuid(), why.pointer(), why.wireCode(), why.detail()));
            }
        }
        return new BatchView(accepted, duplicates, errors.size(), errors);
    }
}
