/* printable.h - foreign text made fit for a terminal. */
#pragma once

/* A copy in valid UTF-8, in which '?' stands for what a terminal would not show but obey: controls, and marks
 * that turn the direction of writing. NULL gives "". Owned by the caller. */
char *printable(const char *text);
