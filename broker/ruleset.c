/* ruleset.c - see ruleset.h. */
#include "ruleset.h"

#include "paths.h"
#include "spawn.h"
#include "trusted.h"

#include <unistd.h>

bool ruleset_load(const char *file, int nsfd, GError **error)
{
    struct stat st;
    int fd = file ? trusted_open(file, &st, error) : -1;
    g_autofree char *text =
        file ? g_strdup_printf("flush ruleset\ninclude \"%s\"\n", file) : g_strdup("flush ruleset\n");
    char *const argv[] = {(char *)NFT_PATH, (char *)"-f", (char *)"-", NULL};

    if (file && fd < 0)
        return false;
    if (fd >= 0)
        close(fd);
    return spawn_run(argv, NULL, nsfd, text, error);
}
