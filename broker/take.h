/* take.h - netnsctl take. */
#pragma once

int take_main(int argc, char **argv);
