#ifndef CLANYARDPQ_SHIM_H
#define CLANYARDPQ_SHIM_H

// pg_config leads there on most systems; Debian keeps the header in a folder of its own, which is found without it too.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

#endif
