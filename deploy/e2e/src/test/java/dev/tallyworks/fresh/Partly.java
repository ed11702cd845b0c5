package dev.tallyworks.fresh;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A port of which only some methods are needed. */
final class Partly {
    private Partly() {}

    /** @param some has those methods, public, under their names; others throw {@link UnsupportedOperationException} */
    static <T> T of(Class<T> port, Object some) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (self, method, given) -> {
            Method own;
            try {
                own = some.getClass().getMethod(method.getName(), method.getParameterTypes());
            } catch (NoSuchMethodException none) {
                throw new UnsupportedOperationException(method.toString(), none);
            }
            own.setAccessible(true);
            try {
                return own.invoke(some, given);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }));
    }
}
