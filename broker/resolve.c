/* resolve.c - netnsctl resolve: the endpoints of WireGuard links looked up again, where they do not answer.
 */
#include "resolve.h"

#include "conf.h"
#include "endpoint.h"
#include "lock.h"
#include "say.h"

#include <unistd.h>

#define LOCK_RESOLVE ".resolve"

static bool resolve_one(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Record) record = conf_name_valid(name, &error) ? record_load(name, &error) : NULL;

    if (record && record->ready && !endpoint_refresh(record, &error))
        say_error("%s: %s", name, error->message);
    else if (!record)
        say_error("%s: %s", name, error ? say_without(name, error->message) : "it is not up");
    return record && !error;
}

int resolve_main(int argc, char **argv)
{
    g_auto(GStrv) all = argc > 1 ? NULL : endpoint_names();
    int status = 0, lock;

    if (argc > 1 && argv[1][0] == '-')
        return say_usage("resolve [NAME...]");
    if (geteuid() != 0) {
        say_error("only root can do this");
        return 1;
    }
    lock = lock_try(LOCK_RESOLVE);
    if (lock < 0) /* one is at it, and waits for name servers */
        return 0;
    for (char **name = all ? all : argv + 1; *name; name++)
        if (!resolve_one(*name))
            status = 1;
    close(lock);
    return status;
}
