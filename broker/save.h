/* save.h - netnsctl save-firewall. */
#pragma once

int save_firewall_main(int argc, char **argv);
