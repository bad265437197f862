/* ask.h - netnsctl's verbs for everybody. Root finds out and acts by itself; others ask the broker. */
#pragma once

/* argv[0] is the verb. Each returns netnsctl's exit status: 0 good, 1 failed (said on stderr), 2 usage. */
int list_main(int argc, char **argv);
int status_main(int argc, char **argv);
int start_main(int argc, char **argv);
int stop_main(int argc, char **argv);
