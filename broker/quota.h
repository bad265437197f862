/* quota.h - how much of us one account (account.h) may use at a time. Root is not counted. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef enum Quota {
    QUOTA_CONNECTION, /* 16 */
    QUOTA_DIALOG,     /* 1 */
    QUOTA_BUILD,      /* 4 */
    QUOTAS
} Quota;

/* False: all taken. What was taken is given back by quota_give. */
bool quota_take(uid_t account, Quota quota);
void quota_give(uid_t account, Quota quota);
