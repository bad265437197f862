/* manage.h - netnsctl start, stop, restart. Root has it done by itself; others ask the broker. */
#pragma once

/* argv[0] is the verb. Each returns netnsctl's exit status: 0 good, 1 failed (said on stderr), 2 usage. */
int start_main(int argc, char **argv);
int stop_main(int argc, char **argv);
int restart_main(int argc, char **argv);
