/* resolv-line.c - see resolv-line.h. */
#include "resolv-line.h"

#include <string.h>

#define KEY "nameserver"

char *resolv_line_server(const char *line)
{
    const char *at = g_str_has_prefix(line, KEY) ? line + strlen(KEY) : "";
    size_t blanks = strspn(at, " \t"), length = strcspn(at + blanks, ";# \t\r\n");

    return blanks > 0 && length > 0 ? g_strndup(at + blanks, length) : NULL;
}

char **resolv_line_servers(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *servers = g_ptr_array_new();

    for (char **line = lines; *line; line++) {
        char *server = resolv_line_server(*line);
        if (server)
            g_ptr_array_add(servers, server);
    }
    g_ptr_array_add(servers, NULL);
    return (char **)g_ptr_array_free(servers, FALSE);
}
