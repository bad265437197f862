/* booted.c - see booted.h. */
#include "booted.h"

#include "paths.h"

#include <sys/stat.h>
#include <unistd.h>

bool booted_with_systemd(void)
{
    struct stat st;

    return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

bool booted_with_systemctl(void)
{
    return booted_with_systemd() && access(SYSTEMCTL_PATH, X_OK) == 0;
}
