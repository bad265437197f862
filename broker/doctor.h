/* doctor.h - netnsctl doctor: what is wrong with a namespace, and what to do. */
#pragma once

/* argv[0] is the verb. 0: nothing is wrong; 1: something is broken, or it could not be found out; 2: usage;
 * 3: there are warnings, and nothing worse. */
int doctor_main(int argc, char **argv);
