/* doctor-clock.c - check of netnsctl doctor: a clock that is grossly wrong breaks TLS and DNSSEC, and looks
 * like a network that does not work. */
#include "doctor-check.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#define TOPIC "clock"

/* Nobody runs a program before it was made: the time of our own file is the least that the clock must say. */
void doctor_check_clock(Patient *patient)
{
    struct timex state = {};
    struct stat own;
    time_t now = time(NULL);

    if (stat("/proc/self/exe", &own) == 0 && now < own.st_mtime) {
        g_autoptr(GDateTime) said = g_date_time_new_from_unix_utc(now);
        g_autofree char *day = g_date_time_format(said, "%Y-%m-%d");
        finding_add(
            patient, FINDING_WARNING, TOPIC,
            g_strdup_printf("it says %s, when netns-broker was not yet there: TLS and DNSSEC fail", day),
            g_strdup("timedatectl set-ntp yes, or: date -s \"YYYY-MM-DD hh:mm\""));
    } else if (adjtimex(&state) >= 0 && (state.status & STA_UNSYNC)) {
        finding_add(patient, FINDING_NOTE, TOPIC, g_strdup("nobody keeps it by NTP"), NULL);
    }
}
