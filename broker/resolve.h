/* resolve.h - netnsctl resolve. */
#pragma once

int resolve_main(int argc, char **argv);
