package com.approck.healthcheck.agent.reflect;

import java.lang.ref.WeakReference;
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
 * <p>Each method and field is looked up once for each class. Objects that were reached from one another by {@link #with}
 * share what was looked up, and it lives no longer than they do: a table that outlived the pool would keep the class loader
 * of an undeployed application alive. Not thread-safe.
 */
public final class ReflectedObject {
    private final WeakReference<Object> target;
    private final ModuleOpener opener;
    private final Map<Class<?>, Members> membersByClass;
    private final Members members;

    /** @param target null is allowed, and behaves as an object that has been collected */
    public ReflectedObject(Object target, ModuleOpener opener) {
        this(target, opener, new HashMap<>());
    }

    private ReflectedObject(Object target, ModuleOpener opener, Map<Class<?>, Members> membersByClass) {
        this.target = new WeakReference<>(target);
        this.opener = opener;
        this.membersByClass = membersByClass;
        this.members = target == null ? null : membersByClass.computeIfAbsent(target.getClass(), Members::new);
    }

    /** Returns another object, which shares with this one what is looked up. */
    public ReflectedObject with(Object other) {
        return new ReflectedObject(other, opener, membersByClass);
    }

    /** Returns the object; null once it has been collected. */
    public Object get() {
        return target.get();
    }

    /** Returns the opener with which closed members of this object are read. */
    public ModuleOpener opener() {
        return opener;
    }

    /** Returns whether the object is an instance of the class of that name or of a subclass. */
    public boolean is(String className) {
        Object object = get();
        for (Class<?> c = object == null ? null : object.getClass(); c != null; c = c.getSuperclass()) {
            if (c.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the object's class, or a superclass, declares that field. */
    public boolean hasField(String name) {
        return get() != null && members.field(name) != null;
    }

    /** Returns whether the object's class has, or inherits, that public method without arguments. */
    public boolean has(String name) {
        return get() != null && members.publicMethod(name) != null;
    }

    /** Calls a method without arguments, public or declared in the object's class or a superclass. */
    public Object call(String name) throws ReflectiveOperationException {
        Object object = present();
        Method method = members.method(name, opener);
        try {
            return method.invoke(object);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(method + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** As {@link #call}, and gives the result as an object to be read. */
    public ReflectedObject callObject(String name) throws ReflectiveOperationException {
        return with(call(name));
    }

    /** Calls a method that returns a boolean. */
    public boolean isTrue(String name) throws ReflectiveOperationException {
        return (Boolean) call(name);
    }

    /** Calls a method that returns a number. A negative result counts as 0: stopped pools return -1, -2 and worse. */
    public int count(String name) throws ReflectiveOperationException {
        return Math.max(0, ((Number) call(name)).intValue());
    }

    /** Returns the value of a field declared in the object's class or a superclass. */
    public Object field(String name) throws ReflectiveOperationException {
        Object object = present();
        return members.openField(name, opener).get(object);
    }

    /** As {@link #field}, and gives the value as an object to be read. */
    public ReflectedObject fieldObject(String name) throws ReflectiveOperationException {
        return with(field(name));
    }

    private Object present() throws ReflectiveOperationException {
        Object object = get();
        if (object == null) {
            throw new ReflectiveOperationException("the object has been collected");
        }
        return object;
    }

    /** What has been looked up in one class. Null stands for a missing member: to find that out costs an exception. */
    private static final class Members {
        private final Class<?> type;
        private final Map<String, Method> methods = new HashMap<>();
        private final Map<String, Method> publicMethods = new HashMap<>();
        private final Map<String, Field> fields = new HashMap<>();
        private final Set<String> openFields = new HashSet<>();

        Members(Class<?> type) {
            this.type = type;
        }

        Method publicMethod(String name) {
            if (!publicMethods.containsKey(name)) {
                Method found = null;
                try {
                    found = type.getMethod(name);
                } catch (NoSuchMethodException e) {
                    // There is none.
                }
                publicMethods.put(name, found);
            }
            return publicMethods.get(name);
        }

        Method method(String name, ModuleOpener opener) throws NoSuchMethodException {
            Method known = methods.get(name);
            if (known != null) {
                return known;
            }
            Method found = publicMethod(name);
            for (Class<?> c = type; found == null && c != null; c = c.getSuperclass()) {
                try {
                    found = c.getDeclaredMethod(name);
                } catch (NoSuchMethodException e) {
                    // Perhaps in the superclass.
                }
            }
            if (found == null) {
                throw new NoSuchMethodException(type.getName() + "." + name + "()");
            }
            opener.makeAccessible(found);
            methods.put(name, found);
            return found;
        }

        Field field(String name) {
            if (!fields.containsKey(name)) {
                Field found = null;
                for (Class<?> c = type; found == null && c != null; c = c.getSuperclass()) {
                    try {
                        found = c.getDeclaredField(name);
                    } catch (NoSuchFieldException e) {
                        // Perhaps in the superclass.
                    }
                }
                fields.put(name, found);
            }
            return fields.get(name);
        }

        Field openField(String name, ModuleOpener opener) throws NoSuchFieldException {
            Field found = field(name);
            if (found == null) {
                throw new NoSuchFieldException(type.getName() + "." + name);
            }
            if (openFields.add(name)) {
                try {
                    opener.makeAccessible(found);
                } catch (RuntimeException e) {
                    openFields.remove(name);
                    throw e;
                }
            }
            return found;
        }
    }
}
