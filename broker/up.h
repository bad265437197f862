/* up.h - `netns-broker up` and `down`: the worker's verbs, for one or many namespaces in one process. */
#pragma once

int up_main(int argc, char **argv);
int down_main(int argc, char **argv);
