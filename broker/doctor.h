/* doctor.h - netnsctl doctor: what is wrong with a namespace, and what to do. */
#pragma once

/* argv[0] is the verb. 0: nothing is wrong; 1: something is, or it could not be found out; 2: usage. */
int doctor_main(int argc, char **argv);
