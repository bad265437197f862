/* wiphy.h - Wi-Fi: the interfaces of a radio go from one namespace to another with it, and not by themselves
 * (net/wireless/core.c, cfg80211_switch_netns). */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The number of the radio of interface @index in namespace @nsfd; -1: it is no Wi-Fi. */
int wiphy_of(int nsfd, unsigned index);

/* Moves it, with all its interfaces, which the kernel sets down. */
bool wiphy_move(int nsfd, int wiphy, int target_nsfd, GError **error);
