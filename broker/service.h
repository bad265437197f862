/* service.h - netnsctl attach, netnsctl detach. */
#pragma once

int attach_main(int argc, char **argv);
int detach_main(int argc, char **argv);
