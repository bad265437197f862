/* capability.c - see capability.h. */
#include "capability.h"

#include "die.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool raised;

/* Permitted and effective; inheritable always becomes empty. Only the first word: CAP_SYS_ADMIN is 21. */
static int capabilities_set(uint32_t permitted, uint32_t effective)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
        {.permitted = permitted, .effective = effective}};
    return (int)syscall(SYS_capset, &header, sets);
}

static void capabilities_get(struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3])
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    if (syscall(SYS_capget, &header, sets) < 0)
        die(OWN_FAILURE, "cannot read the capabilities: %s", reason());
}

bool capability_permitted(void)
{
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    capabilities_get(sets);
    return sets[0].permitted & (1U << CAP_SYS_ADMIN);
}

/* Root keeps what root has, as with `ip netns exec`: it would get it back at exec anyway. */
static bool caller_is_root(void)
{
    return getuid() == 0 && geteuid() == 0;
}

void capability_raise(void)
{
    if (caller_is_root())
        return;
    if (capabilities_set(1U << CAP_SYS_ADMIN, 1U << CAP_SYS_ADMIN) < 0)
        die(OWN_FAILURE, "cannot raise CAP_SYS_ADMIN: %s", reason());
    raised = true;
}

void capability_lower(void)
{
    if (!raised)
        return;
    raised = false;
    if (capabilities_set(0, 0) < 0)
        _exit(OWN_FAILURE);
}

/* Every set empty, and no way back: shown by looking and by trying. */
void capabilities_drop(void)
{
    if (!raised) /* root */
        return;
    capability_lower();
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        die(OWN_FAILURE, "cannot clear the ambient capabilities: %s", reason());
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    capabilities_get(sets);
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
            die(OWN_FAILURE, "capabilities are left after dropping them");
    if (capabilities_set(1U << CAP_SYS_ADMIN, 1U << CAP_SYS_ADMIN) == 0)
        die(OWN_FAILURE, "CAP_SYS_ADMIN could be raised again after dropping it");
}
