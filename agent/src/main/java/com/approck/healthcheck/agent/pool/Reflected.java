package com.approck.healthcheck.agent.pool;

import java.lang.ref.WeakReference;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * An object of a server, held weakly, with its methods and fields by name.
 *
 * <p>What is looked up once is kept, with this object and no longer: a table of methods that outlived the pool would keep
 * the class loader of an undeployed application alive. Not thread-safe; each reader has its own.
 */
final class Reflected {
    private final WeakReference<Object> target;
    private final Map<String, Method> methods = new HashMap<>();

    /** With null for what the class does not have: to find that out costs an exception. */
    private final Map<String, Method> publicMethods = new HashMap<>();

    private final Map<String, Field> fields = new HashMap<>();

    private final Set<String> openFields = new HashSet<>();

    Reflected(Object target) {
        this.target = new WeakReference<>(target);
    }

    /** The object; null once it has been collected. */
    Object get() {
        return target.get();
    }

    /** Whether the object is of the class of that name, or of one that extends it. */
    boolean is(String className) {
        Object object = get();
        for (Class<?> c = object == null ? null : object.getClass(); c != null; c = c.getSuperclass()) {
            if (c.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the object's class, or one above it, declares that field. */
    boolean hasField(String name) {
        return declared(name) != null;
    }

    /** Whether the object's class has, or inherits, that public method without arguments. */
    boolean has(String name) {
        Object object = get();
        if (object == null) {
            return false;
        }
        if (!publicMethods.containsKey(name)) {
            publicMethods.put(name, publicMethod(object.getClass(), name));
        }
        return publicMethods.get(name) != null;
    }

    /** Calls a method without arguments, public or declared in the object's class or one above it. */
    Object call(String name) throws ReflectiveOperationException {
        Object object = present();
        Method method = methods.get(name);
        if (method == null) {
            method = method(object.getClass(), name);
            methods.put(name, method);
        }
        try {
            return method.invoke(object);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(method + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** Calls a method that gives a number, which is never taken below 0: stopped pools answer -1, -2 and worse. */
    int count(String name) throws ReflectiveOperationException {
        return Math.max(0, ((Number) call(name)).intValue());
    }

    /** The value of a field declared in the object's class or in one above it. */
    Object field(String name) throws ReflectiveOperationException {
        Object object = present();
        Field field = declared(name);
        if (field == null) {
            throw new NoSuchFieldException(object.getClass().getName() + "." + name);
        }
        if (!openFields.contains(name)) {
            open(field, field.getDeclaringClass());
            openFields.add(name);
        }
        return field.get(object);
    }

    private Field declared(String name) {
        Object object = get();
        if (object != null && !fields.containsKey(name)) {
            fields.put(name, lookUp(object.getClass(), name));
        }
        return fields.get(name);
    }

    private static Field lookUp(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                return c.getDeclaredField(name);
            } catch (NoSuchFieldException e) {
                // Perhaps in the class above.
            }
        }
        return null;
    }

    private Object present() throws ReflectiveOperationException {
        Object object = get();
        if (object == null) {
            throw new ReflectiveOperationException("the pool is gone");
        }
        return object;
    }

    private static Method method(Class<?> type, String name) throws ReflectiveOperationException {
        Method found = publicMethod(type, name);
        for (Class<?> c = type; found == null && c != null; c = c.getSuperclass()) {
            try {
                found = c.getDeclaredMethod(name);
            } catch (NoSuchMethodException e) {
                // Perhaps in the class above.
            }
        }
        if (found == null) {
            throw new NoSuchMethodException(type.getName() + "." + name + "()");
        }
        open(found, found.getDeclaringClass());
        return found;
    }

    private static Method publicMethod(Class<?> type, String name) {
        try {
            return type.getMethod(name);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Makes a member readable, opening the package of its class's module if need be. */
    static void open(AccessibleObject member, Class<?> owner) {
        try {
            member.setAccessible(true);
        } catch (RuntimeException closed) {
            // InaccessibleObjectException (Java 9+): the class is in a module that does not open its package.
            Modules.open(owner);
            member.setAccessible(true);
        }
    }
}
