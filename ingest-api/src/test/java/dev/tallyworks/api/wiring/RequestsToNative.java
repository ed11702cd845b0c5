package dev.tallyworks.api.wiring;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.callback.QuarkusTestAfterConstructCallback;
import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import java.lang.reflect.Field;
import java.net.URI;

/** Sends all that HTTP tests ask to the native executable, where that is what is tested. */
public final class RequestsToNative implements QuarkusTestBeforeEachCallback, QuarkusTestAfterConstructCallback {
    @Override
    public void beforeEach(QuarkusTestMethodContext context) {
        if (NativeIngest.isTested()) {
            Filter toExecutable = (request, response, chain) -> {
                request.port(NativeIngest.port());
                return chain.next(request, response);
            };
            RestAssured.replaceFiltersWith(toExecutable);
        }
    }

    @Override
    public void afterConstruct(Object test) {
        if (!NativeIngest.isTested()) {
            return;
        }
        for (Field field : test.getClass().getDeclaredFields()) {
            if (field.isAnnotationPresent(TestHTTPResource.class)) {
                String path = field.getAnnotation(TestHTTPResource.class).value();
                try {
                    field.setAccessible(true);
                    field.set(test, URI.create("http://127.0.0.1:" + NativeIngest.port() + path));
                } catch (IllegalAccessException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        }
    }
}
