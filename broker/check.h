/* check.h - netnsctl check: are the configuration files right? */
#pragma once

/* @argv[0] is the verb. Returns the exit status: 0 all good, 1 slips, 2 usage. */
int check_main(int argc, char **argv);
