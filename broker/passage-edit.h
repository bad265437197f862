/* passage-edit.h - puts rules of ours into other programs' chains, and takes them out: by nft(8) into
 * nftables' tables, by iptables(8) into its own. Natively written rules would make iptables refuse its whole
 * table. */
#pragma once

#include "passage-plan.h"

/* Makes each chain's rules of ours those of its plan (PassagePlan*). Those in place already and those that
 * cannot be changed are passed over. Where it does not work the plan's "failed" says why; each table is all
 * or nothing. True: something was changed. */
bool passage_edit(GPtrArray *plans);
