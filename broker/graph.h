/* graph.h - netnsctl's verb that draws the topology. */
#pragma once

/* argv[0] is the verb. Returns netnsctl's exit status: 0 good, 1 failed (said on stderr), 2 usage. */
int graph_main(int argc, char **argv);
