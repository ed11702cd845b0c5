package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.command.ExitCode;
import java.util.Locale;

/**
 * What one look of the doctor found.
 *
 * @param remedy what to do; empty where nothing is to be done
 * @param code how the command ends if this is the first failure
 */
record Finding(String check, Status status, String detail, String remedy, ExitCode code) {
    enum Status {
        OK,
        /** It works, but look at it. */
        WARNING,
        FAILURE,
        /** It could not be looked at. */
        SKIPPED
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Status.OK, detail, "", ExitCode.OK);
    }

    static Finding warning(String check, String detail, String remedy) {
        return new Finding(check, Status.WARNING, detail, remedy, ExitCode.OK);
    }

    static Finding failure(String check, String detail, String remedy, ExitCode code) {
        return new Finding(check, Status.FAILURE, detail, remedy, code);
    }

    static Finding skipped(String check, String detail) {
        return new Finding(check, Status.SKIPPED, detail, "", ExitCode.OK);
    }

    ObjectNode toJson() {
        return Json.object()
                .put("check", check)
                .put("status", status.name().toLowerCase(Locale.ROOT))
                .put("detail", detail)
                .put("remedy", remedy);
    }
}
