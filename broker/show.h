/* show.h - netnsctl show: the merged result of a namespace's files. */
#pragma once

/* @argv[0] is the verb. Returns the exit status: 0 shown, 1 failed, 2 usage. */
int show_main(int argc, char **argv);
