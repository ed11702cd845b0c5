package dev.tallyworks.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoClientException;
import com.mongodb.MongoException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoTimeoutException;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import java.util.function.Supplier;

/** Turns what the driver throws into the failures that the ports promise. */
final class DriverFailures {
    static final int DUPLICATE_KEY = 11000;

    private static final int WRITE_CONCERN_TIMEOUT = 64;

    private DriverFailures() {}

    /** For reads: whatever went wrong on the way, nothing has happened. */
    static <T> T reading(Supplier<T> call) {
        try {
            return call.get();
        } catch (MongoException failed) {
            throw isOurFault(failed) ? failed : new Unavailable("MongoDB: " + failed.getMessage(), failed);
        }
    }

    /** For writes: unless the driver knows that nothing was sent, the outcome is unknown. */
    static <T> T writing(Supplier<T> call) {
        try {
            return call.get();
        } catch (MongoException failed) {
            throw translateWrite(failed);
        }
    }

    /** Whether the server could not do what it was asked, rather than refused it. */
    static boolean isAway(MongoException failed) {
        return !isOurFault(failed);
    }

    static RuntimeException translateWrite(MongoException failed) {
        if (isOurFault(failed)) {
            return failed;
        }
        boolean neverSent = failed instanceof MongoTimeoutException
                || failed instanceof MongoSocketOpenException
                || failed instanceof MongoServerUnavailableException;
        if (neverSent && !failed.hasErrorLabel("RetryableWriteError")) {
            return new Unavailable("MongoDB: " + failed.getMessage(), failed);
        }
        return new OutcomeUnknown("MongoDB: " + failed.getMessage(), failed);
    }

    /** Errors by which the server refuses what it was sent: repeating it won't help. */
    private static boolean isOurFault(MongoException failed) {
        if (failed instanceof MongoClientException && !(failed instanceof MongoTimeoutException)) {
            return false;
        }
        boolean away = failed instanceof MongoNotPrimaryException || failed instanceof MongoNodeIsRecoveringException;
        return !away
                && failed.getCode() > 0
                && failed.getCode() != WRITE_CONCERN_TIMEOUT
                && ErrorCategory.fromErrorCode(failed.getCode()) != ErrorCategory.EXECUTION_TIMEOUT
                && !failed.hasErrorLabel("RetryableWriteError")
                && !isStepDownOrShutdown(failed.getCode());
    }

    private static boolean isStepDownOrShutdown(int code) {
        return switch (code) {
            case 6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436 -> true;
            default -> false;
        };
    }
}
