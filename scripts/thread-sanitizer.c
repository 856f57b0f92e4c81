// What ThreadSanitizer can't see of `Synchronization.Mutex` on Linux, told to it.
//
// Taking and giving back a free mutex is code that the compiler puts where it is used, so that the sanitizer sees its
// atomics. Where two threads meet, both go on in the runtime library, which was built without the sanitizer: it takes
// every state behind a contended mutex for shared without one. These functions stand in front of the library's by
// LD_PRELOAD, and say what was acquired and released. In a program without the sanitizer they change nothing.
//
// scripts/test --long builds and preloads this. On macOS the mutex is one that the sanitizer knows.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void lock(uint32_t thread, SELF mutex) __asm__(LOCK);
SWIFT bool try_lock(SELF mutex) __asm__(TRY_LOCK);
SWIFT void unlock(SELF mutex) __asm__(UNLOCK);

SWIFT void lock(uint32_t thread, SELF mutex) {
    static SWIFT void (*library)(uint32_t, SELF);
    if (!library) library = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK);
    library(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool try_lock(SELF mutex) {
    static SWIFT bool (*library)(SELF);
    if (!library) library = (SWIFT bool (*)(SELF))dlsym(RTLD_NEXT, TRY_LOCK);
    bool taken = library(mutex);
    if (taken && __tsan_acquire) __tsan_acquire(mutex);
    return taken;
}

SWIFT void unlock(SELF mutex) {
    static SWIFT void (*library)(SELF);
    if (!library) library = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(mutex);
    library(mutex);
}
